"""Printouts: order and files, fonts, sheets, handover lists, statements."""
