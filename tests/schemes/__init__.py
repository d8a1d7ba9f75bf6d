"""Schemes: conditions, files, scores, classes, grants and prices."""
