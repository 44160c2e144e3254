"""How all mentorships of a cohort go, worked out by PostgreSQL; a page of them takes rows from it.

It says what `health.health_of` says of one. Where a rule of it changes, both do: a test holds the
two against each other, in each kind of health.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.checkins.health import SILENT_AFTER, Health
from cohort.checkins.models import CheckIn, Going
from cohort.cohorts.models import Cohort, Enrolment
from cohort.db import NOW, Prepared, given
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentors.models import Mentor
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship
from cohort.people.asker import asker
from cohort.people.models import Person

OF_COHORT = Mentorship.cohort_id == given("cohort_id", Uuid())


@dataclass(frozen=True, slots=True)
class Placed:
    """What a mentorship is found and put in order by."""

    mentorship_id: UUID
    health: Health
    researcher: str
    mentor: str
    met_at: datetime
    next_meeting_at: datetime | None


async def all_of(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> list[Placed]:
    """The oldest first; of those in which the actor is one of the two, without what was said."""
    rows = await _rows().rows(db, cohort_id=cohort_id, actor_id=actor.id, now=now)
    return [Placed(its_id, Health(health), *rest) for its_id, health, *rest in rows]


async def count_by_health(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime
) -> Counter[Health]:
    """How many go how; as the board has it, for one of its organisers."""
    rows = await _counts().rows(db, cohort_id=cohort_id, actor_id=actor.id, now=now)
    return Counter({Health(health): count for health, count in rows})


@cache
def _rows() -> Prepared:
    health, met_at, next_meeting_at, of_cohort = _judged()
    researcher, mentor = aliased(Person), aliased(Person)
    return Prepared(
        of_cohort.with_only_columns(
            Mentorship.id, health, researcher.name, mentor.name, met_at, next_meeting_at
        )
        .join(Enrolment, Enrolment.id == Mentorship.enrolment_id)
        .join(researcher, researcher.id == Enrolment.person_id)
        .join(Mentor, Mentor.id == Mentorship.mentor_id)
        .join(mentor, mentor.id == Mentor.person_id)
        .order_by(Mentorship.began_at, Mentorship.id)
    )


@cache
def _counts() -> Prepared:
    health, _, _, of_cohort = _judged()
    each = of_cohort.with_only_columns(health.label("health")).subquery()
    return Prepared(select(each.c.health, func.count()).group_by(each.c.health))


def _judged() -> tuple[
    ColumnElement[str], ColumnElement[datetime], ColumnElement[datetime | None], Select[Any]
]:
    met, said = _meetings(), _answers()
    hidden = mentorships.is_between(Mentorship, asker(is_admin=False))
    met_at = func.greatest(Mentorship.began_at, met.c.last_agreed_at, said.c.met_at)
    days = Cohort.quiet_after_days

    def is_quiet(for_days: Any) -> ColumnElement[bool]:
        return met_at <= NOW - func.make_interval(0, 0, 0, for_days)

    needs_help = or_(said.c.needs_help, said.c.is_bad, is_quiet(2 * days))
    needs_a_look = or_(is_quiet(days), said.c.is_so_so, said.c.is_silent)
    begins = and_(func.coalesce(said.c.answers, 0) == 0, met.c.last_meeting_at.is_(None))
    health = case(
        (Mentorship.ended_at.is_not(None), _word(Health.ENDED)),
        (Mentorship.paused_at.is_not(None), _word(Health.PAUSED)),
        (needs_help, _word(Health.NEEDS_HELP)),
        (needs_a_look, _word(Health.NEEDS_A_LOOK)),
        (begins, _word(Health.BEGINS)),
        else_=_word(Health.GOOD),
    )
    of_cohort: Select[Any] = (
        select(Mentorship.id)
        .join(Cohort, Cohort.id == Mentorship.cohort_id)
        .outerjoin(met, met.c.mentorship_id == Mentorship.id)
        .outerjoin(said, and_(said.c.mentorship_id == Mentorship.id, ~hidden))
        .where(OF_COHORT)
    )
    return health, met_at, met.c.next_meeting_at, of_cohort


def _word(health: Health) -> ColumnElement[str]:
    return literal_column(f"'{health.value}'", String)


def _meetings() -> FromClause:
    held = Meeting.state == MeetingState.HELD
    agreed = Meeting.state == MeetingState.AGREED
    planned = or_(agreed, Meeting.state == MeetingState.PROPOSED)
    at = Meeting.starts_at
    return (
        select(
            Meeting.mentorship_id,
            func.max(at).filter(held).label("last_meeting_at"),
            func.max(at).filter(or_(held, and_(agreed, at <= NOW))).label("last_agreed_at"),
            func.min(at).filter(planned, at > NOW).label("next_meeting_at"),
        )
        .join(Mentorship, Mentorship.id == Meeting.mentorship_id)
        .where(OF_COHORT)
        .group_by(Meeting.mentorship_id)
        .subquery()
    )


def _answers() -> FromClause:
    """Of each mentorship: the last answers of the two, and whether one of them is silent."""
    is_said = CheckIn.answered_at.is_not(None)
    waits = and_(~is_said, CheckIn.closed_at.is_(None))
    newest = CheckIn.due_on.desc()

    def last(of: Any, kind: Any) -> Any:
        return func.array_agg(aggregate_order_by(of, newest), type_=ARRAY(kind)).filter(is_said)[1]

    side = (
        select(
            CheckIn.mentorship_id,
            func.max(CheckIn.answered_at).filter(CheckIn.met.is_(True)).label("met_at"),
            func.count(CheckIn.answered_at).label("answers"),
            last(cast(CheckIn.going, String), String).label("going"),
            last(CheckIn.needs_help, CheckIn.needs_help.type).label("needs_help"),
            func.max(CheckIn.asked_at).filter(waits).label("asked_at"),
        )
        .join(Mentorship, Mentorship.id == CheckIn.mentorship_id)
        .where(OF_COHORT)
        .group_by(CheckIn.mentorship_id, CheckIn.side)
        .subquery()
    )
    its = side.c
    return (
        select(
            its.mentorship_id,
            func.max(its.met_at).label("met_at"),
            func.sum(its.answers).label("answers"),
            _either(its.needs_help, "needs_help"),
            _either(its.going == Going.BADLY.value, "is_bad"),
            _either(its.going == Going.SO_SO.value, "is_so_so"),
            _either(its.asked_at <= NOW - SILENT_AFTER, "is_silent"),
        )
        .group_by(its.mentorship_id)
        .subquery()
    )


def _either(holds: ColumnElement[bool], name: str) -> Any:
    return func.coalesce(func.bool_or(holds), false()).label(name)
