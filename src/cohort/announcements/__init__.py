"""What organisers write to everyone of their cohort, or to a part of it."""
