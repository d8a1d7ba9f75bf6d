"""Workbooks with charts; what is drawn here knows no database and no page."""
