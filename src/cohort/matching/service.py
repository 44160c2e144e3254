"""Rounds: opening one, running it again, and publishing what it found."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload

from cohort.cohorts.models import Cohort, CohortState
from cohort.cohorts.service import require_organiser
from cohort.db import Prepared, given
from cohort.errors import Conflict, NotFound
from cohort.http.paging import Page, Slice, page_of
from cohort.introductions import service as introductions
from cohort.jobs import event_log
from cohort.jobs.outbox import Queue, enqueue
from cohort.jobs.progress import JobProgress, ProgressStore
from cohort.matching import events, periods, policy, publishing
from cohort.matching.introducing.schemas import IntroductionsIn
from cohort.matching.models import Round, RoundKind, RoundState, Run, RunState
from cohort.matching.overrides.lifting import lift_of_round
from cohort.people import audit
from cohort.people.models import Person
from cohort.rules import service as rules

CLOSED = "This round is published, set aside or replaced. Open a new round instead."
MATCHED_BY_HAND = (CohortState.OPEN, CohortState.RUNNING)


class CohortNotMatched(Conflict):
    code = "cohort_not_matched"
    title = "This cohort is not matched now"


class RoundClosed(Conflict):
    code = "round_closed"
    title = "This round is closed"


class RoundIsOpen(Conflict):
    code = "round_is_open"
    title = "A round is open"


class NotSolved(Conflict):
    code = "not_solved"
    title = "There is nothing to publish yet"


async def open_round(db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime) -> Round:
    """Open a round by hand and queue its first run.

    While one is open there is no second: a click while its run is queued changes nothing, a
    click after that runs it again.
    """
    cohort = await _matched_by_hand(db, actor, cohort_id)
    found = await _open_one(db, cohort_id)
    if found is None:
        return await _open_by_hand(db, actor, cohort, RoundKind.MATCHING, now=now)
    if found.kind is RoundKind.INTRODUCTIONS:
        raise RoundIsOpen("A round of introductions is open. Publish it or set it aside first.")
    await _run_again(db, actor, found, now=now)
    return found


async def open_introductions(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: IntroductionsIn, *, now: datetime
) -> Round:
    """Open a round that finds who should meet whom; a second click finds it open."""
    cohort = await _matched_by_hand(db, actor, cohort_id)
    found = await _open_one(db, cohort_id)
    if found is None:
        how = form.model_dump()
        return await _open_by_hand(db, actor, cohort, RoundKind.INTRODUCTIONS, now=now, **how)
    if (found.per_researcher, found.per_mentor) != (form.per_researcher, form.per_mentor):
        raise RoundIsOpen("A round of this cohort is open. Publish it or set it aside first.")
    return found


async def _matched_by_hand(db: AsyncSession, actor: Person, cohort_id: UUID) -> Cohort:
    cohort = await require_organiser(db, actor, cohort_id)
    if cohort.state not in MATCHED_BY_HAND:
        raise CohortNotMatched(
            "Rounds are for cohorts that are open or running. Open this cohort first."
        )
    return cohort


async def _open_by_hand(
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    kind: RoundKind,
    *,
    now: datetime,
    **how: int | None,
) -> Round:
    cohort_id = cohort.id
    today = periods.local_day(now, cohort.time_zone)
    period = await _next_by_hand(db, cohort_id, periods.period_of(today))
    week = periods.week_planned_on(today)
    wanted = Round(cohort_id=cohort_id, period=period, week=week, kind=kind, **how)
    opened = await _insert(db, wanted, actor, now)
    if opened is not None:
        audit.record(db, actor, "round.open", opened.id, now=now, cohort_id=cohort_id)
        return opened
    at_the_same_moment = await _open_one(db, cohort_id)
    if at_the_same_moment is None or at_the_same_moment.kind is not kind:
        raise Conflict("Another round was opened and closed at this moment. Try again.")
    return at_the_same_moment


async def open_weekly(
    db: AsyncSession, cohort_id: UUID, tick: periods.Tick, *, now: datetime
) -> Round | None:
    """Open the round of a week that is due; None when it was opened already.

    Safe however many workers try: the unique period lets one INSERT win, and a round is only
    superseded while the week's own round is not there.
    """
    other = aliased(Round)
    there = select(other.id).where(other.cohort_id == cohort_id, other.period == tick.period)
    await db.execute(
        update(Round)
        .where(Round.cohort_id == cohort_id, Round.state == RoundState.OPEN, ~there.exists())
        .where(Round.kind == RoundKind.MATCHING)
        .values(state=RoundState.SUPERSEDED)
    )
    due = Round(cohort_id=cohort_id, period=tick.period, week=tick.week)
    return await _insert(db, due, None, now)


_RUNNING = Prepared(
    select(
        Cohort.id,
        Cohort.time_zone,
        Cohort.matching_day,
        Cohort.matching_time,
        Cohort.running_since,
    ).where(Cohort.state == CohortState.RUNNING, Cohort.running_since.is_not(None))
)
_PERIODS = any_(given("periods", ARRAY(Text())))
_OPENED = Prepared(
    select(Round.cohort_id, Round.period, Round.held_back)
    .where(Round.cohort_id == any_(given("cohort_ids", ARRAY(Uuid()))))
    .where(or_(Round.period == _PERIODS, Round.held_back == _PERIODS))
)


async def due_cohorts(db: AsyncSession, *, now: datetime) -> list[tuple[UUID, periods.Tick]]:
    """Running cohorts whose latest weekly time has passed without a round; older ones are past.

    A week for which introductions held the round back has had its turn.
    """
    ticks = {}
    for one in await _RUNNING.rows(db):
        tick = periods.latest_tick(
            now, zone=one["time_zone"], day=one["matching_day"], at=one["matching_time"]
        )
        if tick.at >= one["running_since"]:
            ticks[one["id"]] = tick
    wanted = {tick.period for tick in ticks.values()}
    done = {
        (cohort_id, period)
        for cohort_id, *both in await _OPENED.rows(db, cohort_ids=list(ticks), periods=list(wanted))
        for period in both
    }
    return [one for one in ticks.items() if (one[0], one[1].period) not in done]


async def solve_again(db: AsyncSession, actor: Person, round_id: UUID, *, now: datetime) -> Run:
    """Queue a new run of an open round; while one is queued, that one is the answer."""
    round_ = await get_round(db, actor, round_id)
    return await _run_again(db, actor, round_, now=now)


async def publish(db: AsyncSession, actor: Person, round_id: UUID, *, now: datetime) -> Round:
    """Propose the pairs of the newest run, once; a second click finds it done.

    Each pair is looked at again: one that no longer fits is skipped, with the reason on it.
    """
    round_ = await get_round(db, actor, round_id)
    if not await _publish(db, round_, actor, now=now) and round_.state is RoundState.SUPERSEDED:
        raise RoundClosed(
            "This round was set aside, or a newer one took its place. Look at the newest."
        )
    return round_


async def publish_by_itself(db: AsyncSession, round_: Round, *, now: datetime) -> None:
    """As its cohort wishes it; whoever publishes it first, does it once."""
    await _publish(db, round_, None, now=now)


async def _publish(db: AsyncSession, round_: Round, actor: Person | None, *, now: datetime) -> bool:
    """False where it was published or replaced before."""
    round_id, by = round_.id, actor.id if actor else None
    won = await db.scalar(
        update(Round)
        .where(Round.id == round_id, Round.state == RoundState.OPEN)
        .values(state=RoundState.PUBLISHED, published_at=now, published_by=by)
        .returning(Round.id)
    )
    await db.refresh(round_)
    if won is None:
        return False
    run = await solved_run(db, round_id)
    proposed = await publishing.propose_pairs(db, round_, run, now=now)
    await lift_of_round(db, round_.cohort_id, now=now)
    audit.record(
        db, actor, "round.publish", round_id, now=now, cohort_id=round_.cohort_id, pairs=proposed
    )
    if round_.kind is RoundKind.MATCHING:
        await introductions.close_in(db, round_.cohort_id, now=now)
    event_log.record(db, events.ROUND_PUBLISHED, round_.cohort_id, now=now, round_id=round_id)
    return True


async def get_round(db: AsyncSession, actor: Person, round_id: UUID) -> Round:
    found = await db.scalar(
        policy.visible_to(actor).where(Round.id == round_id).options(joinedload(Round.cohort))
    )
    if found is None:
        raise NotFound
    return found


async def list_rounds(db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice) -> Page[Round]:
    await require_organiser(db, actor, cohort_id)
    of_cohort = policy.visible_to(actor).where(Round.cohort_id == cohort_id)
    return await page_of(db, of_cohort, by=Round.opened_at, id=Round.id, part=part)


def round_of_now(cohort: Cohort, *, now: datetime) -> Round:
    """What would be opened by hand now, for trials: it is not stored."""
    week = periods.week_planned_on(periods.local_day(now, cohort.time_zone))
    return Round(cohort_id=cohort.id, week=week, kind=RoundKind.MATCHING, opened_at=now)


async def latest_round(db: AsyncSession, actor: Person, cohort_id: UUID) -> Round | None:
    of_cohort = policy.visible_to(actor).where(Round.cohort_id == cohort_id)
    newest = of_cohort.order_by(Round.opened_at.desc(), Round.id).limit(1)
    return await db.scalar(newest.options(joinedload(Round.cohort)))


async def newest_run(db: AsyncSession, round_id: UUID) -> Run | None:
    return (await newest_runs(db, [round_id])).get(round_id)


async def solved_run(db: AsyncSession, round_id: UUID) -> Run:
    """The newest run of a round, which must be solved; one after it may have failed."""
    run = await newest_run(db, round_id)
    if run is None or run.state is not RunState.SOLVED:
        raise NotSolved("The newest run is not solved. Wait for it, or run the round again.")
    return run


async def newest_runs(db: AsyncSession, round_ids: Iterable[UUID]) -> dict[UUID, Run]:
    """The newest run of each round, with its rules, in one statement.

    One that failed is as if it had not been, unless none is solved or queued; so is a cancelled
    one, unless there is no other.
    """
    newest = (
        select(Run)
        .where(Run.round_id.in_(round_ids))
        .ext(distinct_on(Run.round_id))
        .order_by(
            Run.round_id,
            Run.state == RunState.CANCELLED,
            Run.state == RunState.FAILED,
            Run.number.desc(),
        )
        .options(joinedload(Run.rules))
    )
    return {run.round_id: run for run in (await db.scalars(newest)).all()}


async def failed_since(db: AsyncSession, run: Run | None) -> Run | None:
    """The newest run of the round, where it failed and `run` is an earlier one that did not."""
    if run is None or run.state is not RunState.SOLVED:
        return None
    later = select(Run).where(Run.round_id == run.round_id, Run.number > run.number)
    failed = later.where(Run.state == RunState.FAILED).order_by(Run.number.desc()).limit(1)
    return await db.scalar(failed.options(joinedload(Run.rules)))


async def progress_of(run: Run | None, progress: ProgressStore) -> JobProgress | None:
    """What the worker does for a queued run now, if it is known."""
    return await progress.read(run.id) if run and run.state is RunState.QUEUED else None


async def _open_one(db: AsyncSession, cohort_id: UUID) -> Round | None:
    open_ = Round.state == RoundState.OPEN
    found: Round | None = await db.scalar(
        select(Round).where(Round.cohort_id == cohort_id, open_).options(joinedload(Round.cohort))
    )
    return found


async def _next_by_hand(db: AsyncSession, cohort_id: UUID, period: str) -> str:
    """2026-W48-2, then -3 …: the plain name is the weekly round's."""
    by_hand = Round.period.startswith(f"{period}-")
    count = select(func.count()).where(Round.cohort_id == cohort_id, by_hand)
    return f"{period}-{2 + (await db.scalar(count) or 0)}"


