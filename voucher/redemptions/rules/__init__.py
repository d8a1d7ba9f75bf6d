"""What a till may take of a voucher, and the words when it may not. Pure."""
