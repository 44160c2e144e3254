"""When the two of a mentorship meet: proposed, agreed, moved, cancelled, held."""
