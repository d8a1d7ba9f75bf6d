"""Writes of care levels: grading, confirming, rejecting, appealing, and who read them."""
