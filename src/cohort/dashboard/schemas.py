"""What the dashboard room answers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from cohort.cohorts.models import EnrolmentState
from cohort.cohorts.schemas import EnrolmentOut
from cohort.http.fields import Shown, Slug, Strict
from cohort.http.listing import ListQuery, pattern
from cohort.matching.schemas import RoundOut
from cohort.mentors.models import MentorState
from cohort.mentors.schemas import MentorSort


class Matching(StrEnum):
    """Whether a researcher has a mentor, is proposed to one, or neither."""

    MATCHED = "matched"
    PROPOSED = "proposed"
    WAITING = "waiting"


class Include(StrEnum):
    """What a list of researchers can bring along."""

    PROGRESS = "progress"
    MATCHING = "matching"


class EnrolmentSort(StrEnum):
    OLDEST = "created_at"
    NEWEST = "-created_at"
    NAME = "name"
    NAME_BACKWARDS = "-name"
    LEAST_PASSED = "progress"
    MOST_PASSED = "-progress"
    MOST_LATE = "-late"
    LONGEST_QUIET = "handed_in_at"


class PeopleSearch(Strict):
    """What the page of people is searched by."""

    q: str = Field(default="", max_length=100)
    state: EnrolmentState = EnrolmentState.ACTIVE
    matching: Matching | None = None
    late: bool | None = None
    sort: EnrolmentSort = EnrolmentSort.NAME

    def as_query(self) -> ListQuery:
        filters = {"q": pattern(self.q), "state": self.state}
        return ListQuery(self.sort, {**filters, "matching": self.matching, "late": self.late})


class MentorSearch(Strict):
    """What the page of mentors is searched by."""

    q: str = Field(default="", max_length=100)
    state: MentorState | None = None
    free: bool | None = None
    paused: bool | None = None
    domain: Slug | None = None
    sort: MentorSort = MentorSort.NAME

    def as_query(self) -> ListQuery:
        filters = {"q": pattern(self.q), "state": self.state, "domain": self.domain}
        return ListQuery(self.sort, {**filters, "free": self.free, "paused": self.paused})


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
    applications_waiting: int = Field(description="Applications that nobody has decided on.")
    places: int = Field(description="With mentors who are approved and not paused.")
    places_free: int
    reviews_waiting: int
    rounds_unpublished: int
    failed_work: int
    latest_round: RoundOut | None = Field(
        description="With its newest run. Null unless `include=latest_round`, and before the first."
    )
