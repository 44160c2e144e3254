"""What the room of check-ins reads and answers."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from cohort.checkins.models import CheckIn, Going
from cohort.http.fields import Note, Shown, Strict
from cohort.mentorships.models import Side


class CheckInAnswer(Strict):
    """Read by the organisers of the cohort, never by the other one of the two."""

    met: bool = Field(
        description="Whether the two met since the last time that was asked.", examples=[True]
    )
    going: Going = Field(description="Whether it is going well.", examples=["well"])
    needs_help: bool = Field(
        description="Whether the organisers should get in touch.", examples=[False]
    )
    words: Note = Field(default="", examples=["We talk about my pipeline every second week."])


class CheckInOut(Shown):
    id: UUID
    mentorship_id: UUID
    side: Side = Field(description="Which of the two is asked.")
    due_on: date = Field(description="In the time zone of whoever is asked.")
    asked_at: datetime
    is_open: bool = Field(
        description="Whether an answer is taken: until the next one is asked, or the mentorship "
        "ends."
    )
    answered_at: datetime | None = Field(description="When the last answer came.")
    met: bool | None
    going: Going | None
    needs_help: bool | None
    words: str


def check_in_out(check_in: CheckIn) -> CheckInOut:
    return CheckInOut.model_validate(check_in)
