"""Questions of the organisers' own: what they ask each side beside the profile, and the answers."""
