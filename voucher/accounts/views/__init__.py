"""Pages of accounts: the door, and the administrator's list."""
