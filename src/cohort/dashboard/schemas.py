"""What the dashboard room answers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from cohort.cohorts.schemas import EnrolmentOut
from cohort.http.fields import Shown
from cohort.matching.schemas import RoundOut


class Matching(StrEnum):
    """Whether a researcher has a mentor, is proposed to one, or neither."""

    MATCHED = "matched"
    PROPOSED = "proposed"
    WAITING = "waiting"


class Include(StrEnum):
    """What a list of researchers can bring along."""

    PROGRESS = "progress"
    MATCHING = "matching"


class PlanProgressOut(Shown):
    """How far a researcher is, in milestones."""

    total: int
    passed: int
    late: int = Field(description="Past their date, and the next step is the researcher's.")
    handed_in_at: datetime | None = Field(description="When something was handed in last.")


class MatchingOut(Shown):
    state: Matching
    mentor_id: UUID | None = Field(description="The mentor, or whoever is proposed.")
    mentor: str | None


class ListedEnrolmentOut(EnrolmentOut):
    """A researcher in a list, with what `include` asks for."""

    progress: PlanProgressOut | None = Field(description="Null unless `include=progress`.")
    matching: MatchingOut | None = Field(description="Null unless `include=matching`.")


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
    latest_round: RoundOut | None = Field(
        description="With its newest run. Null unless `include=latest_round`, and before the first."
    )
