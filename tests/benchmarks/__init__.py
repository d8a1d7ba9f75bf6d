"""How fast it is, as ratios to the least that the same machine must do in the same run."""
