"""All mentorships of a cohort for its organisers: searched, filtered and in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.health import Health, Reason, Standing, health_of, reasons_of
from cohort.checkins.health_in_sql import Placed, all_of
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


ORDERS: dict[StandingSort, Callable[[Placed], Any]] = {
    StandingSort.WORST: lambda one: (WORST_FIRST.index(one.health), one.met_at),
    StandingSort.NAME: lambda one: one.researcher.casefold(),
    StandingSort.QUIETEST: lambda one: one.met_at,
    StandingSort.NEXT: lambda one: one.next_meeting_at or NEVER,
}


def judged(one: Standing, now: datetime) -> Judged:
    return Judged(one, health_of(one, now), reasons_of(one, now))


async def board(
    db: AsyncSession, actor: Person, cohort_id: UUID, wanted: BoardQuery, *, now: datetime
) -> list[Placed]:
    """All that are sought, in order; `told` has what is known of those on a page."""
    await cohorts.require_organiser(db, actor, cohort_id)
    found = await all_of(db, actor, cohort_id, now=now)
    return sorted((one for one in found if _fits(one, wanted)), key=ORDERS[wanted.sort])


async def told(
    db: AsyncSession, actor: Person, some: Sequence[Placed], *, now: datetime
) -> list[Judged]:
    """What is known of these, who are of a board that the actor may read."""
    ids = [one.mentorship_id for one in some]
    found = await standings(db, Mentorship.id.in_(ids), now=now, reader=actor)
    known = {one.mentorship_id: one for one in found}
    return [judged(known[its_id], now) for its_id in ids]


async def everyone(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> list[Judged]:
    """For the table to download: the worst first, those that have ended last."""
    await cohorts.require_organiser(db, actor, cohort_id)
    found = await standings(db, Mentorship.cohort_id == cohort_id, now=now, reader=actor)
    every = [judged(one, now) for one in found]
    return sorted(every, key=lambda one: (WORST_FIRST.index(one.health), one.standing.met_at))


def _fits(one: Placed, wanted: BoardQuery) -> bool:
    sought = wanted.q.strip().casefold()
    names = f"{one.researcher}\n{one.mentor}".casefold()
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
