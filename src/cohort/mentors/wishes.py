"""Whom researchers and mentors would like: each side ranks people of the same cohort."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from cohort.cohorts import enrolments
from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid
from cohort.mentors import places, service
from cohort.mentors.models import Mentor, Wish, WishOf
from cohort.people.models import Person

WishesById = dict[UUID, list[UUID]]


async def of_enrolment(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Sequence[UUID]:
    """The mentors whom a researcher would like, the dearest first."""
    await enrolments.get(db, actor, enrolment_id)
    return await _ranked(db, Wish.mentor_id, _by_researcher(enrolment_id))


async def of_mentor(db: AsyncSession, actor: Person, mentor_id: UUID) -> Sequence[UUID]:
    """The enrolments whom a mentor would like, the dearest first."""
    await service.get(db, actor, mentor_id)
    return await _ranked(db, Wish.enrolment_id, _by_mentor(mentor_id))


async def rank_mentors(
    db: AsyncSession,
    actor: Person,
    enrolment_id: UUID,
    mentor_ids: Sequence[UUID],
    *,
    now: datetime,
) -> None:
    """Replace a researcher's wishes; a second time changes nothing."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    there = select(Mentor.id).where(Mentor.cohort_id == enrolment.cohort_id)
    known = set(await db.scalars(there.where(Mentor.id.in_(mentor_ids)))) if mentor_ids else set()
    _refuse_strangers(mentor_ids, known, "mentor_ids", "This is not a mentor of this cohort.")
    await db.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())
    await db.execute(delete(Wish).where(_by_researcher(enrolment_id)))
    await _store(
        db,
        {"enrolment_id": enrolment_id, "wish_of": WishOf.RESEARCHER},
        [{"mentor_id": mentor_id} for mentor_id in mentor_ids],
    )
    enrolments.note_others_act(db, actor, "enrolment.wishes", enrolment, now=now)


async def rank_researchers(
    db: AsyncSession, actor: Person, mentor_id: UUID, enrolment_ids: Sequence[UUID]
) -> None:
    """Replace a mentor's own wishes; a second time changes nothing."""
    mentor = await service.get_own(db, actor, mentor_id)
    there = select(Enrolment.id).where(Enrolment.cohort_id == mentor.cohort_id)
    known = (
        set(await db.scalars(there.where(Enrolment.id.in_(enrolment_ids))))
        if enrolment_ids
        else set()
    )
    sentence = "There is no such researcher in this cohort."
    _refuse_strangers(enrolment_ids, known, "enrolment_ids", sentence)
    await places.lock(db, mentor_id)
    await db.execute(delete(Wish).where(_by_mentor(mentor_id)))
    await _store(
        db,
        {"mentor_id": mentor_id, "wish_of": WishOf.MENTOR},
        [{"enrolment_id": enrolment_id} for enrolment_id in enrolment_ids],
    )


async def wishes_in(db: AsyncSession, cohort_id: UUID) -> tuple[WishesById, WishesById]:
    """Everybody's wishes in a cohort: mentors by enrolment, and enrolments by mentor."""
    ranked = (
        select(Wish.wish_of, Wish.enrolment_id, Wish.mentor_id)
        .join(Mentor, Mentor.id == Wish.mentor_id)
        .where(Mentor.cohort_id == cohort_id)
        .order_by(Wish.rank)
    )
    of_researchers, of_mentors = (
        defaultdict[UUID, list[UUID]](list),
        defaultdict[UUID, list[UUID]](list),
    )
    for wish_of, enrolment_id, mentor_id in await db.execute(ranked):
        if wish_of is WishOf.RESEARCHER:
            of_researchers[enrolment_id].append(mentor_id)
        else:
            of_mentors[mentor_id].append(enrolment_id)
    return of_researchers, of_mentors


def _by_researcher(enrolment_id: UUID) -> ColumnElement[bool]:
    return (Wish.enrolment_id == enrolment_id) & (Wish.wish_of == WishOf.RESEARCHER)


def _by_mentor(mentor_id: UUID) -> ColumnElement[bool]:
    return (Wish.mentor_id == mentor_id) & (Wish.wish_of == WishOf.MENTOR)


async def _ranked(
    db: AsyncSession, whom: InstrumentedAttribute[UUID], which: ColumnElement[bool]
) -> Sequence[UUID]:
    return (await db.scalars(select(whom).where(which).order_by(Wish.rank))).all()


async def _store(db: AsyncSession, by: dict[str, object], whom: Sequence[dict[str, UUID]]) -> None:
    if whom:
        await db.execute(
            insert(Wish), [{**by, **one, "rank": rank} for rank, one in enumerate(whom)]
        )


def _refuse_strangers(wanted: Sequence[UUID], known: set[UUID], field: str, sentence: str) -> None:
    for rank, one in enumerate(wanted):
        if one not in known:
            raise Invalid.at(f"{field}/{rank}", sentence)
