"""Which pairs of a cohort are ruled out by a conflict of interest, and lifting one; for organisers.

Who asked privately to be kept apart is told to nobody: the list says only that one of the two did.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.errors import Conflict, NotFound
from cohort.http.paging import Page, Slice, page_within
from cohort.mentors.models import Mentor, MentorState
from cohort.pairing.scores.requirements import conflict_words
from cohort.people import audit
from cohort.people.models import Person
from cohort.wishes import apart
from cohort.wishes.models import ApartKind, LiftedConflict
from cohort.wishes.schemas import ConflictOut

Two = tuple[UUID, UUID]
KINDS = {"at": "organisation", "by": "adviser"}


class NoConflict(Conflict):
    code = "no_conflict"
    title = "There is nothing to lift"


async def list_in(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice
) -> Page[ConflictOut]:
    await cohorts.require_organiser(db, actor, cohort_id)
    return page_within(await _all(db, cohort_id), part)


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
    theirs = [one for one in await _all(db, cohort_id) if (one.enrolment_id, one.mentor_id) == two]
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
    return [one for one in await _all(db, cohort_id) if (one.enrolment_id, one.mentor_id) == two]


async def lifted_in(db: AsyncSession, cohort_id: UUID) -> dict[Two, LiftedConflict]:
    of_cohort = select(LiftedConflict).join(Mentor, Mentor.id == LiftedConflict.mentor_id)
    rows = await db.scalars(of_cohort.where(Mentor.cohort_id == cohort_id))
    return {(one.enrolment_id, one.mentor_id): one for one in rows}


async def _all(db: AsyncSession, cohort_id: UUID) -> list[ConflictOut]:
    """By the researcher's name, then the mentor's. O(people + conflicts)."""
    enrolments = (
        select(Enrolment.id, Enrolment.organisations, Enrolment.advisers, Person.name)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
    )
    mentors = (
        select(Mentor.id, Mentor.organisations, Person.name, Person.email)
        .join(Mentor.person)
        .where(Mentor.cohort_id == cohort_id, Mentor.state == MentorState.APPROVED)
    )
    some = {one.id: one for one in (await db.execute(enrolments)).all()}
    others = {one.id: one for one in (await db.execute(mentors)).all()}
    lifted = await lifted_in(db, cohort_id)
    found = [*_found(some, others), *await _said(db, cohort_id)]
    conflicts = [
        ConflictOut(
            enrolment_id=two[0],
            researcher=some[two[0]].name,
            mentor_id=two[1],
            mentor=others[two[1]].name,
            lifted_because=lifted[two].reason if told["may_be_lifted"] and two in lifted else None,
            lifted_at=lifted[two].lifted_at if told["may_be_lifted"] and two in lifted else None,
            **told,
        )
        for two, told in found
        if two[0] in some and two[1] in others
    ]
    return sorted(
        conflicts, key=lambda one: (one.researcher, one.mentor, one.kind, one.mentor_id.hex)
    )


def _found(some: dict[UUID, Any], others: dict[UUID, Any]) -> list[tuple[Two, dict[str, Any]]]:
    """What profiles show, in the words that the matching compares."""
    with_word = defaultdict[str, list[UUID]](list)
    for one in others.values():
        for word in set(conflict_words(one.organisations, [one.name, one.email])):
            with_word[word].append(one.id)
    found = []
    for one in some.values():
        for word in sorted(set(conflict_words(one.organisations, one.advisers))):
            kind, _, what = word.partition(" ")
            told = {"kind": KINDS[kind], "detail": what, "declared_by": None, "may_be_lifted": True}
            found += [((one.id, mentor_id), told) for mentor_id in with_word[word]]
    return found


async def _said(db: AsyncSession, cohort_id: UUID) -> list[tuple[Two, dict[str, Any]]]:
    """What people said; a private wish to be kept apart once, whoever said it."""
    told: dict[tuple[Any, ...], tuple[Two, dict[str, Any]]] = {}
    for one in await apart.pairs_in(db, cohort_id):
        two, is_open = (one.enrolment_id, one.mentor_id), one.kind is ApartKind.CONFLICT
        says = {
            "kind": "declared" if is_open else "kept_apart",
            "detail": one.note if is_open else "",
            "declared_by": one.said_by.value if is_open else None,
            "may_be_lifted": is_open,
        }
        told[two, one.kind, one.said_by if is_open else ""] = (two, says)
    return [*told.values()]
