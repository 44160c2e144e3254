"""The ways to sign in: password, mailed link, passkey, account elsewhere; the second step."""
