"""What the operations room answers."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.jobs.outbox import JobState


class JobOut(Shown):
    """Work that is done after a request by a worker, such as a mail."""

    id: UUID
    name: str = Field(examples=["matching.solve_run"])
    cohort_id: UUID | None
    state: JobState
    attempts: int
    due_at: datetime
    last_error: str | None = Field(description="The kind of the last failure, without content.")
    enqueued_at: datetime
    ended_at: datetime | None


class LiveOut(Shown):
    """A process that answers."""

    status: str = Field(examples=["live"])


class ReadyOut(Shown):
    """A process that can do its work, and what it works with."""

    status: str = Field(examples=["ready"])
    database: str = Field(examples=["ready"])
    redis: str = Field(
        description="`ready`, or that it is away: requests are answered, and work waits.",
        examples=["ready"],
    )
