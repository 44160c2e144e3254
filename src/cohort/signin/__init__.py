"""The ways to sign in: a password, a mailed link, a passkey; and the second step."""
