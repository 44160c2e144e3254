"""What a researcher types before she hands it in, kept for her alone."""
