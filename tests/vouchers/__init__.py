"""Runs, vouchers, prints: what becomes of them."""
