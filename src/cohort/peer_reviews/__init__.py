"""Reviews by others of the cohort: asked for fairly, and what they are worth."""
