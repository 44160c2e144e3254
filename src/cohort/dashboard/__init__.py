"""What an organiser sees at a glance."""
