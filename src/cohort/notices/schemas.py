"""What the notices room reads and answers."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from cohort.cohorts.schemas import WallTime
from cohort.http.fields import Shown, Strict, TimeZone
from cohort.notices.choosing import DIGEST_DAY, DIGEST_HOUR, ZONE
from cohort.notices.kinds import MailWhen

QuietTime = Annotated[
    WallTime, Field(description="On the clock of `time_zone`.", examples=["22:00"])
]


class MailSettingsIn(Strict):
    """All of it: a kind that is not named comes as it does for everyone who chose nothing."""

    choices: dict[str, MailWhen] = Field(
        default_factory=dict,
        max_length=50,
        description="By kind: `at_once`, in the `daily` or the `weekly` digest, or `off`. A kind"
        " allows what its `choices` name.",
        examples=[{"nudges": "weekly", "announcements": "daily"}],
    )
    time_zone: TimeZone = ZONE
    quiet_from: QuietTime | None = Field(
        default=None, description="From then on mails wait; with `quiet_to`."
    )
    quiet_to: QuietTime | None = Field(default=None, description="Then they come.")
    digest_hour: int = Field(default=DIGEST_HOUR, ge=0, le=23)
    digest_day: int = Field(
        default=DIGEST_DAY, ge=0, le=6, description="Of the weekly digest; 0 is Monday."
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise ValueError("needs both ends of the quiet hours, or none")
        return self


class MailKindOut(Shown):
    kind: str = Field(examples=["nudges"])
    title: str
    about: str
    choices: list[MailWhen] = Field(description="What you may choose; the first is the default.")
    comes: MailWhen
    waits: bool = Field(description="Whether it waits for the end of your quiet hours.")


class MailSettingsOut(Shown):
    kinds: list[MailKindOut]
    time_zone: str
    quiet_from: QuietTime | None
    quiet_to: QuietTime | None
    digest_hour: int
    digest_day: int
