"""Plans of dated milestones, evidence handed in, and its reviews."""
