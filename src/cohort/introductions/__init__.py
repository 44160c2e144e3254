"""Who is introduced to whom before anybody decides, and what the two say after their talk."""
