"""Which passwords are too easy to guess."""

import re
from collections.abc import Iterator

from cohort.errors import Invalid

LEAST_SCORE = 3
"""Of zxcvbn's 0 to 4: more than 10**8 guesses, by someone who knows common and breached passwords,
names, dates, keyboards, and what is said here about the person."""
LOOKED_AT = 72
"""Characters: what the estimate takes at most. What follows them can only make it harder."""


def require_strong(password: str, *, name: str, email: str) -> None:
    """Refuse what a program guesses soon, with what makes it so and what to do."""
    # Its words take 13 MB, and a worker, which nobody tells a password, does without them.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    known = list(_guessed_first(name, email))
    found = zxcvbn(password[:LOOKED_AT], user_inputs=known, max_length=LOOKED_AT)
    if found["score"] >= LEAST_SCORE:
        return
    why = found["feedback"]["warning"] or "It is close to what is known of you, or too regular."
    raise Invalid.at(
        "password",
        f"This is too easy to guess. {why} Choose several words that nobody would put together, "
        "or let a password manager make one.",
    )


def _guessed_first(name: str, email: str) -> Iterator[str]:
    mailbox, _, domain = email.lower().partition("@")
    words = re.findall(r"\w+", f"{name.lower()} {mailbox} {domain}")
    yield from ("cohort", "mentor", "mentorship", email.lower(), mailbox, domain)
    yield from words
    yield "".join(re.findall(r"\w+", name.lower()))
