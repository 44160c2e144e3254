"""What the invitations room reads and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from cohort.cohorts.schemas import EnrolmentIn
from cohort.http.fields import Email, Line, Note, Shown, Strict
from cohort.http.patterns import PLAIN_WEB
from cohort.invitations.models import InvitationState, InvitedAs
from cohort.mentors.schemas import MentorFields, Roles, Skills
from cohort.profiles.profile import Domains, Languages
from cohort.questions.schemas import Answers

MOST_LINES = 300
PageUrl = Annotated[
    str,
    StringConstraints(max_length=500, pattern=PLAIN_WEB),
    Field(examples=["https://www.example.org/join"]),
]
Days = Annotated[int, Field(ge=1, le=60, description="How long the link works.", examples=[14])]


class InvitedProfile(Strict):
    """What the form of an invited mentor comes filled in with; she may change all of it."""

    domains: Domains | None = None
    roles: Roles | None = None
    skills: Skills | None = None
    languages: Languages | None = None


class InvitationsIn(Strict):
    invited_as: InvitedAs = Field(examples=["mentor"])
    lines: list[Annotated[str, StringConstraints(max_length=500)]] = Field(
        min_length=1,
        max_length=MOST_LINES,
        description="One person each: an address, or a name and an address.",
        examples=[["Grace Example <grace@example.org>", "ada@example.org"]],
    )
    admits: bool = Field(
        default=False,
        description="Whoever answers is in: for a researcher a seat is kept until the link ends, "
        "and a mentor is approved by answering. Else the answer is decided like any other.",
    )
    note: Note = Field(default="", description="Your words, in the mail.", examples=["Join us!"])
    profile: InvitedProfile | None = Field(
        default=None,
        description="For mentors: what their form comes filled in with, such as the field, role "
        "and skills of the advice on a run.",
    )
    days: Days = 14
    page_url: PageUrl | None = Field(
        default=None,
        description='A page with `<cohort-form kind="invitation">`, on a site that the cohort '
        "names; the link leads there. Else it leads to a page of ours.",
    )
    dry_run: bool = Field(default=False, description="Say what would happen, and keep nothing.")


class InvitationOutcome(StrEnum):
    INVITED = "invited"
    ALREADY = "already"
    REFUSED = "refused"


class InvitedLineOut(Shown):
    """What became of one line, or would."""

    line: str
    email: str | None = Field(description="The address in it; null where none is understood.")
    outcome: InvitationOutcome
    reason: str | None = Field(description="Why nobody is invited; null where somebody is.")


class InvitationsOut(Shown):
    dry_run: bool
    outcomes: list[InvitedLineOut]


class MailedInvitationOut(Shown):
    """An invitation, as the organisers see it."""

    id: UUID
    cohort_id: UUID
    invited_as: InvitedAs
    email: str
    name: str
    admits: bool
    profile: InvitedProfile
    state: InvitationState
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None = Field(description="When its page was first opened.")
    settled_at: datetime | None = Field(
        description="When it was answered, declined or revoked; null before."
    )


class InvitedLine(Strict):
    """The parts of a line, as they can be kept."""

    email: Email
    name: Line | Literal[""] = Field(examples=["Ada Example"])


class ResearcherAnswer(EnrolmentIn):
    """What an invited researcher says; the link has proved the address."""

    name: Line = Field(examples=["Ada Example"])
    answers: Answers = Field(default={})


class MentorAnswer(MentorFields):
    """What an invited mentor says; the link has proved the address."""

    name: Line = Field(examples=["Grace Example"])
    answers: Answers = Field(default={})
    consent: Literal[True] = Field(
        description="That the organisers may read this profile and show it to those matched.",
        examples=[True],
    )
