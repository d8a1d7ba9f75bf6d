"""Reading vouchers as a till sees them, and redemptions."""
