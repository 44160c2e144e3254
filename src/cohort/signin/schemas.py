"""What the signing-in room reads and answers."""

from typing import Annotated

from pydantic import Field, SecretStr

from cohort.http.fields import Line, Strict
from cohort.people.schemas import Code, Token, TokenIn


class LinkSignInIn(TokenIn):
    code: Code | None = None


class ConfirmationIn(Strict):
    """That it is still you: by your password, by a code, or by the token of a mailed link."""

    password: Annotated[SecretStr, Field(max_length=200, examples=["a long sentence"])] | None = (
        None
    )
    code: Code | None = Field(
        default=None, description="What your app shows now, or a recovery code."
    )
    token: Token | None = Field(
        default=None,
        description="Of a link that signs in (`POST /api/v1/login_links`), which it spends; where "
        "you sign in in two steps, `code` too.",
        examples=["k3v9-0f7Qx2nBzL5tYwR8aMc"],
    )


class NewPasskeyIn(Strict):
    name: Line = Field(examples=["my phone"])


class PasskeyIn(Strict):
    credential: str = Field(min_length=1, max_length=20_000, examples=['{"id": "bXkga2V5"}'])
    """What the browser answered, as JSON."""


class CodeIn(Strict):
    code: Code
