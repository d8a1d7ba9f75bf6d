"""Redemptions: their doors, their answers, their races."""
