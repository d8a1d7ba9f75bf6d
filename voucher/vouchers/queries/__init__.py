"""Reading runs and vouchers."""
