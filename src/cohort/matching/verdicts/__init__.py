"""What the two of a proposal may know of the proof of the round that made it."""
