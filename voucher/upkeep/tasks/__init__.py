"""What runs by itself: the worker's rounds, and the rehearsal of the whole chain."""
