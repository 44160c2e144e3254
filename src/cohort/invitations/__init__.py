"""Inviting people by mail, who need no account yet, and what comes of it."""
