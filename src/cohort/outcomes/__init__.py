"""What came of the matching: which factors went with good mentorships."""