async def _insert(
    db: AsyncSession, round_: Round, actor: Person | None, now: datetime
) -> Round | None:
    """Keep the round and queue its first run, unless its period or an open round is there."""
    kept: UUID | None = await db.scalar(
        insert(Round)
        .values(
            cohort_id=round_.cohort_id,
            period=round_.period,
            week=round_.week,
            kind=round_.kind or RoundKind.MATCHING,
            per_researcher=round_.per_researcher,
            per_mentor=round_.per_mentor,
            opened_at=now,
            opened_by=actor.id if actor else None,
        )
        .on_conflict_do_nothing()
        .returning(Round.id)
    )
    if kept is None:
        return None
    opened: Round = await db.get_one(Round, kept)
    await lift_of_round(db, opened.cohort_id, now=now)
    event_log.record(db, events.ROUND_OPENED, opened.cohort_id, now=now, round_id=kept)
    await queue_run(db, opened, number=1, now=now)
    return opened


async def _run_again(db: AsyncSession, actor: Person, round_: Round, *, now: datetime) -> Run:
    """The lock lets one of two clicks make the run; the other finds it queued."""
    locked = select(Round.state).where(Round.id == round_.id).with_for_update()
    if await db.scalar(locked) is not RoundState.OPEN:
        raise RoundClosed(CLOSED)
    newest = await newest_run(db, round_.id)
    if newest is not None and newest.state is RunState.QUEUED:
        return newest
    last = select(func.max(Run.number)).where(Run.round_id == round_.id)
    number = 1 + (await db.scalar(last) or 0)
    audit.record(db, actor, "round.run", round_.id, now=now, cohort_id=round_.cohort_id)
    return await queue_run(db, round_, number=number, now=now)


async def queue_run(db: AsyncSession, round_: Round, *, number: int, now: datetime) -> Run:
    its_rules = await rules.standing(db, round_.cohort_id, now=now)
    run = Run(
        round_id=round_.id,
        number=number,
        rules=its_rules,
        balance=round_.balance,
        queued_at=now,
    )
    db.add(run)
    await db.flush()
    await enqueue(
        db,
        "matching.solve_run",
        now=now,
        queue=Queue.COMPUTING,
        cohort_id=round_.cohort_id,
        run_id=run.id,
    )
    ids = {"round_id": round_.id, "run_id": run.id}
    event_log.record(db, events.RUN_QUEUED, round_.cohort_id, now=now, **ids)
    return run
