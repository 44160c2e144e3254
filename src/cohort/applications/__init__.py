"""Applying for a seat, the scores of the organisers, decisions, and the waitlist."""
