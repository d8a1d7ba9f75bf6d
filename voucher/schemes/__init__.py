"""
Schemes as data: instruments that score, programmes that class, grant and price.

Owns the bundled TOML files, the rules that read them, the versions that were used and the
district's own that two people adopted (`proposed` -> `approved` or `withdrawn`). A file is loaded
into frozen values, and whatever its author left out, misspelt or contradicted is refused with the
file, the line and a plain sentence (`scheme_invalid`). Its worked examples run as tests
(`voucher schemes check`).

Laws: level ids are text; a used version never changes, a correction is a new file with a new
version; a condition is CEL, compiled once and tried on both sides of every comparison before it
may decide about anybody; every result carries its reasons; values that no source states are
marked as samples.

Read by assessments (parse, score), care_levels (score, class), entitlements (grants and why not),
redemptions (price) and printouts (paper names and terms).
"""
