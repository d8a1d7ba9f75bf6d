"""What scheme files say and what follows from them: loading, conditions, scores, classes, prices."""
