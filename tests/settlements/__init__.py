"""What shops are owed, closed and paid."""
