"""What a job passes: the outbox it is written to, the wake-up, the runner, its context."""
