"""The rules of a cohort's matching: versions of weights, hard requirements and an aim."""
