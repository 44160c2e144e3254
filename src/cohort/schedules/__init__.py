"""Personal dates: hours, absences and exams, plans dated anew, and cohorts dated anew."""
