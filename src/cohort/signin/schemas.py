"""What the signing-in room reads and answers."""

from pydantic import Field

from cohort.http.fields import Line, Strict
from cohort.people.schemas import Code, TokenIn


class LinkSignInIn(TokenIn):
    code: Code | None = None


class NewPasskeyIn(Strict):
    name: Line = Field(examples=["my phone"])


class PasskeyIn(Strict):
    credential: str = Field(min_length=1, max_length=20_000, examples=['{"id": "bXkga2V5"}'])
    """What the browser answered, as JSON."""


class CodeIn(Strict):
    code: Code
