"""People from industry who give researchers their time."""
