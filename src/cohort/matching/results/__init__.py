"""What a run found, and what it can be asked."""
