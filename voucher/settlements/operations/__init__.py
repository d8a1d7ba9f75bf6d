"""Closing what shops are owed, paying it, and the statement they get."""
