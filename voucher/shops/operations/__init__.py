"""What is done with shops: imported, approved, given tills."""
