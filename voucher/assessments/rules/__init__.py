"""What makes an assessment: a workbook's row, the answers at a bedside, a signature. Pure."""
