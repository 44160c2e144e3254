"""What the room of announcements reads and answers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from cohort.announcements.models import Audience, CopyState
from cohort.http.fields import Line, Shown, Strict, plain

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    AfterValidator(plain),
]


class AnnouncementIn(Strict):
    audience: Audience = Field(
        description="`everyone`: researchers and mentors. `at_risk`: who needs somebody, as the"
        " forecasts say. `behind`: something is overdue. `without_mentor`: has none at present."
        " `paused`: looks for no mentor now. `done`: has handed everything in. `circle`: the"
        " people of the study circle `circle_id`."
    )
    circle_id: UUID | None = Field(
        default=None,
        validate_default=True,
        description="With the audience `circle` alone.",
        examples=[None],
    )
    subject: Line = Field(examples=["The exam has a new date"])
    text: Words = Field(description="Markdown.", examples=["It is on **14 May**, at nine."])
    is_essential: bool = Field(
        default=False,
        description="Send it also to those who have switched announcements off or read them in a"
        " digest; twice in seven days at most.",
    )

    @field_validator("circle_id", mode="after")
    @classmethod
    def _with_its_audience(cls, circle_id: UUID | None, info: ValidationInfo) -> UUID | None:
        audience = info.data.get("audience")
        if audience is not None and (audience is Audience.CIRCLE) != (circle_id is not None):
            raise ValueError("name the circle with the audience circle, and with no other audience")
        return circle_id


class AnnouncementSend(AnnouncementIn):
    dry_run: bool = Field(default=False, description="Say who would get it, and send nothing.")


class AnnouncementForm(AnnouncementIn):
    """The page sends the id along that the announcement will have: sent twice, it is one."""

    key: UUID | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_choice(cls, sent: dict[str, Any]) -> dict[str, Any]:
        """The list of audiences names each circle: `circle:` and its id."""
        audience, _, circle_id = str(sent.get("audience", "")).partition(":")
        return {**sent, "audience": audience, "circle_id": circle_id} if circle_id else sent


class RecipientOut(Shown):
    person_id: UUID
    name: str


class AnnouncementPreviewOut(Shown):
    """Who gets it, or would get it."""

    dry_run: bool
    id: UUID | None = Field(description="Null for a dry run.")
    recipients: int
    at_once: int = Field(description="How many of them get it as soon as it is sent.")
    in_digest: int
    off: int = Field(description="How many have switched announcements off, and do not get it.")
    people: list[RecipientOut] = Field(description="By name; the first two hundred.")


class AnnouncementOut(Shown):
    id: UUID
    audience: Audience
    circle_id: UUID | None
    subject: str
    text: str
    is_essential: bool
    sender: str
    sent_at: datetime
    counts: dict[CopyState, int] = Field(
        description="Of how many people it is `waiting`, `sent`, `in_digest` or `off`.",
        examples=[{"sent": 11, "off": 1}],
    )
