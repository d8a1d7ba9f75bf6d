"""
Paper: sheets of vouchers, handover lists, statements, as PDF.

Owns: the manifest of files (what, how many, which hash, who printed when). The rows say what to
draw, so the same run drawn again gives the same files byte for byte. A sheet with a missing glyph
is never printed.
"""
