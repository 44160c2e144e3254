"""How an event looks, in the API, in a stream, and in a webhook."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.jobs.event_log import Event


class EventOut(Shown):
    """Something that happened in a cohort. It names rows by their ids; read them for more."""

    type: str = Field(examples=["proposal.declined"])
    cohort_id: UUID
    number: int = Field(
        description="Of its cohort, one more for each event, without gaps.", examples=[42]
    )
    occurred_at: datetime
    ids: dict[str, UUID] = Field(
        description="What it is about, such as `proposal_id`, `enrolment_id`, `mentor_id`."
    )


class EventKindOut(Shown):
    """A kind of event."""

    type: str = Field(examples=["proposal.declined"])
    says: str = Field(examples=["One of the two said no."])
    ids: list[str] = Field(examples=[["proposal_id", "enrolment_id", "mentor_id"]])


def event_out(event: Event) -> EventOut:
    return EventOut(
        type=event.kind,
        cohort_id=event.cohort_id,
        number=event.number,
        occurred_at=event.occurred_at,
        ids=event.ids,
    )
