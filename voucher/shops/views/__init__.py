"""Pages of shops and of their tills."""
