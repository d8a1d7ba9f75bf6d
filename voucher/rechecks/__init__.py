"""
Assessments made again by another pair: a random share, to see how far results can be trusted.

Owns: draws and rechecks. A draw chooses a share of the assessments of a period and keeps its seed,
so that anybody can choose them again. A recheck is recorded once; it never becomes a level: where
it differs, a new regular assessment or an appeal settles the matter.
"""
