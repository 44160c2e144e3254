"""Which pairs of a cohort are ruled out by a conflict of interest, and lifting one; for organisers.

Who asked privately to be kept apart is told to nobody: the list says only that one of the two did.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.errors import Conflict, NotAllowed, NotFound
from cohort.http.paging import Page, Slice, page_within
from cohort.mentors.models import Mentor, MentorState, WishOf
from cohort.pairing.scores.requirements import conflict_words
from cohort.people import audit
from cohort.people.models import Person
from cohort.wishes import apart
from cohort.wishes.models import ApartKind, LiftedConflict
from cohort.wishes.schemas import ConflictOut

Two = tuple[UUID, UUID]
KINDS = {"at": "organisation", "by": "adviser"}


class Told(NamedTuple):
    """One reason why a pair is ruled out; the order of the fields is that of the list."""

    researcher: str
    mentor: str
    kind: str
    mentor_id: UUID
    enrolment_id: UUID
    detail: str
    declared_by: str
    """Empty where nobody declared it, or nobody is told."""
    may_be_lifted: bool


class NoConflict(Conflict):
    code = "no_conflict"
    title = "There is nothing to lift"


async def list_in(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice
) -> Page[ConflictOut]:
    await cohorts.require_organiser(db, actor, cohort_id)
    page = page_within(await _all(db, actor, cohort_id), part)
    return Page(_records(page.items, await lifted_in(db, cohort_id)), page.next)


async def lift(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    two: Two,
    because: str | None,
    *,
    now: datetime,
) -> Sequence[ConflictOut]:
    """Let the two be matched in spite of their conflict, or, without a reason, not any more."""
    await cohorts.require_organiser(db, actor, cohort_id)
    await _require_neither(db, actor, two)
    theirs = await _all(db, actor, cohort_id, two)
    if not theirs:
        raise NotFound
    if not any(one.may_be_lifted for one in theirs):
        raise NoConflict("One of the two asked to be kept apart. Only that person can change it.")
    its = {"enrolment_id": two[0], "mentor_id": two[1]}
    if because is None:
        await db.execute(delete(LiftedConflict).filter_by(**its))
    else:
        row = insert(LiftedConflict).values(
            **its, reason=because, lifted_by=actor.id, lifted_at=now
        )
        said = {name: row.excluded[name] for name in ("reason", "lifted_by", "lifted_at")}
        await db.execute(row.on_conflict_do_update(index_elements=[*its], set_=said))
    verb = "conflict.restore" if because is None else "conflict.lift"
    audit.record(db, actor, verb, two[0], now=now, cohort_id=cohort_id, mentor_id=str(two[1]))
    return _records(theirs, await lifted_in(db, cohort_id))


async def lifted_in(db: AsyncSession, cohort_id: UUID) -> dict[Two, LiftedConflict]:
    of_cohort = select(LiftedConflict).join(Mentor, Mentor.id == LiftedConflict.mentor_id)
    rows = await db.scalars(of_cohort.where(Mentor.cohort_id == cohort_id))
    return {(one.enrolment_id, one.mentor_id): one for one in rows}


async def _require_neither(db: AsyncSession, actor: Person, two: Two) -> None:
    """Nobody decides about a pair of her own, or learns from a refusal what the other one said."""
    studies = select(Enrolment.id).where(Enrolment.id == two[0], Enrolment.person_id == actor.id)
    mentoring = select(Mentor.id).where(Mentor.id == two[1], Mentor.person_id == actor.id)
    if await db.scalar(select(or_(studies.exists(), mentoring.exists()))):
        raise NotAllowed("You are one of the two. Another organiser can decide about this pair.")


async def _all(
    db: AsyncSession, actor: Person, cohort_id: UUID, two: Two | None = None
) -> list[Told]:
    """By the researcher's name, then the mentor's; of the whole cohort, or of two of it.

    Of pairs in which the actor is one, only what she said herself. O(people + conflicts log).
    """
    enrolments = (
        select(
            Enrolment.id,
            Enrolment.person_id,
            Enrolment.organisations,
            Enrolment.advisers,
            Person.name,
        )
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
    )
    mentors = (
        select(Mentor.id, Mentor.person_id, Mentor.organisations, Person.name, Person.email)
        .join(Mentor.person)
        .where(Mentor.cohort_id == cohort_id, Mentor.state == MentorState.APPROVED)
    )
    if two is not None:
        enrolments, mentors = (
            enrolments.where(Enrolment.id == two[0]),
            mentors.where(Mentor.id == two[1]),
        )
    some = {one.id: one for one in (await db.execute(enrolments)).all()}
    others = {one.id: one for one in (await db.execute(mentors)).all()}
    found = {
        (*pair, *says)
        for pair, says in _found(some, others)
        if actor.id not in (some[pair[0]].person_id, others[pair[1]].person_id)
    }
    for one in await apart.pairs_in(db, cohort_id, two):
        if one.enrolment_id not in some or one.mentor_id not in others:
            continue
        sides = (some[one.enrolment_id].person_id, others[one.mentor_id].person_id)
        speaker = sides[0] if one.said_by is WishOf.RESEARCHER else sides[1]
        is_own = actor.id in sides
        if not is_own or speaker == actor.id:
            found.add((one.enrolment_id, one.mentor_id, *_said(one, may_be_lifted=not is_own)))
    return sorted(
        Told(some[i].name, others[j].name, kind, j, i, detail, declared_by, may_be_lifted)
        for i, j, kind, detail, declared_by, may_be_lifted in found
    )


def _found(
    some: dict[UUID, Any], others: dict[UUID, Any]
) -> Iterator[tuple[Two, tuple[str, str, str, bool]]]:
    """What profiles show: found as the matching compares it, and told as the mentor writes it."""
    with_word = defaultdict[str, dict[UUID, str]](dict)
    for one in others.values():
        for written in one.organisations:
            for word in conflict_words([written], []):
                with_word[word][one.id] = written
        for written in (one.name, one.email):
            for word in conflict_words([], [written]):
                with_word[word][one.id] = written
    for one in some.values():
        for word in set(conflict_words(one.organisations, one.advisers)):
            kind = word.partition(" ")[0]
            for mentor_id, written in with_word.get(word, {}).items():
                yield (one.id, mentor_id), (KINDS[kind], written, "", True)


def _said(one: apart.ApartPair, *, may_be_lifted: bool) -> tuple[str, str, str, bool]:
    """What people said; a private wish to be kept apart is the same, whoever said it."""
    if one.kind is ApartKind.CONFLICT:
        return "declared", one.note, one.said_by.value, may_be_lifted
    return "kept_apart", "", "", False


def _records(found: Sequence[Told], lifted: dict[Two, LiftedConflict]) -> list[ConflictOut]:
    records = []
    for one in found:
        by = lifted.get((one.enrolment_id, one.mentor_id)) if one.kind != "kept_apart" else None
        records.append(
            ConflictOut(
                **one._asdict() | {"declared_by": one.declared_by or None},
                lifted_because=by.reason if by else None,
                lifted_at=by.lifted_at if by else None,
            )
        )
    return records
