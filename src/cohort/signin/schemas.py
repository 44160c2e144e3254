"""What the signing-in room reads and answers."""

from cohort.http.fields import Strict
from cohort.people.schemas import Code, TokenIn


class LinkSignInIn(TokenIn):
    code: Code | None = None


class CodeIn(Strict):
    code: Code
