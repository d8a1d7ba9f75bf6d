"""Writes of printouts: asking for a print, drawing it, keeping its manifest."""
