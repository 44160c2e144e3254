"""The verbs of check-ins: asking on the days that are due, and answering."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, extract, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins import events, policy, reading
from cohort.checkins.due_days import due_day
from cohort.checkins.models import CheckIn
from cohort.checkins.schemas import CheckInAnswer
from cohort.cohorts.models import Cohort, CohortState, Enrolment
from cohort.db import NOW, Prepared
from cohort.errors import Conflict, NotAllowed, NotFound
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue_each
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship, Side
from cohort.people import audit
from cohort.people.models import Person

AT_ONCE = 500
"""Check-ins that are made in one transaction; the next minute makes more."""
DAYS_BETWEEN = 3
"""At the least, when an organiser changes the rhythm or someone moves to another time zone."""


class CheckInClosed(Conflict):
    code = "check_in_closed"
    title = "This check-in is closed"


async def ask_due(db: AsyncSession, *, now: datetime) -> Sequence[UUID]:
    """Ask whoever is due; one statement where nobody is, and as many workers as you like.

    Which of them are due is decided in Python: only there is the time zone database the one that
    the names of time zones were checked against.
    """
    due = []
    for row in await MAY_BE_DUE.rows(db, now=now):
        day = due_day(
            row["began_at"],
            row["time_zone"],
            now,
            first=row["check_in_after_days"],
            every=row["check_in_every_days"],
        )
        if day is None or (row["last"] and (day - row["last"]).days < DAYS_BETWEEN):
            continue
        due.append({"mentorship_id": row["id"], "side": Side(row["side"]), "due_on": day})
    if not due:
        return []
    return await _ask(db, due[:AT_ONCE], now=now)


def _candidates() -> Select[*tuple[Any, ...]]:
    """Each side of what goes on, unless it was asked so lately that nothing can be due."""
    sides = []
    for side, zone, theirs in (
        (Side.RESEARCHER, Enrolment.time_zone, Enrolment.id == Mentorship.enrolment_id),
        (Side.MENTOR, Mentor.time_zone, Mentor.id == Mentorship.mentor_id),
    ):
        last = (
            select(func.max(CheckIn.due_on))
            .where(CheckIn.mentorship_id == Mentorship.id, CheckIn.side == side)
            .scalar_subquery()
        )
        lately = func.date(NOW) - last < Cohort.check_in_every_days - 1
        days = extract("epoch", NOW - Mentorship.began_at) / 86_400
        sides.append(
            select(
                Mentorship.id,
                literal(side.value).label("side"),
                Mentorship.began_at,
                zone.label("time_zone"),
                last.label("last"),
                Cohort.check_in_after_days,
                Cohort.check_in_every_days,
            )
            .join(Cohort, Cohort.id == Mentorship.cohort_id)
            .join(zone.class_, theirs)
            .where(Mentorship.ended_at.is_(None), Mentorship.paused_at.is_(None))
            .where(Cohort.state == CohortState.RUNNING)
            .where(days > Cohort.check_in_after_days - 1, or_(last.is_(None), ~lately))
        )
    researchers, of_mentors = sides
    return select(researchers.union_all(of_mentors).subquery())


MAY_BE_DUE = Prepared(_candidates())


async def _ask(db: AsyncSession, due: Sequence[dict[str, Any]], *, now: datetime) -> Sequence[UUID]:
    """The one before is closed first: the unique index allows one open one to a side."""
    of_these = [one["mentorship_id"] for one in due]
    new = {(one["mentorship_id"], one["side"], one["due_on"]) for one in due}
    standing = await db.execute(
        select(CheckIn.id, CheckIn.mentorship_id, CheckIn.side, CheckIn.due_on)
        .where(CheckIn.mentorship_id.in_(of_these), CheckIn.closed_at.is_(None))
        .order_by(CheckIn.id)
        .with_for_update()
    )
    followed = {(mentorship_id, side) for mentorship_id, side, _ in new}
    old = [
        row.id
        for row in standing
        if (row.mentorship_id, row.side) in followed
        and (row.mentorship_id, row.side, row.due_on) not in new
    ]
    await db.execute(update(CheckIn).where(CheckIn.id.in_(old)).values(closed_at=now))
    made = await db.execute(
        insert(CheckIn)
        .values([{**one, "asked_at": now, "words": ""} for one in due])
        .on_conflict_do_nothing()
        .returning(CheckIn.id, CheckIn.mentorship_id)
    )
    asked = {row.id: row.mentorship_id for row in made}
    cohorts = await db.execute(
        select(Mentorship.id, Mentorship.cohort_id).where(Mentorship.id.in_(asked.values()))
    )
    cohort_of: dict[UUID, UUID] = {row.id: row.cohort_id for row in cohorts}
    each = [
        {"cohort_id": cohort_of[mentorship_id], "check_in_id": check_in_id}
        for check_in_id, mentorship_id in asked.items()
    ]
    await enqueue_each(db, "checkins.ask", each, now=now)
    return list(asked)


async def answer(
    db: AsyncSession, actor: Person, check_in_id: UUID, said: CheckInAnswer, *, now: datetime
) -> CheckIn:
    """Say how it goes; said again, the last answer counts. The organisers hear of what is low."""
    try:
        check_in = await reading.get_own(db, actor, check_in_id)
    except NotFound:
        await reading.get(db, actor, check_in_id)
        raise NotAllowed("Only whoever is asked can answer.") from None
    if not check_in.is_open:
        raise CheckInClosed(
            "This mentorship has ended, so this is not asked any more."
            if check_in.closed_at is None
            else "There is a newer check-in. Please answer that one."
        )
    before = (check_in.met, check_in.going, check_in.needs_help, check_in.words)
    if before == (said.met, said.going, said.needs_help, said.words):
        return check_in
    was_low = policy.is_low(check_in)
    for name, value in said.model_dump().items():
        setattr(check_in, name, value)
    check_in.answered_at = now
    await db.flush()
    cohort_id = check_in.mentorship.cohort_id
    audit.record(db, actor, "check_in.answer", check_in_id, now=now, cohort_id=cohort_id)
    ids = {"check_in_id": check_in_id, "mentorship_id": check_in.mentorship_id}
    event_log.record(db, events.ANSWERED, cohort_id, now=now, **ids)
    if policy.is_low(check_in) and not was_low:
        await _tell_organisers(db, check_in, now=now)
    return check_in


async def _tell_organisers(db: AsyncSession, check_in: CheckIn, *, now: datetime) -> None:
    """Each of them but the two themselves."""
    mentorship = check_in.mentorship
    two = {mentorship.enrolment.person_id, mentorship.mentor.person_id}
    organisers = await mentors.organisers_of(db, mentorship.cohort_id)
    each = [
        {
            "cohort_id": mentorship.cohort_id,
            "check_in_id": check_in.id,
            "organiser_id": organiser_id,
            "once": f"checkins.tell_low {check_in.id} {organiser_id}",
        }
        for organiser_id in organisers
        if organiser_id not in two
    ]
    await enqueue_each(db, "checkins.tell_low", each, now=now)
