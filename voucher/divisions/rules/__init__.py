"""What the names of communities mean."""
