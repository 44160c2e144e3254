"""A whole cohort is dated anew: a dry run in a job, a look at what moves, and then applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.cohorts.policy import JOINABLE
from cohort.errors import Conflict, Invalid, NotFound
from cohort.http.paging import Page, Slice, page_by_id, page_of
from cohort.jobs.outbox import Queue, enqueue, enqueue_each
from cohort.people import audit
from cohort.people.models import Person
from cohort.schedules import policy
from cohort.schedules.dating import MovedDate, PlanFacts
from cohort.schedules.models import (
    CohortRedating,
    CohortRedatingState,
    Redating,
    RedatingState,
)
from cohort.schedules.reading import GatheredPlan, gather
from cohort.schedules.schemas import CohortRedatingIn
from cohort.schedules.service import changes_of_moves, set_dates
from cohort.study.models import ItemState, PlanItem

AT_ONCE = 100
"""Plans in one transaction."""
HOLDS_FOR = timedelta(days=1)
"""How long a dry run may be applied: its first week must not be over by then."""
WAITING = (CohortRedatingState.PLANNING, CohortRedatingState.PLANNED, CohortRedatingState.FAILED)

Dated = Mapping[PlanFacts, tuple[Sequence[MovedDate], int]]


class RedatingStale(Conflict):
    code = "redating_stale"
    title = "This look at new dates is out of date"

    def __init__(self) -> None:
        super().__init__(
            "The cohort has other days by now, or the look is more than a day old, or another "
            "one has replaced it. Nothing was applied. Look at the new dates again."
        )


@dataclass(frozen=True, slots=True)
class RedatingCounts:
    """What is in a cohort's redating: plans by their state, and what moves in them."""

    proposed: int
    applied: int
    stale: int
    milestones: int
    over: int
    """People with more work than hours."""

    @property
    def plans(self) -> int:
        return self.proposed + self.applied + self.stale


