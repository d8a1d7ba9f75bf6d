"""States of shops and tills, and what each row of a shops workbook becomes."""
