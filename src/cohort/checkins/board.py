"""All mentorships of a cohort for its organisers: searched, filtered and in order."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.health import Health, Reason, Standing, health_of, reasons_of
from cohort.checkins.schemas import SaidOut, StandingOut, StandingSort
from cohort.checkins.standings import standings
from cohort.cohorts import service as cohorts
from cohort.errors import NotFound
from cohort.mentorships.models import Mentorship, Side
from cohort.people.models import Person

NEVER = datetime.max.replace(tzinfo=UTC)
WORST_FIRST = list(Health)


@dataclass(frozen=True, slots=True)
class Judged:
    """A mentorship with what follows from what is known of it."""

    standing: Standing
    health: Health
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class BoardQuery:
    q: str = ""
    health: Health | None = None
    sort: StandingSort = StandingSort.WORST


ORDERS: dict[StandingSort, Callable[[Judged], Any]] = {
    StandingSort.WORST: lambda one: (WORST_FIRST.index(one.health), one.standing.met_at),
    StandingSort.NAME: lambda one: one.standing.researcher.casefold(),
    StandingSort.QUIETEST: lambda one: one.standing.met_at,
    StandingSort.NEXT: lambda one: one.standing.next_meeting_at or NEVER,
}


def judged(one: Standing, now: datetime) -> Judged:
    return Judged(one, health_of(one, now), reasons_of(one, now))


async def board(
    db: AsyncSession, actor: Person, cohort_id: UUID, wanted: BoardQuery, *, now: datetime
) -> list[Judged]:
    """One statement for all of them; what is worked out of it is in no column to sort by."""
    await cohorts.require_organiser(db, actor, cohort_id)
    found = await standings(db, Mentorship.cohort_id == cohort_id, now=now, reader=actor)
    chosen = [one for one in (judged(each, now) for each in found) if _fits(one, wanted)]
    return sorted(chosen, key=ORDERS[wanted.sort])


async def count_by_health(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> Counter[Health]:
    """How many go how, of those that go on; as the board has it, for one of its organisers."""
    goes_on = (Mentorship.cohort_id == cohort_id) & Mentorship.ended_at.is_(None)
    found = await standings(db, goes_on, now=now, reader=actor)
    return Counter(health_of(one, now) for one in found)


def _fits(one: Judged, wanted: BoardQuery) -> bool:
    sought = wanted.q.strip().casefold()
    names = f"{one.standing.researcher}\n{one.standing.mentor}".casefold()
    if wanted.health is None and one.health is Health.ENDED:
        return False
    return sought in names and wanted.health in {None, one.health}


async def one_of(db: AsyncSession, actor: Person, mentorship: Mentorship, now: datetime) -> Judged:
    await cohorts.require_organiser(db, actor, mentorship.cohort_id)
    for one in await standings(db, Mentorship.id == mentorship.id, now=now, reader=actor):
        return judged(one, now)
    raise NotFound


def standing_out(one: Judged) -> StandingOut:
    its = one.standing
    return StandingOut(
        mentorship_id=its.mentorship_id,
        researcher=its.researcher,
        mentor=its.mentor,
        health=one.health,
        reasons=list(one.reasons),
        began_at=its.began_at,
        paused_at=its.paused_at,
        ended_at=its.ended_at,
        met_at=its.met_at,
        last_meeting_at=its.last_meeting_at,
        next_meeting_at=its.next_meeting_at,
        researcher_said=SaidOut.model_validate(its.said[Side.RESEARCHER]),
        mentor_said=SaidOut.model_validate(its.said[Side.MENTOR]),
        nudged_at=its.nudged_at,
    )
