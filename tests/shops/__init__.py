"""Shops: their sheets, their approval, their tills."""
