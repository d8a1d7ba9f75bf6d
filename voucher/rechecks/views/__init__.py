"""Pages of rechecks."""
