"""Reading what shops are owed, and settlements."""
