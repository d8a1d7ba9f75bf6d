"""Reading assessments, and the bedside forms that may become some."""
