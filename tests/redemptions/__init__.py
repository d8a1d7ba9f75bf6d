"""Redemptions and what takes them back."""
