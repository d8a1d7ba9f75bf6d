"""Reads of care levels: those in force, those proposed, appeals, what is due again."""
