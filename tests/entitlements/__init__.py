"""Who is due what, and why not."""
