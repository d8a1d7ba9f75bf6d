"""The steps, each named in words."""
