"""What writes assessments: a workbook of many, and one at the bedside, draft by draft."""
