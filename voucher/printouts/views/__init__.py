"""Pages of printouts: the files of a run, and letters."""
