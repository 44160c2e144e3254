"""Files that belong to evidence: what they may be, where they are, who gets them."""
