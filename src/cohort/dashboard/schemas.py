"""What the dashboard room answers."""

from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown


class OverviewOut(Shown):
    """A cohort in figures: `matched`, `proposed` and `waiting` add up to `researchers`."""

    cohort_id: UUID
    seats: int
    researchers: int
    matched: int
    proposed: int
    waiting: int = Field(description="Neither a mentor nor an open proposal.")
    mentors: int
    mentors_pending: int
    places: int = Field(description="With mentors who are approved and not paused.")
    places_free: int
    reviews_waiting: int
    rounds_unpublished: int
    failed_work: int
