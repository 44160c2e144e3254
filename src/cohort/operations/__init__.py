"""What operators and developers look at: health, metrics, jobs, the mailbox, the design page."""
