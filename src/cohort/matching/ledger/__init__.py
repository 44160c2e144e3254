"""Every decision about pairs, with what it cost when it was made, and what all cost now."""
