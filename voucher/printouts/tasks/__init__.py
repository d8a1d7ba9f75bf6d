"""Background work of printouts: drawing and reading back."""
