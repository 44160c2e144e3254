"""A run held against the one before it: who had someone else, and what came of it in short."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, distinct, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.matching.models import Pair, Round, Run, RunState, Unmatched
from cohort.mentors.models import Mentor
from cohort.people.models import Person


@dataclass(frozen=True)
class Before:
    """The last solved run before another.

    A researcher who had someone else in it has changed. Who had nobody in it has too, where both
    runs are of one round; from round to round, those who waited are meant to find someone.
    """

    run_id: UUID
    number: int
    total: float
    same_round: bool
    same_balance: bool
    """Else the two totals count something else beside the scores."""


@dataclass(frozen=True)
class RoundChanges:
    """What became of people since the run before, in numbers of researchers."""

    moved: int
    placed: int
    unplaced: int


async def run_before(db: AsyncSession, round_: Round, run: Run) -> Before | None:
    """Of the same round, or of the one before it."""
    sooner = and_(Run.round_id == round_.id, Run.number < run.number)
    earlier = Round.opened_at < round_.opened_at
    solved = (
        select(Run.id, Run.number, Run.total, Run.round_id, Run.balance)
        .join(Round, Round.id == Run.round_id)
        .where(Round.cohort_id == round_.cohort_id, Run.state == RunState.SOLVED)
        .where(or_(sooner, earlier))
    )
    last = await db.execute(solved.order_by(Round.opened_at.desc(), Run.number.desc()).limit(1))
    found = last.one_or_none()
    if found is None:
        return None
    same_round, same_balance = found.round_id == round_.id, found.balance == run.balance
    return Before(found.id, found.number, found.total or 0.0, same_round, same_balance)


async def changes_since(db: AsyncSession, run_id: UUID, before: Before) -> RoundChanges:
    """One statement. Who took part in one of the two runs alone is not counted."""
    had, has = aliased(Pair), aliased(Pair)
    here, without = Pair.run_id == run_id, Unmatched.run_id == run_id
    had_other = exists().where(had.run_id == before.run_id, had.enrolment_id == Pair.enrolment_id)
    same = exists().where(had.run_id == before.run_id, had.enrolment_id == Pair.enrolment_id)
    same = same.where(had.mentor_id == Pair.mentor_id)
    lacked = aliased(Unmatched)
    lacked_one = exists().where(
        lacked.run_id == before.run_id, lacked.enrolment_id == Pair.enrolment_id
    )
    had_one = exists().where(
        has.run_id == before.run_id, has.enrolment_id == Unmatched.enrolment_id
    )
    people = func.count(distinct(Pair.enrolment_id))
    counted = select(
        select(people).where(here, had_other, ~same).scalar_subquery(),
        select(people).where(here, lacked_one).scalar_subquery(),
        select(func.count(Unmatched.id)).where(without, had_one).scalar_subquery(),
    )
    return RoundChanges(*(await db.execute(counted)).one())


async def mentors_before(
    db: AsyncSession, before: Before | None, pairs: Iterable[Pair]
) -> dict[UUID, dict[UUID, str]]:
    """Whom the researchers of these pairs had in the run before: names by id of the mentor.

    Empty for who had nobody, where that counts as a change.
    """
    if before is None:
        return {}
    theirs = {one.enrolment_id for one in pairs}
    found: dict[UUID, dict[UUID, str]] = {}
    if before.same_round:
        without = select(Unmatched.enrolment_id).where(
            Unmatched.run_id == before.run_id, Unmatched.enrolment_id.in_(theirs)
        )
        found = {one: {} for one in await db.scalars(without)}
    had = (
        select(Pair.enrolment_id, Pair.mentor_id, Person.name)
        .join(Mentor, Mentor.id == Pair.mentor_id)
        .join(Person, Person.id == Mentor.person_id)
        .where(Pair.run_id == before.run_id, Pair.enrolment_id.in_(theirs))
    )
    for enrolment_id, mentor_id, name in await db.execute(had):
        found.setdefault(enrolment_id, {})[mentor_id] = name
    return found


def changed_since(before: Before | None) -> ColumnElement[bool]:
    if before is None:
        return false()
    other, without = aliased(Pair), aliased(Unmatched)
    had = exists().where(other.run_id == before.run_id, other.enrolment_id == Pair.enrolment_id)
    changed = had & ~had.where(other.mentor_id == Pair.mentor_id)
    if not before.same_round:
        return changed
    had_nobody = exists().where(
        without.run_id == before.run_id, without.enrolment_id == Pair.enrolment_id
    )
    return changed | had_nobody
