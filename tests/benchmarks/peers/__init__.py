"""
Other ways to draw the same sheets, each a program of its own: `python PEER.py SHEETS.json OUT.pdf`.

SHEETS.json holds the page and cut lines in mm, the font files, and for each voucher its texts
(text, x and baseline y in mm from the top left, size in points, weight) and its code (text, x, y,
side in mm with the quiet zone): what a sheet says and where is given, only coding and drawing is
timed. A peer prints the seconds from the data in memory to the file on the disk.
"""
