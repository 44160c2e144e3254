"""What a cohort looks like in numbers: as pages, pictures, files and over the API."""
