"""Another mentor for those who have one: asked for by one of the two, or better by enough."""
