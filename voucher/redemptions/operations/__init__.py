"""Taking a voucher, taking it back, and the departures that touch both."""
