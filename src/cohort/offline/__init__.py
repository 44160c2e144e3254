"""`cohort match`: from files to files, with no server and no database."""
