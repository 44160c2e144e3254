"""The ways to sign in: a password, a mailed link."""
