"""Pages of assessments: one at a time by a form, and many by a workbook."""
