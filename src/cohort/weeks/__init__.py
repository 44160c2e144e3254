"""What to do this week and why, and a whole plan as a time line."""
