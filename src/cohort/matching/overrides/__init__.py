"""Pins and vetoes: what organisers decide about one pair."""
