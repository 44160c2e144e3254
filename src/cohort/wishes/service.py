"""Whom researchers and mentors would like: each side ranks people of the same cohort.

A wish is private: it counts in the score, and no sentence, factor or score that the other one reads
tells it. Only the person and the organisers read it, with the reason.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid, NotAllowed
from cohort.mentors.models import Mentor, Wish, WishOf
from cohort.people.models import Person

WishesById = dict[UUID, list[UUID]]
Owner = Enrolment | Mentor
WITH_PEOPLE = (
    joinedload(Wish.enrolment).joinedload(Enrolment.person),
    joinedload(Wish.mentor).joinedload(Mentor.person),
)


class WishSide(NamedTuple):
    """Who wishes for whom, as a row of `Wish` says it."""

    wish_of: WishOf
    own_id: Literal["enrolment_id", "mentor_id"]
    other_id: Literal["enrolment_id", "mentor_id"]
    others: type[Enrolment] | type[Mentor]
    stranger: str

    def by(self, owner: Owner) -> ColumnElement[bool]:
        own: ColumnElement[bool] = getattr(Wish, self.own_id) == owner.id
        return own & (Wish.wish_of == self.wish_of)


RESEARCHER = WishSide(
    WishOf.RESEARCHER, "enrolment_id", "mentor_id", Mentor, "This is not a mentor of this cohort."
)
MENTOR = WishSide(
    WishOf.MENTOR,
    "mentor_id",
    "enrolment_id",
    Enrolment,
    "There is no such researcher in this cohort.",
)


def side_of(owner: Owner) -> WishSide:
    return MENTOR if isinstance(owner, Mentor) else RESEARCHER


async def wishes_of(db: AsyncSession, actor: Person, owner: Owner) -> Sequence[Wish]:
    """Whom a researcher or a mentor would like, the dearest first."""
    side = side_of(owner)
    which = side.by(owner)
    if owner.person_id != actor.id:
        # An organiser who takes part here does not read what is said of herself.
        herself = select(side.others.id).where(side.others.person_id == actor.id)
        which &= getattr(Wish, side.other_id).not_in(herself)
    ranked = select(Wish).where(which).options(*WITH_PEOPLE).order_by(Wish.rank)
    return (await db.scalars(ranked)).all()


async def rank(
    db: AsyncSession,
    actor: Person,
    owner: Owner,
    ids: Sequence[UUID],
    *,
    reasons: Sequence[str] = (),
) -> None:
    """Replace somebody's wishes; a second time changes nothing, and nobody does it for another."""
    if owner.person_id != actor.id:
        raise NotAllowed("Everybody says for herself whom she would like.")
    side = side_of(owner)
    await _refuse_strangers(db, owner, side, ids)
    # Locked, so that of two lists which are sent at once one replaces the other.
    of = type(owner)
    await db.execute(select(of.id).where(of.id == owner.id).with_for_update(key_share=True))
    await db.execute(delete(Wish).where(side.by(owner)))
    if ids:
        by = {side.own_id: owner.id, "wish_of": side.wish_of}
        why = reasons or [""] * len(ids)
        rows = [
            {**by, side.other_id: one, "rank": rank, "reason": reason}
            for rank, (one, reason) in enumerate(zip(ids, why, strict=True))
        ]
        await db.execute(insert(Wish), rows)


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


async def _refuse_strangers(
    db: AsyncSession, owner: Owner, side: WishSide, ids: Sequence[UUID]
) -> None:
    others = side.others
    there = select(others.id).where(others.cohort_id == owner.cohort_id, others.id.in_(ids))
    known = set(await db.scalars(there)) if ids else set()
    for rank, one in enumerate(ids):
        if one not in known:
            raise Invalid.at(f"{side.other_id}s/{rank}", side.stranger)
