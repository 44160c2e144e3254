"""What an organiser should look at before a round is published."""
