"""Following mentorships up: the steps that are due, and those that an organiser takes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.health import (
    FollowUp,
    Standing,
    Taken,
    next_step,
    nudged_sides,
    reasons_of,
    was_nudged_lately,
)
from cohort.checkins.models import Episode
from cohort.checkins.schemas import NudgeOut, NudgeOutcome, NudgesIn
from cohort.checkins.standings import standings
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState, Organiser
from cohort.errors import Conflict, NotAllowed, require_known
from cohort.jobs.outbox import enqueue_each
from cohort.mentorships import policy as mentorship_policy
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship, Side
from cohort.people import audit
from cohort.people.models import Person

DAYTIME = range(8, 18)
"""Hours on the cohort's clock at which steps are taken."""


class NotGoingOn(Conflict):
    code = "not_going_on"
    title = "This mentorship has ended"


async def follow_up(db: AsyncSession, *, now: datetime) -> None:
    """Take the steps that are due; as often as you like, each is taken once in an episode."""
    running = await db.execute(
        select(Cohort.id, Cohort.time_zone).where(Cohort.state == CohortState.RUNNING)
    )
    awake = [one.id for one in running if now.astimezone(ZoneInfo(one.time_zone)).hour in DAYTIME]
    if not awake:
        return
    which = Mentorship.cohort_id.in_(awake) & Mentorship.ended_at.is_(None)
    all_of = await standings(db, which, now=now)
    unwell = {one.mentorship_id: one for one in all_of if reasons_of(one, now)}
    await _end_episodes(db, awake, unwell, now=now)
    await _begin_episodes(db, unwell, now=now)
    episodes = await db.scalars(
        select(Episode)
        .where(Episode.mentorship_id.in_(unwell), Episode.ended_at.is_(None))
        .order_by(Episode.id)
        .with_for_update(skip_locked=True)
    )
    await _take_steps(db, [(one, unwell[one.mentorship_id]) for one in episodes], now=now)


async def _end_episodes(
    db: AsyncSession, cohort_ids: Sequence[UUID], unwell: Iterable[UUID], *, now: datetime
) -> None:
    of_these = select(Mentorship.id).where(Mentorship.cohort_id.in_(cohort_ids))
    await db.execute(
        update(Episode)
        .where(Episode.ended_at.is_(None), Episode.mentorship_id.in_(of_these))
        .where(Episode.mentorship_id.not_in(unwell))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )


async def _begin_episodes(
    db: AsyncSession, mentorship_ids: Iterable[UUID], *, now: datetime, **facts: Any
) -> None:
    rows = [{"mentorship_id": its_id, "began_at": now, **facts} for its_id in mentorship_ids]
    if rows:
        await db.execute(insert(Episode).values(rows).on_conflict_do_nothing())


async def _take_steps(
    db: AsyncSession, episodes: Sequence[tuple[Episode, Standing]], *, now: datetime
) -> None:
    nudged: list[Standing] = []
    told: list[tuple[Standing, bool]] = []
    for episode, one in episodes:
        taken = Taken(episode.began_at, episode.nudged_at, episode.told_at, episode.ending_told_at)
        step = next_step(one, taken, now)
        if step is FollowUp.NUDGE:
            episode.nudged_at = now
            nudged.append(one)
        elif step is FollowUp.TELL:
            episode.told_at = now
            told.append((one, False))
        elif step is FollowUp.ASK_ABOUT_ENDING:
            episode.ending_told_at = now
            told.append((one, True))
    await db.flush()
    await _nudge(db, nudged, now=now)
    await _tell(db, told, now=now)


async def _nudge(db: AsyncSession, each: Sequence[Standing], *, now: datetime) -> None:
    jobs = [
        {"cohort_id": one.cohort_id, "mentorship_id": one.mentorship_id, "side": side}
        for one in each
        for side in nudged_sides(one, now)
    ]
    await enqueue_each(db, "checkins.nudge", jobs, now=now)


async def _tell(db: AsyncSession, each: Sequence[tuple[Standing, bool]], *, now: datetime) -> None:
    """Every organiser of its cohort; the job leaves out who is one of the two."""
    of_cohorts = {one.cohort_id for one, _ in each}
    organisers: dict[UUID, list[UUID]] = {cohort_id: [] for cohort_id in of_cohorts}
    for row in await db.execute(
        select(Organiser.cohort_id, Organiser.person_id)
        .where(Organiser.cohort_id.in_(of_cohorts))
        .order_by(Organiser.since, Organiser.person_id)
    ):
        organisers[row.cohort_id].append(row.person_id)
    jobs = [
        {
            "cohort_id": one.cohort_id,
            "mentorship_id": one.mentorship_id,
            "organiser_id": organiser_id,
            "about_ending": about_ending,
        }
        for one, about_ending in each
        for organiser_id in organisers[one.cohort_id]
    ]
    await enqueue_each(db, "checkins.tell_unwell", jobs, now=now)


