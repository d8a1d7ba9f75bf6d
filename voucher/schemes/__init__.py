"""
Schemes as data: instruments that score, programmes that class, grant and price.

Owns the bundled TOML files and the rules that read them; no tables, no clock. A file is loaded
into frozen values, and whatever its author left out, misspelt or contradicted is refused with the
file, the place in it and a plain sentence (`scheme_invalid`). Its worked examples run as tests
(`voucher schemes check`).

An instrument adds points up to a total that its levels band, or grades each of its parts and
combines the grades: by a matrix, by conditions in order with their gaps and overlaps counted, or
by added values. Its file says which parts make the total. Bands belong to the policy, not to the
scale: who reads the same items by other bands brings the file under an id of its own with other
levels, and names that id as the programme's scale.

A programme says who is due what by level and household, its shares, price caps and rounding, its
currency, how long paper lives and what no roster states. What it says but no run can act on yet
is refused when a run is planned; pricing and simulation work all the same.

Laws: level ids are text; a used version never changes, a correction is a new file with a new
version; a condition is CEL, compiled once and tried on both sides of every comparison before it
may decide about anybody; every result carries its reasons; values that no source states are
marked as samples.

Read by assessments (parse, score), care_levels (score, class), entitlements (grants and why not),
redemptions (price) and printouts (paper names and terms).
"""
