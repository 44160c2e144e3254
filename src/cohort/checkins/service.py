"""The verbs of check-ins: asking on the days that are due, and answering."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, extract, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins import events, policy, reading
from cohort.checkins.due_days import due_day
from cohort.checkins.models import CheckIn
from cohort.checkins.schemas import CheckInAnswer
from cohort.cohorts.models import Cohort, CohortState, Enrolment
from cohort.db import NOW, Prepared, PreparedWrite, new_id, rows_given
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
        which = {"mentorship_id": row["id"], "side": row["side"], "due_on": day}
        due.append({**which, "cohort_id": row["cohort_id"]})
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
                Mentorship.cohort_id,
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


_CHECK_INS = cast("Table", CheckIn.__table__)
_EACH = ("id", "mentorship_id", "side", "due_on")
_NEW = rows_given(_CHECK_INS.c[name] for name in _EACH)
_SAME_SIDE = (_CHECK_INS.c.mentorship_id == _NEW.c.mentorship_id) & (
    _CHECK_INS.c.side == _NEW.c.side
)
_BEFORE = (
    select(_CHECK_INS.c.id)
    .join(_NEW, _SAME_SIDE)
    .where(_CHECK_INS.c.closed_at.is_(None), _CHECK_INS.c.due_on != _NEW.c.due_on)
    .order_by(_CHECK_INS.c.id)
    .with_for_update(of=_CHECK_INS)
)
CLOSE_BEFORE = PreparedWrite(
    update(_CHECK_INS)
    .where(_CHECK_INS.c.id.in_(_BEFORE))
    .values(closed_at=NOW)
    .returning(_CHECK_INS.c.id)
)
_OF_ALL = {_CHECK_INS.c.asked_at: NOW, _CHECK_INS.c.words: literal("")}
MAKE = PreparedWrite(
    insert(_CHECK_INS)
    .from_select([*_EACH, *_OF_ALL], select(*(_NEW.c[name] for name in _EACH), *_OF_ALL.values()))
    .on_conflict_do_nothing()
    .returning(_CHECK_INS.c.id, _CHECK_INS.c.mentorship_id)
)


async def _ask(db: AsyncSession, due: Sequence[dict[str, Any]], *, now: datetime) -> Sequence[UUID]:
    """The one before is closed first: the unique index allows one open one to a side."""
    new = [{"id": new_id(), **one} for one in due]
    lists = {name: [one[name] for one in new] for name in _EACH}
    await CLOSE_BEFORE.rows(db, now=now, **lists)
    made = await MAKE.rows(db, now=now, **lists)
    cohort_of = {one["mentorship_id"]: one["cohort_id"] for one in due}
    each = [
        {"cohort_id": cohort_of[one["mentorship_id"]], "check_in_id": one["id"]} for one in made
    ]
    await enqueue_each(db, "checkins.ask", each, now=now)
    return [one["id"] for one in made]


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
