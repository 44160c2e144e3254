"""Whom researchers and mentors would like: each side ranks people of the same cohort.

A wish is private: it counts in the score, and no sentence, factor or score that the other one reads
tells it. Only the person and the organisers read it, with the reason.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import enrolments
from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid, NotAllowed
from cohort.mentors import places
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor, Wish, WishOf
from cohort.people.models import Person

WishesById = dict[UUID, list[UUID]]
WITH_PEOPLE = (
    joinedload(Wish.enrolment).joinedload(Enrolment.person),
    joinedload(Wish.mentor).joinedload(Mentor.person),
)


async def of_enrolment(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Sequence[Wish]:
    """The mentors whom a researcher would like, the dearest first."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    which = _by_researcher(enrolment_id)
    if enrolment.person_id != actor.id:
        # An organiser who mentors here does not read what is said of herself.
        which &= Wish.mentor_id.not_in(select(Mentor.id).where(Mentor.person_id == actor.id))
    return await _ranked(db, which)


async def of_mentor(db: AsyncSession, actor: Person, mentor_id: UUID) -> Sequence[Wish]:
    """The enrolments whom a mentor would like, the dearest first."""
    mentor = await mentors.get(db, actor, mentor_id)
    which = _by_mentor(mentor_id)
    if mentor.person_id != actor.id:
        own = select(Enrolment.id).where(Enrolment.person_id == actor.id)
        which &= Wish.enrolment_id.not_in(own)
    return await _ranked(db, which)


async def rank_mentors(
    db: AsyncSession,
    actor: Person,
    enrolment_id: UUID,
    mentor_ids: Sequence[UUID],
    *,
    reasons: Sequence[str] = (),
    now: datetime,
) -> None:
    """Replace a researcher's wishes; a second time changes nothing."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    there = select(Mentor.id).where(Mentor.cohort_id == enrolment.cohort_id)
    if enrolment.person_id != actor.id and await db.scalar(
        there.where(Mentor.person_id == actor.id)
    ):
        raise NotAllowed("You mentor in this cohort, so only the researcher changes these wishes.")
    known = set(await db.scalars(there.where(Mentor.id.in_(mentor_ids)))) if mentor_ids else set()
    _refuse_strangers(mentor_ids, known, "mentor_ids", "This is not a mentor of this cohort.")
    await db.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())
    await db.execute(delete(Wish).where(_by_researcher(enrolment_id)))
    await _store(
        db,
        {"enrolment_id": enrolment_id, "wish_of": WishOf.RESEARCHER},
        [{"mentor_id": mentor_id} for mentor_id in mentor_ids],
        reasons,
    )
    enrolments.note_others_act(db, actor, "enrolment.wishes", enrolment, now=now)


async def rank_researchers(
    db: AsyncSession,
    actor: Person,
    mentor_id: UUID,
    enrolment_ids: Sequence[UUID],
    *,
    reasons: Sequence[str] = (),
) -> None:
    """Replace a mentor's own wishes; a second time changes nothing."""
    mentor = await mentors.get_own(db, actor, mentor_id)
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
        reasons,
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


async def _ranked(db: AsyncSession, which: ColumnElement[bool]) -> Sequence[Wish]:
    ranked = select(Wish).where(which).options(*WITH_PEOPLE).order_by(Wish.rank)
    return (await db.scalars(ranked)).all()


async def _store(
    db: AsyncSession, by: dict[str, object], whom: Sequence[dict[str, UUID]], reasons: Sequence[str]
) -> None:
    if whom:
        why = reasons or [""] * len(whom)
        rows = [
            {**by, **one, "rank": rank, "reason": reason}
            for rank, (one, reason) in enumerate(zip(whom, why, strict=True))
        ]
        await db.execute(insert(Wish), rows)


def _refuse_strangers(wanted: Sequence[UUID], known: set[UUID], field: str, sentence: str) -> None:
    for rank, one in enumerate(wanted):
        if one not in known:
            raise Invalid.at(f"{field}/{rank}", sentence)
