"""What is known of mentorships, in one statement however many there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    cast,
    false,
    func,
    lateral,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.checkins.health import Said, Standing
from cohort.checkins.models import CheckIn, Episode, Going
from cohort.cohorts.models import Cohort, Enrolment
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentors.models import Mentor
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship, Side
from cohort.people.models import Person


async def standings(
    db: AsyncSession, which: ColumnElement[bool], *, now: datetime, reader: Person | None = None
) -> Sequence[Standing]:
    """The oldest mentorship first. A reader who is one of the two sees no answers of either."""
    hidden = mentorships.is_between(Mentorship, reader) if reader else false()
    found = await db.execute(_statement(now, hidden).where(which))
    return [_standing(row) for row in found]


def _statement(now: datetime, hidden: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    researcher, mentor = aliased(Person), aliased(Person)
    met, said = _meetings(now), _answers()
    nudged = (
        select(func.max(Episode.nudged_at))
        .where(Episode.mentorship_id == Mentorship.id)
        .scalar_subquery()
    )
    return (
        select(
            Mentorship.id,
            Mentorship.cohort_id,
            Mentorship.began_at,
            Mentorship.paused_at,
            Mentorship.ended_at,
            researcher.name.label("researcher"),
            mentor.name.label("mentor"),
            Cohort.check_in_after_days,
            Cohort.quiet_after_days,
            nudged.label("nudged_at"),
            hidden.label("hidden"),
            *met.c,
            *said.c,
        )
        .join(Cohort, Cohort.id == Mentorship.cohort_id)
        .join(Enrolment, Enrolment.id == Mentorship.enrolment_id)
        .join(researcher, researcher.id == Enrolment.person_id)
        .join(Mentor, Mentor.id == Mentorship.mentor_id)
        .join(mentor, mentor.id == Mentor.person_id)
        .join(met, literal(True))  # noqa: FBT003
        .join(said, literal(True))  # noqa: FBT003
        .order_by(Mentorship.began_at, Mentorship.id)
    )


def _meetings(now: datetime) -> Any:
    held = Meeting.state == MeetingState.HELD
    agreed = Meeting.state == MeetingState.AGREED
    planned = or_(agreed, Meeting.state == MeetingState.PROPOSED)
    at = Meeting.starts_at
    return lateral(
        select(
            func.max(at).filter(held).label("last_meeting_at"),
            func.max(at).filter(or_(held, and_(agreed, at <= now))).label("last_agreed_at"),
            func.min(at).filter(planned, at > now).label("next_meeting_at"),
        ).where(Meeting.mentorship_id == Mentorship.id)
    ).alias("met")


def _answers() -> Any:
    columns: list[ColumnElement[Any]] = [
        func.max(CheckIn.answered_at).filter(CheckIn.met.is_(True)).label("said_met_at")
    ]
    for side in Side:
        its, is_said = CheckIn.side == side, CheckIn.answered_at.is_not(None)
        going = aggregate_order_by(cast(CheckIn.going, String), CheckIn.due_on)
        needs = aggregate_order_by(CheckIn.needs_help, CheckIn.due_on)
        waits = and_(its, CheckIn.answered_at.is_(None), CheckIn.closed_at.is_(None))
        columns += [
            func.array_agg(going, type_=ARRAY(String)).filter(its, is_said).label(f"{side}_going"),
            func.array_agg(needs).filter(its, is_said).label(f"{side}_needs"),
            func.max(CheckIn.asked_at).filter(waits).label(f"{side}_asked_at"),
        ]
    return lateral(select(*columns).where(CheckIn.mentorship_id == Mentorship.id)).alias("said")


def _standing(row: Row[*tuple[Any, ...]]) -> Standing:
    its = row._asdict()
    signs = (row.began_at, row.last_agreed_at, None if row.hidden else row.said_met_at)
    return Standing(
        mentorship_id=row.id,
        cohort_id=row.cohort_id,
        researcher=row.researcher,
        mentor=row.mentor,
        began_at=row.began_at,
        paused_at=row.paused_at,
        ended_at=row.ended_at,
        met_at=max(at for at in signs if at is not None),
        last_meeting_at=row.last_meeting_at,
        next_meeting_at=row.next_meeting_at,
        said={
            side: Said()
            if row.hidden
            else Said(
                answers=[Going(word) for word in its[f"{side}_going"] or ()],
                needs_help=bool(its[f"{side}_needs"] and its[f"{side}_needs"][-1]),
                asked_at=its[f"{side}_asked_at"],
            )
            for side in Side
        },
        nudged_at=row.nudged_at,
        check_in_after_days=row.check_in_after_days,
        quiet_after_days=row.quiet_after_days,
    )
