"""
The person on the roster: import from Excel, duplicates, moves, departure.

A resident has an opaque id; the identity number is an attribute with history, sealed, unique among
present residents by its blind index. A row of a roster is accepted or rejected by `rules`, and
nothing is written before the whole file is judged. Who is absent from a file is listed, never
removed. A departure is recorded here; `vouchers` carries it further and holds what the person has.
"""
