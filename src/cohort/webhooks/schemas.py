"""What the webhooks room reads and answers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from cohort.events.catalogue import CATALOGUE
from cohort.http.fields import Shown, Strict
from cohort.http.patterns import PLAIN_WEB
from cohort.webhooks.models import DeliveryState


def _known(name: str) -> str:
    if name not in CATALOGUE:
        raise ValueError("is not a type of event; /api/v1/events/kinds lists them")
    return name


Url = Annotated[
    str,
    StringConstraints(max_length=500, pattern=PLAIN_WEB),
    Field(examples=["https://example.org/hooks/cohort"]),
]
Types = Annotated[
    list[Annotated[str, AfterValidator(_known)]],
    Field(max_length=100, description="Only these types of events; empty for all of them."),
]


class WebhookIn(Strict):
    url: Url
    types: Types = Field(default=[], examples=[["run.solved", "mentorship.began"]])


class WebhookChange(Strict):
    types: Types | None = None
    active: bool | None = Field(
        default=None, description="`true` turns it on again; what it missed is told then."
    )


class WebhookOut(Shown):
    """An address that is told what happens in a cohort."""

    id: UUID
    cohort_id: UUID
    url: str
    types: list[str]
    active: bool
    off_because: str | None = Field(description="Why we turned it off ourselves.")
    created_at: datetime


class NewWebhookOut(WebhookOut):
    """With its secret, which is shown this once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class WebhookDeliveryOut(Shown):
    """One event on its way to a webhook."""

    id: UUID
    webhook_id: UUID
    event_number: int | None = Field(description="Of its cohort; null for a test.")
    payload: dict[str, object]
    state: DeliveryState
    attempts: int
    status: int | None = Field(description="What the receiver answered last.")
    error: str | None = Field(description="Why the last attempt had no answer.")
    created_at: datetime
    attempted_at: datetime | None
    next_at: datetime | None
