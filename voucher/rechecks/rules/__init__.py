"""How a sample is drawn, and how far two pairs agree. Pure."""