async def nudge_many(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: NudgesIn, *, now: datetime
) -> list[NudgeOut]:
    """Remind the two of each of these, or say who would be; nobody is nudged twice in a week."""
    await cohorts.require_organiser(db, actor, cohort_id)
    which = (Mentorship.cohort_id == cohort_id) & Mentorship.id.in_(form.mentorship_ids)
    # Their rows first: of two organisers at once, the second sees what the first has done.
    await db.execute(
        select(Mentorship.id).where(which).order_by(Mentorship.id).with_for_update(key_share=True)
        if not form.dry_run
        else select(1)
    )
    found = {one.mentorship_id: one for one in await standings(db, which, now=now, reader=actor)}
    sentence = "This is no mentorship of this cohort."
    require_known(form.mentorship_ids, found, field="mentorship_ids", sentence=sentence)
    outcomes = [_outcome(found[its_id], now) for its_id in form.mentorship_ids]
    if not form.dry_run:
        told = [one.mentorship_id for one in outcomes if one.outcome is NudgeOutcome.NUDGED]
        await _mark(db, told, now=now, nudged_at=now)
        await _nudge(db, [found[its_id] for its_id in told], now=now)
        for its_id in told:
            audit.record(db, actor, "mentorship.nudge", its_id, now=now, cohort_id=cohort_id)
    return outcomes


def _outcome(one: Standing, now: datetime) -> NudgeOut:
    outcome, sides = NudgeOutcome.NUDGED, nudged_sides(one, now)
    if one.ended_at is not None:
        outcome, sides = NudgeOutcome.ENDED, []
    elif was_nudged_lately(one, now):
        outcome, sides = NudgeOutcome.NUDGED_LATELY, []
    names = {Side.RESEARCHER: one.researcher, Side.MENTOR: one.mentor}
    return NudgeOut(
        mentorship_id=one.mentorship_id,
        researcher=one.researcher,
        mentor=one.mentor,
        outcome=outcome,
        told=[names[side] for side in sides],
        nudged_at=one.nudged_at,
    )


async def _mark(
    db: AsyncSession, mentorship_ids: Sequence[UUID], *, now: datetime, **facts: Any
) -> None:
    """In the open episode of each, or in one that begins so."""
    await _begin_episodes(db, mentorship_ids, now=now)
    await db.execute(
        update(Episode)
        .where(Episode.mentorship_id.in_(mentorship_ids), Episode.ended_at.is_(None))
        .values(**facts)
        .execution_options(synchronize_session=False)
    )


async def ask_about_ending(
    db: AsyncSession, actor: Person, mentorship_id: UUID, *, now: datetime
) -> Mentorship:
    """Let both be asked whether to go on or to end it kindly; once in an episode."""
    mentorship = await mentorships.get(db, actor, mentorship_id)
    if mentorship_policy.side_of(actor, mentorship) is not None:
        raise NotAllowed("You are one of the two: another organiser asks, or you end it yourself.")
    await cohorts.require_organiser(db, actor, mentorship.cohort_id)
    if mentorship.ended_at is not None:
        raise NotGoingOn("This mentorship has ended already.")
    await _begin_episodes(db, [mentorship_id], now=now)
    asked = await db.scalar(
        update(Episode)
        .where(Episode.mentorship_id == mentorship_id, Episode.ended_at.is_(None))
        .where(Episode.ending_asked_at.is_(None))
        .values(ending_asked_at=now)
        .returning(Episode.id)
        .execution_options(synchronize_session=False)
    )
    if asked is not None:
        cohort_id = mentorship.cohort_id
        ids = {"cohort_id": cohort_id, "mentorship_id": mentorship_id}
        each = [{**ids, "side": side} for side in Side]
        await enqueue_each(db, "checkins.ask_about_ending", each, now=now)
        audit.record(
            db, actor, "mentorship.ask_about_ending", mentorship_id, now=now, cohort_id=cohort_id
        )
    return mentorship
