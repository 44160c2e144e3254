"""What researchers and mentors tell of themselves in the same words: fields, languages, hours."""
