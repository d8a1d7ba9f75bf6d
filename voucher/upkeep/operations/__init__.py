"""Making an installation, verifying it, and rehearsing the whole chain on invented people."""
