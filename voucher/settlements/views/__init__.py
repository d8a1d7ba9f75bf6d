"""Pages of settlements: closing a day, one settlement, paying."""
