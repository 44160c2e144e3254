"""Whom people do not want to be matched with: private blocks, and conflicts they declare."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment
from cohort.errors import Conflict, Invalid, NotAllowed, NotFound
from cohort.mentors.models import Mentor, WishOf
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship, Proposal
from cohort.people.models import FormerAddress, Person
from cohort.wishes import listed
from cohort.wishes.models import ApartKind, KeptApart
from cohort.wishes.schemas import KeptApartIn

MOST_KEPT_APART = 200


class TooManyKeptApart(Conflict):
    code = "too_many_kept_apart"
    title = "Your list is as long as it may be"


class ApartPair(NamedTuple):
    """Two of the cohort who are kept apart, and which of them said so."""

    enrolment_id: UUID
    mentor_id: UUID
    kind: ApartKind
    said_by: WishOf
    note: str


async def list_own(db: AsyncSession, actor: Person, cohort_id: UUID) -> Sequence[KeptApart]:
    await cohorts.get(db, actor, cohort_id)
    own = select(KeptApart).where(KeptApart.cohort_id == cohort_id, KeptApart.by_id == actor.id)
    return (await db.scalars(own.order_by(KeptApart.created_at, KeptApart.id))).all()


async def keep_apart(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: KeptApartIn, *, now: datetime
) -> KeptApart:
    """Say it once; a second time is the first. Nobody is told."""
    await cohorts.get(db, actor, cohort_id)
    await _require_part(db, actor, cohort_id)
    email, label = await _whom(db, actor, cohort_id, form)
    if email == actor.email:
        raise Invalid.at("email", "This is you. Nobody is matched with oneself.")
    which = {"cohort_id": cohort_id, "by_id": actor.id, "kind": form.kind}
    which |= {"email": email, "label": label}
    await _require_room(db, which)
    row = insert(KeptApart).values(**which, note=form.note, created_at=now)
    await db.execute(
        row.on_conflict_do_update(index_elements=[*which], set_={"note": row.excluded.note})
    )
    return (await db.scalars(select(KeptApart).filter_by(**which))).one()


async def take_back(db: AsyncSession, actor: Person, apart_id: UUID) -> UUID:
    """The cohort of it; only for whoever said it."""
    own = delete(KeptApart).where(KeptApart.id == apart_id, KeptApart.by_id == actor.id)
    cohort_id: UUID | None = await db.scalar(own.returning(KeptApart.cohort_id))
    if cohort_id is None:
        raise NotFound
    return cohort_id


async def pairs_in(
    db: AsyncSession, cohort_id: UUID, two: tuple[UUID, UUID] | None = None
) -> Sequence[ApartPair]:
    """Everybody in the cohort who is kept apart, or whether these two are. One statement."""
    researcher, mentor = aliased(Person), aliased(Person)
    by_researcher = (KeptApart.by_id == researcher.id) & (_is_of(mentor))
    by_mentor = (KeptApart.by_id == mentor.id) & (_is_of(researcher))
    kept = (
        select(Enrolment.id, Mentor.id, KeptApart.kind, by_researcher, KeptApart.note)
        .join(Mentor, Mentor.cohort_id == Enrolment.cohort_id)
        .join(researcher, researcher.id == Enrolment.person_id)
        .join(mentor, mentor.id == Mentor.person_id)
        .join(
            KeptApart,
            (KeptApart.cohort_id == Enrolment.cohort_id) & or_(by_researcher, by_mentor),
        )
        .where(Enrolment.cohort_id == cohort_id)
        .order_by(Enrolment.id, Mentor.id, KeptApart.kind, KeptApart.created_at, KeptApart.id)
    )
    if two is not None:
        kept = kept.where(Enrolment.id == two[0], Mentor.id == two[1])
    return [
        ApartPair(enrolment_id, mentor_id, kind, WishOf.RESEARCHER if hers else WishOf.MENTOR, note)
        for enrolment_id, mentor_id, kind, hers, note in await db.execute(kept)
    ]


async def people_in(db: AsyncSession, cohort_id: UUID) -> set[tuple[UUID, UUID]]:
    """Whoever asked to be kept apart and from whom, both ways; in whatever role they are here."""
    kept = select(KeptApart.by_id, Person.id).join(Person, _is_of(Person))
    found = (await db.execute(kept.where(KeptApart.cohort_id == cohort_id))).all()
    return {two for one, other in found for two in ((one, other), (other, one))}


def _is_of(person: type[Person]) -> ColumnElement[bool]:
    """Whether somebody has the address that is kept apart, or had it before."""
    former = select(FormerAddress.email).where(FormerAddress.person_id == person.id)
    return or_(KeptApart.email == person.email, KeptApart.email.in_(former))


async def _require_room(db: AsyncSession, which: dict[str, Any]) -> None:
    """What is on the list may be said again. Of one person, one after the other."""
    await db.execute(select(Person.id).where(Person.id == which["by_id"]).with_for_update())
    own = select(func.count()).select_from(KeptApart)
    own = own.filter_by(cohort_id=which["cohort_id"], by_id=which["by_id"])
    if (await db.scalar(own) or 0) < MOST_KEPT_APART:
        return
    if await db.scalar(select(KeptApart.id).filter_by(**which)) is None:
        raise TooManyKeptApart(
            f"You are kept apart from {MOST_KEPT_APART} people here. Take one of them back first."
        )


async def _require_part(db: AsyncSession, actor: Person, cohort_id: UUID) -> None:
    studies = select(Enrolment.id).where(
        Enrolment.cohort_id == cohort_id, Enrolment.person_id == actor.id
    )
    mentoring = select(Mentor.id).where(Mentor.cohort_id == cohort_id, Mentor.person_id == actor.id)
    if not await db.scalar(select(or_(studies.exists(), mentoring.exists()))):
        raise NotAllowed("Only who takes part in this cohort can be kept apart from someone.")


async def _whom(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: KeptApartIn
) -> tuple[str, str]:
    """The address, and what the actor reads of it: only a name that she sees anyway."""
    if form.email is not None:
        return form.email, form.email
    if form.mentor_id is not None:
        may_be_found = listed.listed_mentors().with_only_columns(Mentor.id)
        shown = or_(
            Mentor.id.in_(may_be_found), *(Mentor.id.in_(met) for met in _met(actor, "mentor_id"))
        )
        named = select(Person.email, Person.name).join(Mentor, Mentor.person_id == Person.id)
        named = named.where(Mentor.id == form.mentor_id, Mentor.cohort_id == cohort_id, shown)
        field, sentence = "mentor_id", "This is not a mentor whom you see in this cohort."
    else:
        may_be_found = listed.listed_researchers().with_only_columns(Enrolment.id)
        shown = or_(
            Enrolment.id.in_(may_be_found),
            *(Enrolment.id.in_(met) for met in _met(actor, "enrolment_id")),
        )
        named = select(Person.email, Person.name)
        named = named.join(Enrolment, Enrolment.person_id == Person.id)
        named = named.where(
            Enrolment.id == form.enrolment_id, Enrolment.cohort_id == cohort_id, shown
        )
        field, sentence = "enrolment_id", "This is not a researcher whom you see in this cohort."
    found = (await db.execute(named)).one_or_none()
    if found is None:
        raise Invalid.at(field, sentence)
    return found.email, found.name


def _met(actor: Person, column: str) -> list[Select[UUID]]:
    """Whom the actor was proposed to, or is or was in a mentorship with."""
    return [
        select(getattr(of, column)).where(mentorships.is_between(of, actor))
        for of in (Proposal, Mentorship)
    ]
