"""cohort: cohorts of researchers, their study plans, and mentors found by an exact matching."""

__version__ = "0.1.0"
