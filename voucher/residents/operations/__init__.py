"""What is written about residents: imports of the roster, and departures."""
