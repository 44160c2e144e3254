"""The forms that other sites show: what is open, what a form asks, and what was sent."""
