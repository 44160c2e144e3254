"""What an organiser decides about many pairs at once: lock them, swap two, repair a drop-out."""
