"""Two runs side by side: who has another mentor, and what changed in between."""
