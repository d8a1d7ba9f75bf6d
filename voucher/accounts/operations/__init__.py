"""What is done with accounts: keeping them, letting people in, the second factor."""
