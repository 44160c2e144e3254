"""A calendar of one's own, which phones and calendar programs read by a secret address."""
