"""Figures that change nothing."""
