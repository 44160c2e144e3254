"""The values that people send us, as types that refuse what cannot be kept."""

import re
from datetime import date
from typing import Annotated
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from cohort.http.patterns import LANGUAGE, MAYBE_WEB, SLUG, WEB

_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


class Strict(BaseModel):
    """What we read: unknown fields are refused, and what was sent is never echoed in an error."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class Shown(BaseModel):
    """What we answer: read straight from a row."""

    model_config = ConfigDict(from_attributes=True)


def plain(text: str) -> str:
    """Refuses control characters, and marks that turn the direction of text."""
    if _HIDDEN.search(text):
        raise ValueError("contains control characters; remove them")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("contains half of a character; type it again") from error
    return text


def without_hidden(text: str) -> str:
    """What `plain` would refuse is taken out of a text that comes from elsewhere."""
    return _HIDDEN.sub("", text).encode(errors="ignore").decode()


def _one_line(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise ValueError("must be one line")
    if "=?" in text:
        # Some Pythons decode it in the header of a mail, into a header of its own.
        raise ValueError("contains =?, which mail cannot carry; write it differently")
    return text


def _mailbox(address: str) -> str:
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError("is not an e-mail address such as ada@example.org") from error
    return found.normalized.lower()


def _zone(name: str) -> str:
    if name not in _ZONES:
        raise ValueError("is not a time zone such as Europe/Berlin")
    return name


_ZONES = frozenset(available_timezones())

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(plain),
    AfterValidator(_one_line),
]
MaybeLine = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200),
    AfterValidator(plain),
    AfterValidator(_one_line),
]
"""Empty for none, as the next."""
MaybeUrl = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500, pattern=MAYBE_WEB),
    AfterValidator(plain),
]
Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(plain)
]
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2_000), AfterValidator(plain)
]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=80)]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(_mailbox),
    Field(examples=["ada@example.org"]),
]
TimeZone = Annotated[str, AfterValidator(_zone), Field(examples=["Europe/Berlin"])]
Day = Annotated[
    date,
    Field(
        ge=date(2000, 1, 1),
        le=date(2199, 12, 31),
        json_schema_extra={"pattern": r"^2[01]\d\d-\d\d-\d\d$"},
    ),
]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Url = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500, pattern=WEB),
    AfterValidator(plain),
    Field(examples=["https://example.org/notebook"]),
]
