"""What the two of a mentorship talk about: goals, points, notes, and what the plan says."""
