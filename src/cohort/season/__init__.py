"""Wiring: a season of a made-up cohort, played through the verbs that people's requests use."""
