"""Every way a request can be refused.

Refusal                 a status, a stable code, and a sentence that says what to do
├── Malformed           400  the request could not be read
├── NotSignedIn         401  we do not know who is asking
├── NotAllowed          403  we know, and they may not
├── NotFound            404  it is not there, or not theirs to see
├── Conflict            409  it does not fit with what is stored; rooms name theirs
├── Stale               412  someone else changed it first
├── TooLarge            413  more than we read
├── Invalid             422  a field is wrong; says which and why
├── NeedsIfMatch        428  a change of what several people edit must say what it saw
├── TooMany             429  slow down
└── Unavailable         503  a server that we need does not answer
"""

from collections.abc import Container, Sequence
from typing import ClassVar, NamedTuple
from uuid import UUID


class FieldError(NamedTuple):
    """Where a value is wrong, as a path into the request, and why."""

    field: str
    message: str


class Refusal(Exception):
    status: ClassVar[int] = 500
    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "That did not work"
    template: ClassVar[str] = "error.html"
    """The page that shows it."""
    retry_after: int | None = None
    """Seconds after which the same request may well succeed."""

    def __init__(self, sentence: str, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.errors = tuple(errors)


class Malformed(Refusal):
    status = 400
    code = "malformed"
    title = "This request could not be read"


class NotSignedIn(Refusal):
    status = 401
    code = "not_signed_in"
    title = "Please sign in"

    def __init__(self, sentence: str = "Sign in, or send an API key, and try again.") -> None:
        super().__init__(sentence)


class NotAllowed(Refusal):
    status = 403
    code = "not_allowed"
    title = "This is not yours to do"


class NotFound(Refusal):
    status = 404
    code = "not_found"
    title = "Nothing here"

    def __init__(self, sentence: str = "There is nothing here that you can see.") -> None:
        super().__init__(sentence)


class Conflict(Refusal):
    status = 409
    code = "conflict"
    title = "That no longer fits"


class Stale(Refusal):
    status = 412
    code = "stale"
    title = "Someone changed this first"

    def __init__(
        self, sentence: str = "This was changed since you read it. Read it again, then change it."
    ) -> None:
        super().__init__(sentence)


class TooLarge(Refusal):
    status = 413
    code = "too_large"
    title = "That is too large"


class Invalid(Refusal):
    status = 422
    code = "invalid"
    title = "Something needs another look"

    @classmethod
    def at(cls, field: str, message: str) -> "Invalid":
        """One field is wrong: the sentence is the field's own."""
        return cls(message, errors=[FieldError(field, message)])

    @classmethod
    def at_each(cls, errors: Sequence[FieldError]) -> "Invalid":
        fields = ", ".join(sorted({one.field or "body" for one in errors}))
        return cls(f"Look again at: {fields}.", errors=errors)


def require_known(
    asked: Sequence[UUID], known: Container[UUID], *, field: str, sentence: str
) -> None:
    """Of many that a request names in a list, each has to be there."""
    unknown = [
        FieldError(f"{field}/{place}", sentence)
        for place, one in enumerate(asked)
        if one not in known
    ]
    if unknown:
        raise Invalid.at_each(unknown)


class NeedsIfMatch(Refusal):
    status = 428
    code = "needs_if_match"
    title = "Say which version you saw"

    def __init__(
        self, sentence: str = "Send the ETag that you read as If-Match, so no change is lost."
    ) -> None:
        super().__init__(sentence)


class TooMany(Refusal):
    status = 429
    code = "too_many"
    title = "A little slower, please"


class Unavailable(Refusal):
    status = 503
    code = "unavailable"
    title = "We cannot do this right now"
    retry_after = 5

    def __init__(
        self, sentence: str = "A server that we need does not answer. Try again in a moment."
    ) -> None:
        super().__init__(sentence)
