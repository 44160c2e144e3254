"""Fit against people placed against pairs kept: the points of a run, and one chosen for a round."""
