"""The ways to sign in: a password, a mailed link, a passkey, an account elsewhere; the second step."""
