"""What the operations room answers."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.jobs.outbox import PromiseState


class PromiseOut(Shown):
    """Work that was promised to be done after a request, such as a mail."""

    id: UUID
    job: str = Field(examples=["matching.solve_run"])
    cohort_id: UUID | None
    state: PromiseState
    attempts: int
    due_at: datetime
    last_error: str | None = Field(description="The kind of the last failure, without content.")
    promised_at: datetime
    ended_at: datetime | None
