"""What a job passes: the outbox that promises it, the wake-up, the runner, its context."""
