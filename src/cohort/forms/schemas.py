"""What the public forms read and answer."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from cohort.applications.schemas import ApplicationIn
from cohort.forms.words import FormKind, FormLanguage
from cohort.http.fields import Email, Line, Note, Shown
from cohort.invitations.models import InvitedAs
from cohort.invitations.schemas import MentorAnswer, ResearcherAnswer
from cohort.mentors.schemas import MentorIn

Website = Annotated[
    Note, Field(description="People do not see this field: leave it empty.", examples=[""])
]
Proof = Annotated[
    str,
    Field(
        max_length=4_000,
        description="The solved challenge of this form, in ALTCHA's form: base64 of JSON.",
    ),
]


class MentorForm(MentorIn):
    """The sign-up of a mentor, from any site that the cohort names."""

    name: Line = Field(examples=["Grace Example"])
    email: Email
    website: Website = ""
    proof: Proof | None = None


class ResearcherForm(ApplicationIn):
    """The application of a researcher, from any site that the cohort names."""

    name: Line = Field(examples=["Ada Example"])
    email: Email
    website: Website = ""
    proof: Proof | None = None


MODELS: dict[FormKind, type[MentorForm | ResearcherForm]] = {
    FormKind.MENTOR: MentorForm,
    FormKind.RESEARCHER: ResearcherForm,
}


ANSWERS: dict[InvitedAs, type[MentorAnswer | ResearcherAnswer]] = {
    InvitedAs.MENTOR: MentorAnswer,
    InvitedAs.RESEARCHER: ResearcherAnswer,
}


class OpenFormOut(Shown):
    """A form that anyone may fill now."""

    kind: FormKind
    cohort_id: UUID
    cohort: str = Field(description="The cohort's slug, for the addresses of the form.")
    name: str
    description: str
    starts_on: date
    ends_on: date
    time_zone: str
    closes_at: datetime | None = Field(description="When it closes; null while the cohort runs.")
    schema_url: str = Field(description="What the form asks, as JSON Schema; POST goes there too.")
    page_url: str = Field(description="The form as a page of ours, which needs no JavaScript.")


class OpenFormsOut(BaseModel):
    items: list[OpenFormOut]


class ChallengeOut(BaseModel):
    """Find a `counter` with which PBKDF2 of nonce and counter begins with the prefix.

    As ALTCHA, version 2, has it; its libraries and its widget solve it.
    """

    parameters: dict[str, Any]
    signature: str


class FormSchemaOut(BaseModel):
    """A JSON Schema (2020-12) with what a page needs to show the form."""

    schema_: str = Field(alias="$schema")
    id: str = Field(alias="$id")
    title: str
    language: FormLanguage = Field(alias="x-language")
    page_url: str = Field(alias="x-page-url", description="The form as a page of ours.")
    send_to: str = Field(alias="x-send-to", description="Where to POST what was filled in.")
    challenge: str | None = Field(
        alias="x-challenge",
        description="Where to ask for a challenge, whose proof is sent along; null where none is "
        "needed.",
    )
    decline_at: str | None = Field(
        default=None, alias="x-decline-at", description="Where an invitation is declined."
    )
    steps: list[dict[str, Any]] = Field(
        alias="x-steps",
        description="Titles, and the fields of each step in their order; `answers/…` is a property "
        "of `answers`.",
    )
    type: str
    properties: dict[str, Any]
    required: list[str]
