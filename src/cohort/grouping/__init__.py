"""Small groups of people who suit each other, and how far they may be from the best; pure."""
