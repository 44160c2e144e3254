"""Which mails people get, and when: kinds, choices, quiet hours, digests, one-click endings."""
