"""Levels proposed and confirmed."""
