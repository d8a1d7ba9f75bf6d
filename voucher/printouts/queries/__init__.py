"""Gathering what a sheet shows from the rows."""
