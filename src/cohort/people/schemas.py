"""What the people room reads and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, SecretStr, StringConstraints

from cohort.http.fields import Email, Line, Note, Shown, Strict
from cohort.http.patterns import LINK, ONE_TIME_CODE

Password = Annotated[SecretStr, Field(min_length=12, max_length=200, examples=["a long sentence"])]
Token = Annotated[str, StringConstraints(min_length=20, max_length=100, pattern=LINK)]


Scope = Literal[
    "guides:read",
    "curricula:read",
    "curricula:write",
    "cohorts:read",
    "cohorts:write",
    "applications:read",
    "applications:write",
    "mentors:read",
    "mentors:write",
    "mentorships:read",
    "mentorships:write",
    "introductions:read",
    "introductions:write",
    "meetings:read",
    "meetings:write",
    "sessions:read",
    "sessions:write",
    "circles:read",
    "circles:write",
    "agendas:read",
    "agendas:write",
    "checkins:read",
    "checkins:write",
    "calendars:read",
    "calendars:write",
    "announcements:read",
    "announcements:write",
    "mails:read",
    "mails:write",
    "quizzes:read",
    "quizzes:write",
    "study:read",
    "study:write",
    "matching:read",
    "matching:write",
    "dashboard:read",
    "dashboard:write",
    "events:read",
    "webhooks:read",
    "webhooks:write",
]


Code = Annotated[
    str,
    Field(
        max_length=40,
        pattern=ONE_TIME_CODE,
        description="Where two steps are on: what the app shows, or a recovery code.",
        examples=["123456"],
    ),
]


class SignInIn(Strict):
    email: Email
    password: Annotated[SecretStr, Field(max_length=200, examples=["a long sentence"])]
    code: Code | None = None


class EmailIn(Strict):
    email: Email


class TokenIn(Strict):
    token: Token = Field(examples=["k3v9-0f7Qx2nBzL5tYwR8aMc"])


class NewPasswordIn(TokenIn):
    password: Password


class PasswordIn(Strict):
    password: Password


class RightsIn(Strict):
    opens_cohorts: bool = Field(description="Whether this person may open cohorts.")


class SuspensionIn(Strict):
    reason: Note = Field(
        min_length=1,
        description="Why; it is sent by mail as it is.",
        examples=["You wrote to people who asked you not to."],
    )


class JoinIn(NewPasswordIn):
    name: Line = Field(examples=["Ada Example"])


class ApiKeyIn(Strict):
    name: Line = Field(examples=["front end"])
    scopes: list[Scope] = Field(min_length=1, max_length=50, examples=[["cohorts:read"]])
    expires_at: AwareDatetime | None = Field(
        default=None,
        description="When it stops working, with a zone; after 90 days, unless said otherwise, and "
        "within a year.",
        examples=["2026-12-31T12:00:00Z"],
    )


class NoticeOut(Shown):
    """What happens next, in a sentence."""

    detail: str


class PersonOut(Shown):
    id: UUID
    name: str
    email: str
    is_admin: bool
    created_at: datetime


class AccountOut(PersonOut):
    """An account as admins see it."""

    opens_cohorts: bool = Field(
        description="Whether an admin lets this person open cohorts. Admins may anyway."
    )
    verified_at: datetime | None
    suspended_at: datetime | None


class LoginOut(Shown):
    """The token goes into `Authorization: Bearer …`; browsers get it as a cookie."""

    token: str
    expires_at: datetime
    person: PersonOut


class StandingLoginOut(Shown):
    """Where you are signed in."""

    id: UUID
    device: str = Field(description="In words, such as: Firefox on Windows.")
    began_at: datetime
    used_at: datetime = Field(description="To the hour.")
    expires_at: datetime = Field(description="When it ends, unless it is used before.")
    is_current: bool = Field(description="Whether this is the login that asks.")


class ApiKeyOut(Shown):
    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class NewApiKeyOut(ApiKeyOut):
    """The secret is said this once."""

    secret: str
