"""Pages of the whole chain."""
