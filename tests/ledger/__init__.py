"""Budgets and postings."""
