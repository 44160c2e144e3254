"""The next best mentor, when a proposal was declined or ran out."""
