"""Study circles: small groups of researchers of a cohort who meet every week."""
