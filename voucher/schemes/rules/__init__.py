"""What scheme files say and what follows: conditions, scores, classes, grants, prices."""
