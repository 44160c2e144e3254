"""What a researcher brings along and where production is new to her; it weighs her milestones."""