async def ask(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: CohortRedatingIn, *, now: datetime
) -> CohortRedating:
    """A dry run, which replaces those that were not applied; a job works it out."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    await db.refresh(cohort, with_for_update={"of": Cohort})
    starts_on, ends_on = _days(cohort, form, now)
    waiting = (CohortRedating.cohort_id == cohort_id) & CohortRedating.state.in_(WAITING)
    await db.execute(delete(CohortRedating).where(waiting))
    redating = CohortRedating(
        cohort_id=cohort_id,
        asked_by=actor.id,
        asked_at=now,
        note=form.note,
        state=CohortRedatingState.PLANNING,
        starts_on=starts_on,
        ends_on=ends_on,
        starts_on_before=cohort.starts_on,
        ends_on_before=cohort.ends_on,
        people=0,
        solved=0,
    )
    db.add(redating)
    await db.flush()
    await enqueue(
        db,
        "schedules.plan_cohort",
        now=now,
        queue=Queue.COMPUTING,
        cohort_id=cohort_id,
        cohort_redating_id=redating.id,
    )
    return redating


def _days(cohort: Cohort, form: CohortRedatingIn, now: datetime) -> tuple[date, date]:
    if cohort.state not in JOINABLE:
        raise Invalid.at("ends_on", f"This cohort is {cohort.state}. Dates move while it goes on.")
    moved_by = timedelta(weeks=form.shift_weeks or 0)
    starts_on = (form.starts_on or cohort.starts_on) + moved_by
    ends_on = (form.ends_on or cohort.ends_on) + moved_by
    if not 0 < (ends_on - starts_on).days <= 3 * 366:
        raise Invalid.at("ends_on", "The last day must follow the first, by at most three years.")
    if ends_on <= now.astimezone(ZoneInfo(cohort.time_zone)).date():
        raise Invalid.at("ends_on", "The last day must be one to come.")
    if cohort.apply_by is not None and cohort.apply_by > ends_on:
        raise Invalid.at("ends_on", "People may apply until after that day. Change that first.")
    return starts_on, ends_on


async def get(db: AsyncSession, actor: Person, redating_id: UUID) -> CohortRedating:
    found = await db.scalar(
        policy.cohort_redatings_visible_to(actor)
        .where(CohortRedating.id == redating_id)
        .options(joinedload(CohortRedating.cohort))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def list_in(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice
) -> Page[CohortRedating]:
    """The newest first."""
    await cohorts.require_organiser(db, actor, cohort_id)
    its = select(CohortRedating).where(CohortRedating.cohort_id == cohort_id)
    at, its_id = CohortRedating.asked_at, CohortRedating.id
    return await page_of(db, its, by=at, id=its_id, part=part, sort="-asked_at")


async def counts(db: AsyncSession, redating_id: UUID) -> RedatingCounts:
    """One statement; for whoever has been let see it."""
    of = func.count().filter
    row = await db.execute(
        select(
            of(Redating.state == RedatingState.PROPOSED),
            of(Redating.state == RedatingState.APPLIED),
            of(Redating.state == RedatingState.STALE),
            func.coalesce(func.sum(Redating.moved), 0),
            of(Redating.minutes_over > 0),
        ).where(Redating.cohort_redating_id == redating_id)
    )
    return RedatingCounts(*row.one())


async def plans_in(
    db: AsyncSession, actor: Person, redating_id: UUID, part: Slice
) -> Page[Redating]:
    """Those in which something moves."""
    await get(db, actor, redating_id)
    its = select(Redating).where(Redating.cohort_redating_id == redating_id)
    whose = joinedload(Redating.enrolment).joinedload(Enrolment.person)
    return await page_by_id(
        db, its.options(whose, joinedload(Redating.by)), id=Redating.id, part=part
    )


async def most_moved(db: AsyncSession, redating_id: UUID, *, limit: int) -> Sequence[Redating]:
    """Those first who have too much, or in whose plans most moves."""
    found = await db.scalars(
        select(Redating)
        .where(Redating.cohort_redating_id == redating_id)
        .options(joinedload(Redating.enrolment).joinedload(Enrolment.person))
        .order_by(Redating.minutes_over.desc(), Redating.moved.desc(), Redating.id)
        .limit(limit)
    )
    return found.all()


async def begin(db: AsyncSession, redating_id: UUID) -> list[GatheredPlan] | None:
    """The plans of everybody who studies, with the cohort's new days; None once that is done."""
    redating = await db.get(CohortRedating, redating_id)
    if redating is None or redating.state is not CohortRedatingState.PLANNING:
        return None
    studying = await db.scalars(
        select(Enrolment)
        .where(Enrolment.cohort_id == redating.cohort_id)
        .where(Enrolment.state == EnrolmentState.ACTIVE)
        .options(joinedload(Enrolment.cohort))
        .order_by(Enrolment.id)
    )
    days = {"starts_on": redating.starts_on, "ends_on": redating.ends_on}
    return await gather(db, studying.all(), **days)


async def store(
    db: AsyncSession, redating_id: UUID, plans: Sequence[GatheredPlan], dated: Dated
) -> None:
    """Keep what would move, unless another dry run replaced this one."""
    redating: CohortRedating | None = await db.scalar(
        update(CohortRedating)
        .where(CohortRedating.id == redating_id)
        .where(CohortRedating.state == CohortRedatingState.PLANNING)
        .values(state=CohortRedatingState.PLANNED, people=len(plans), solved=len(dated))
        .returning(CohortRedating)
        .execution_options(populate_existing=True)
    )
    if redating is None:
        return
    rows = []
    for plan in plans:
        moved, minutes_over = dated[plan.facts]
        if moved:
            rows.append(
                {
                    "enrolment_id": plan.enrolment.id,
                    "cohort_redating_id": redating_id,
                    "by_id": redating.asked_by,
                    "asked_at": redating.asked_at,
                    "state": RedatingState.PROPOSED,
                    "note": redating.note,
                    "moved": len(moved),
                    "minutes_over": minutes_over,
                    "changes": changes_of_moves(plan, moved),
                }
            )
    for start in range(0, len(rows), AT_ONCE):
        await db.execute(insert(Redating).on_conflict_do_nothing(), rows[start : start + AT_ONCE])


