"""What is studied: guides, their sections, milestones, and the taxonomies."""
