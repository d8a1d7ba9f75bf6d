"""Pages of vouchers: runs, single vouchers, handover."""