async def give_up(db: AsyncSession, redating_id: UUID) -> None:
    """It will not be tried again."""
    await db.execute(
        update(CohortRedating)
        .where(CohortRedating.id == redating_id)
        .where(CohortRedating.state == CohortRedatingState.PLANNING)
        .values(state=CohortRedatingState.FAILED)
    )


async def apply(
    db: AsyncSession, actor: Person, redating_id: UUID, *, now: datetime
) -> CohortRedating:
    """The cohort gets its days at once, the plans by jobs. A second time changes nothing."""
    redating = await get(db, actor, redating_id)
    if redating.state is CohortRedatingState.APPLIED:
        return redating
    async with db.begin_nested():
        if not await _take(db, redating, now=now):
            raise RedatingStale
    ids = await db.scalars(
        select(Redating.id).where(Redating.cohort_redating_id == redating_id).order_by(Redating.id)
    )
    every = [str(one) for one in ids]
    of = {"cohort_id": redating.cohort_id}
    each = [
        of | {"redating_ids": every[start : start + AT_ONCE]}
        for start in range(0, len(every), AT_ONCE)
    ]
    await enqueue_each(db, "schedules.apply_some", each, now=now)
    audit.record(db, actor, "cohort.redate", redating.cohort_id, now=now, **of)
    return await get(db, actor, redating_id)


async def _take(db: AsyncSession, redating: CohortRedating, *, now: datetime) -> bool:
    """Both or, as whoever calls sees to, neither: the look is taken, the cohort has its days."""
    taken = await db.scalar(
        update(CohortRedating)
        .where(CohortRedating.id == redating.id)
        .where(CohortRedating.state == CohortRedatingState.PLANNED)
        .where(CohortRedating.asked_at > now - HOLDS_FOR)
        .values(state=CohortRedatingState.APPLIED, applied_at=now)
        .returning(CohortRedating.id)
        .execution_options(synchronize_session=False)
    )
    dated = await db.scalar(
        update(Cohort)
        .where(Cohort.id == redating.cohort_id, Cohort.starts_on == redating.starts_on_before)
        .where(Cohort.ends_on == redating.ends_on_before)
        .values(starts_on=redating.starts_on, ends_on=redating.ends_on, version=Cohort.version + 1)
        .returning(Cohort.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None and dated is not None


async def apply_some(db: AsyncSession, redating_ids: Sequence[UUID], *, now: datetime) -> None:
    """Each plan that is still as it was looked at gets its dates; any other is left, and said so.

    The rows and then the items are locked in the order of their ids; done twice, nothing is left.
    """
    found = await db.scalars(
        select(Redating)
        .where(Redating.id.in_(redating_ids), Redating.state == RedatingState.PROPOSED)
        .options(joinedload(Redating.enrolment, innerjoin=True).joinedload(Enrolment.cohort))
        .order_by(Redating.id)
        .with_for_update(of=Redating)
        .execution_options(populate_existing=True)
    )
    redatings = found.all()
    wanted = [UUID(one["plan_item_id"]) for each in redatings for one in each.changes]
    items = await db.execute(
        select(PlanItem.id, PlanItem.due_at)
        .where(PlanItem.id.in_(wanted), PlanItem.state == ItemState.OPEN)
        .order_by(PlanItem.id)
        .with_for_update()
    )
    due = {str(row.id): row.due_at for row in items}
    as_seen = [one for one in redatings if _is_as_seen(one, due)]
    await set_dates(db, [change for one in as_seen for change in one.changes])
    for one in redatings:
        one.state = RedatingState.STALE
    for one in as_seen:
        one.state = RedatingState.APPLIED
    mails = [
        {"cohort_id": one.enrolment.cohort_id, "redating_id": one.id}
        for one in as_seen
        if one.enrolment.person_id != one.by_id
    ]
    await enqueue_each(db, "schedules.tell", mails, now=now)


def _is_as_seen(redating: Redating, due: Mapping[str, datetime]) -> bool:
    enrolment = redating.enrolment
    goes_on = enrolment.cohort.state is not CohortState.ARCHIVED
    return (
        goes_on
        and enrolment.state is EnrolmentState.ACTIVE
        and all(
            due.get(one["plan_item_id"]) == datetime.fromisoformat(one["before"])
            for one in redating.changes
        )
    )
