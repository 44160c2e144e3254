"""Wiring: a cohort in its seventh week, built through the verbs that people's requests use."""
