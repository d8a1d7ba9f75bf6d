"""
Workbooks that offices send, and workbooks that go back to them.

A file from outside is hostile until proved otherwise: `archive` proves its size, its kind and its
parts before anything is parsed, `sheets` reads what values alone do not tell (formulas, error
cells, merged and hidden cells), `reading` joins both with the values. `headers` finds the line of
titles, `tables` gives the data rows below it, `cells` reads one value, `faults` says what is wrong
with a row, `delimited` reads CSV, `writing` makes workbooks in which every text stays text, and
`returning` gives faulty rows back.

Laws: nothing is evaluated; a refused file costs little memory; no exported cell is a formula.
"""
