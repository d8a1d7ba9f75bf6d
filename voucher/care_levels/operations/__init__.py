"""What can be done with levels, by stage of their life."""
