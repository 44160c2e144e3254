"""Guides and milestones that organisers draft, publish and move their cohorts to."""
