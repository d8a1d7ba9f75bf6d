"""
Files brought in through the browser: chosen, mapped, previewed, confirmed.

Owns no table: the file itself is an upload, sealed; what it would do is judged once and kept sealed
beside it, so that paging through the preview judges nothing anew. Nothing is written before the
confirmation, which judges by what is true then and tells what it really did. What a kind of file
is and does, its own domain says in a `Flow`; these pages serve them all.
"""
