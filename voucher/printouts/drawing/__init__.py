"""
Drawing: frozen values in, a PDF file out, the same bytes for the same values.

No database, no clock, no settings. Every character is checked against the fonts before the first
line is drawn, so a file is either whole or not there.
"""
