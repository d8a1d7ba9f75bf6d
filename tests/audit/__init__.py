"""Events and their chain."""
