"""Pages of redemptions: the till, the public page, reversals, departures."""
