"""Trying rules out before they are used."""
