"""Pages of care levels: one level with its reasons, what was sent back, what is due, appeals."""
