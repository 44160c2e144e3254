"""What the ways on without somebody cost, and a swap of two; nothing changes by asking."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, Invalid
from cohort.matching.models import Pair, Run
from cohort.matching.results import what_ifs
from cohort.matching.results.service import PAIR_WITH_PEOPLE, get_solved_run, names_of
from cohort.matching.results.untold import ids_of
from cohort.pairing import saying, saying_changes
from cohort.pairing.alternatives import NOT_TOLD, Change
from cohort.pairing.evidence import Evidence
from cohort.pairing.repairing import (
    NothingToSwap,
    RepairOption,
    SwapPrice,
    options_without,
    swap_of,
)
from cohort.people.models import Person


class CannotSwap(Conflict):
    code = "cannot_swap"
    title = "These two cannot swap their mentors"


@dataclass(frozen=True)
class Repairs:
    """The ways on without a researcher, a mentor, or the pair of both."""

    run: Run
    enrolment_id: UUID | None
    mentor_id: UUID | None
    options: Sequence[RepairOption]
    names: Mapping[str, str]

    @property
    def researcher(self) -> str:
        return self.names[str(self.enrolment_id)] if self.enrolment_id else ""

    @property
    def mentor(self) -> str:
        return self.names[str(self.mentor_id)] if self.mentor_id else ""

    def price(self, one: RepairOption) -> str:
        return saying_changes.repair_price(one, self.run.total or 0.0)

    def moves(self, one: RepairOption) -> list[str]:
        return [saying.move(change, self.names) for change in one.changes]


@dataclass(frozen=True)
class Swap:
    run: Run
    price: SwapPrice
    names: Mapping[str, str]

    @property
    def sentence(self) -> str:
        return saying_changes.swap_price(self.price, self.run.total or 0.0)

    @property
    def moves(self) -> list[str]:
        return [saying.move(change, self.names) for change in self.price.changes]


async def repairs(
    db: AsyncSession,
    actor: Person,
    run_id: UUID,
    enrolment_id: UUID | None,
    mentor_id: UUID | None,
) -> Repairs:
    """The ways on, the fewest moves first, up to the best of those who are left."""
    if enrolment_id is None and mentor_id is None:
        raise Invalid.at("enrolment_id", "Name a researcher, a mentor, or the two of a pair.")
    run = await get_solved_run(db, actor, run_id)
    researcher, mentor = (str(one) if one else None for one in (enrolment_id, mentor_id))

    def question(evidence: Evidence) -> list[RepairOption]:
        return options_without(evidence, researcher, mentor)

    options = await what_ifs.answer(db, run, question)
    changes = [change for one in options for change in one.changes]
    named = [*filter(None, (enrolment_id, mentor_id))]
    names = await names_in(db, changes, named)
    return Repairs(run, enrolment_id, mentor_id, options, names)


async def swap(db: AsyncSession, actor: Person, run_id: UUID, one: UUID, other: UUID) -> Swap:
    """What it costs that two researchers have each other's mentor, or what forbids it."""
    run = await get_solved_run(db, actor, run_id)
    try:
        price = await what_ifs.answer(db, run, lambda known: swap_of(known, str(one), str(other)))
    except NothingToSwap as refused:
        raise CannotSwap(
            "Two researchers swap their mentors when each has one, and not the same."
        ) from refused
    mentors = [UUID(mentor) for _, mentor in price.pins]
    names = await names_in(db, price.changes, [one, other, *mentors])
    if price.ruled_out:
        own = await ids_of(db, actor)
        told = [(i, j, (NOT_TOLD,) if own & {i, j} else why) for i, j, why in price.ruled_out]
        raise CannotSwap(saying_changes.cannot_swap(replace(price, ruled_out=told), names))
    return Swap(run, price, names)


async def pairs_by_name(db: AsyncSession, run: Run, most: int) -> list[tuple[UUID, str, str]]:
    """Enrolment, researcher and mentor of each pair, by the researcher's name; none if too many."""
    pairs = select(Pair).where(Pair.run_id == run.id).options(*PAIR_WITH_PEOPLE).limit(most + 1)
    found = (await db.scalars(pairs)).all()
    if len(found) > most:
        return []
    each = [(one.enrolment_id, one.enrolment.person.name, one.mentor.person.name) for one in found]
    return sorted(each, key=lambda one: one[1:])


async def names_in(
    db: AsyncSession, changes: Iterable[Change], others: Sequence[UUID] = ()
) -> dict[str, str]:
    """Of everybody who would move, and of these others, by id as text."""
    each = [one for c in changes for one in (c.researcher, c.origin, c.target) if one]
    known = [*map(UUID, each), *others]
    return await names_of(db, known, known)
