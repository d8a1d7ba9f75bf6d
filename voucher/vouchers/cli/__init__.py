"""Commands of vouchers: runs, their delivery rounds, single vouchers."""
