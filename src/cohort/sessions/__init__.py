"""Live sessions of a cohort: planned, signed up for, attended."""
