"""People come into a cohort from a spreadsheet."""
