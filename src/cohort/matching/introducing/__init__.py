"""Rounds of introductions: whom each researcher meets before anybody decides."""
