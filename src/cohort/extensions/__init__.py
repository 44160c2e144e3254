"""A new date for one item of a plan: asked for with a reason, granted or declined."""
