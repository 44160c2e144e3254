"""Introducing people to each other, what each says after the talk, and calling a talk off."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, NotAllowed
from cohort.introductions import events, policy, reading
from cohort.introductions.models import Introduction, IntroductionState
from cohort.introductions.schemas import ImpressionIn
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.mentorships.models import Side
from cohort.people import audit
from cohort.people.models import Person

REMIND_AFTER = timedelta(days=5)


class IntroductionOver(Conflict):
    code = "introduction_over"
    title = "This introduction is over"


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Two to introduce to each other, and why."""

    enrolment_id: UUID
    mentor_id: UUID
    reason: str


async def introduce(
    db: AsyncSession, two: Sequence[Acquaintance], *, cohort_id: UUID, now: datetime
) -> Sequence[Introduction]:
    """Introduce each pair once, and write to everybody about all of theirs.

    Whoever was introduced to each other before is left out. A fixed number of statements.
    """
    if not two:
        return []
    made = await db.scalars(
        insert(Introduction).on_conflict_do_nothing().returning(Introduction),
        [asdict(one) | {"cohort_id": cohort_id, "made_at": now} for one in two],
    )
    introductions = made.all()
    event_log.record_each(db, events.MADE, map(_ids, introductions), now=now)
    await enqueue_each(db, "introductions.tell", _everybody(introductions, cohort_id), now=now)
    await enqueue(
        db,
        "introductions.remind_all",
        now=now,
        cohort_id=cohort_id,
        after=REMIND_AFTER,
        of_cohort=cohort_id,
    )
    return introductions


async def remind_all(
    db: AsyncSession, introductions: Sequence[Introduction], cohort_id: UUID, *, now: datetime
) -> None:
    """Write once more to those who have said nothing about a talk of theirs."""
    await enqueue_each(db, "introductions.remind", _everybody(introductions, cohort_id), now=now)


def _everybody(
    introductions: Sequence[Introduction], cohort_id: UUID
) -> list[dict[str, UUID | str]]:
    """One job for each person, however many talks they have."""
    sides = [(Side.RESEARCHER, one.enrolment_id) for one in introductions]
    sides += [(Side.MENTOR, one.mentor_id) for one in introductions]
    return [
        {"cohort_id": cohort_id, "side": side, "whose": its_id}
        for side, its_id in dict.fromkeys(sides)
    ]


async def say(
    db: AsyncSession, actor: Person, introduction_id: UUID, form: ImpressionIn, *, now: datetime
) -> Introduction:
    """How the talk was; it can be said anew until the pairs are published."""
    found = await reading.get(db, actor, introduction_id)
    side = _side_who_answers(actor, found)
    _require_open(found)
    said = {f"{side}_answer": form.answer, f"{side}_note": form.note}
    kept = await db.scalar(
        update(Introduction)
        .where(Introduction.id == introduction_id)
        .where(Introduction.closed_at.is_(None), Introduction.cancelled_at.is_(None))
        .values(said)
        .returning(Introduction.id)
        .execution_options(synchronize_session=False)
    )
    changed = found.answer_of(side) != form.answer or found.note_of(side) != form.note
    found = await reading.get(db, actor, introduction_id)
    if kept is None:
        _require_open(found)
    if changed:
        _note(db, actor, "introduction.answer", found, events.ANSWERED, now=now)
    return found


async def call_off(
    db: AsyncSession, actor: Person, introduction_id: UUID, *, now: datetime
) -> Introduction:
    """Not now: the two do not talk, and the other one is told. What was said before stays."""
    found = await reading.get(db, actor, introduction_id)
    side = _side_who_answers(actor, found)
    if found.cancelled_at is not None:
        return found
    _require_open(found)
    ended = await db.scalar(
        update(Introduction)
        .where(Introduction.id == introduction_id)
        .where(Introduction.closed_at.is_(None), Introduction.cancelled_at.is_(None))
        .values(cancelled_at=now, cancelled_by=actor.id)
        .returning(Introduction.id)
        .execution_options(synchronize_session=False)
    )
    found = await reading.get(db, actor, introduction_id)
    if ended is not None:
        _note(db, actor, "introduction.cancel", found, events.CALLED_OFF, now=now)
        other = Side.MENTOR if side is Side.RESEARCHER else Side.RESEARCHER
        await enqueue(
            db,
            "introductions.tell_cancelled",
            now=now,
            cohort_id=found.cohort_id,
            introduction_id=found.id,
            side=other,
        )
    return found


async def close_in(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> None:
    """Pairs of the cohort were published: what was said until now has been counted."""
    open_ones = update(Introduction).where(Introduction.cohort_id == cohort_id)
    await db.execute(open_ones.where(Introduction.closed_at.is_(None)).values(closed_at=now))


def _side_who_answers(actor: Person, introduction: Introduction) -> Side:
    side = policy.side_of(actor, introduction)
    if side is None:
        raise NotAllowed("Only the two who were introduced to each other can answer.")
    return side


def _require_open(introduction: Introduction) -> None:
    if introduction.state is IntroductionState.CLOSED:
        raise IntroductionOver(
            "The pairs of this cohort are published, so an answer comes too late. If something "
            "should be known, tell the organisers."
        )
    if introduction.state is IntroductionState.CANCELLED:
        raise IntroductionOver("This talk was called off, so there is nothing to answer.")


def _note(
    db: AsyncSession,
    actor: Person,
    act: str,
    introduction: Introduction,
    kind: event_log.EventKind,
    *,
    now: datetime,
) -> None:
    audit.record(db, actor, act, introduction.id, now=now, cohort_id=introduction.cohort_id)
    event_log.record_each(db, kind, [_ids(introduction)], now=now)


def _ids(introduction: Introduction) -> dict[str, UUID]:
    return {
        "cohort_id": introduction.cohort_id,
        "introduction_id": introduction.id,
        "enrolment_id": introduction.enrolment_id,
        "mentor_id": introduction.mentor_id,
    }
