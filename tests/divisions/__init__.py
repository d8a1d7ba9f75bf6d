"""The district, its streets and communities."""
