"""Asking a run what it did not do: what another pair would cost, and who would move."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assignment.neighbourhood import NotTheBest
from cohort.errors import Conflict, NotFound
from cohort.matching.models import KeptEvidence, Run
from cohort.matching.results.schemas import WhatIfIn
from cohort.matching.results.service import get_solved_run, names_of
from cohort.matching.results.untold import ids_of, untold, without_reasons
from cohort.pairing import saying
from cohort.pairing.alternatives import Alternative, Change, alternatives_for, changes_for
from cohort.pairing.evidence import Evidence, pack, unpack
from cohort.people.models import Person

Answer = TypeVar("Answer")

MOST_PAIRS = 2_000_000
"""Researchers times mentors. Up to here an answer takes about a second; above, ask the file."""


KNOWN = "What another pair would cost is known for runs that are proved to have the highest total."
FAIR = f"{KNOWN} This one aims at fairness."
SEVERAL = f"{KNOWN} In this one people may have several mentors."
OUT_OF_TIME = (
    f"{KNOWN} This one ran out of time before that. Run the round again when less else is being "
    "solved, or match the cohort in parts."
)


class NoEvidence(Conflict):
    code = "no_evidence"
    title = "This run keeps no evidence"


class NotComparable(Conflict):
    code = "not_comparable"
    title = "What other pairs would cost is not known"


@dataclass(frozen=True)
class Alternatives:
    """Every mentor for one researcher, the cheapest first; names are by id, as text."""

    run: Run
    enrolment_id: UUID
    every: Sequence[Alternative]
    names: Mapping[str, str]

    @property
    def researcher(self) -> str:
        return self.names[str(self.enrolment_id)]

    def to(self, mentor_id: UUID) -> Alternative:
        return next(one for one in self.every if one.mentor == str(mentor_id))

    def cost(self, one: Alternative) -> str:
        return saying.cost(one, self.run.total or 0.0)

    def what_to_ask(self, one: Alternative) -> str:
        """What would let the two be a pair, where something rules that out."""
        return saying.what_to_ask(one, self.researcher, self.names[one.mentor])


@dataclass(frozen=True)
class WhatIf:
    """One pair that might have been: what it costs, and who would move."""

    among: Alternatives
    pair: Alternative
    changes: Sequence[Change]

    @property
    def mentor(self) -> str:
        return self.among.names[self.pair.mentor]

    @property
    def sentence(self) -> str:
        return saying.consequence(self.pair, self.among.run.total or 0.0)

    @property
    def next_step(self) -> str:
        return self.among.what_to_ask(self.pair)

    @property
    def moves(self) -> list[str]:
        return saying.moves(self.changes, self.among.names)


def can_be_asked(run: Run) -> bool:
    """Whether the run is solved, proved the best by total, and small enough to ask on a page."""
    small = (run.researchers or 0) * (run.mentors or 0) <= MOST_PAIRS
    return run.aim.objective == "total" and run.is_proved and small


async def evidence_of(db: AsyncSession, actor: Person, run_id: UUID) -> bytes:
    """What a run solved and found, as an .npz file, without what the actor is not to read."""
    run = await get_solved_run(db, actor, run_id)
    packed, own = await _packed(db, run), await ids_of(db, actor)
    if not own:
        return packed
    return await asyncio.to_thread(lambda: pack(without_reasons(unpack(packed), own)))


async def alternatives(
    db: AsyncSession, actor: Person, run_id: UUID, enrolment_id: UUID
) -> Alternatives:
    run = await get_solved_run(db, actor, run_id)
    every = await answer(db, run, lambda one: alternatives_for(one, str(enrolment_id)))
    own = await ids_of(db, actor)
    every = [untold(one, str(enrolment_id), own) for one in every]
    names = await names_of(db, [enrolment_id], [UUID(one.mentor) for one in every])
    return Alternatives(run, enrolment_id, every, names)


async def what_if(
    db: AsyncSession, actor: Person, run_id: UUID, enrolment_id: UUID, mentor_id: UUID
) -> WhatIf:
    """What would follow if the two had to be a pair; nothing is decided by asking."""
    run = await get_solved_run(db, actor, run_id)
    researcher, mentor = str(enrolment_id), str(mentor_id)
    every, changes = await answer(
        db,
        run,
        lambda one: (alternatives_for(one, researcher), changes_for(one, researcher, mentor)),
    )
    own = await ids_of(db, actor)
    every = [untold(one, researcher, own) for one in every]
    moving = [UUID(one.researcher) for one in changes]
    names = await names_of(db, [enrolment_id, *moving], [UUID(one.mentor) for one in every])
    among = Alternatives(run, enrolment_id, every, names)
    return WhatIf(among, among.to(mentor_id), changes)


async def ask(
    db: AsyncSession, actor: Person, run_id: UUID, form: WhatIfIn
) -> tuple[Alternatives, WhatIf | None]:
    """Every mentor for the researcher, and what follows from the one who is named, if any."""
    if form.mentor_id is None:
        return await alternatives(db, actor, run_id, form.enrolment_id), None
    found = await what_if(db, actor, run_id, form.enrolment_id, form.mentor_id)
    return found.among, found


async def answer(db: AsyncSession, run: Run, question: Callable[[Evidence], Answer]) -> Answer:
    """Answer from what the run solved, in a thread: others are served meanwhile."""
    if (run.researchers or 0) * (run.mentors or 0) > MOST_PAIRS:
        raise NotComparable(
            "This run is too large to be asked here. Download its evidence, and ask that."
        )
    packed = await _packed(db, run)
    try:
        return await asyncio.to_thread(lambda: question(unpack(packed)))
    except KeyError as absent:
        raise NotFound("One of these two took no part in this run.") from absent
    except NotTheBest as other_aim:
        fair = run.aim.objective == "fair"
        why = OUT_OF_TIME if run.stopped else FAIR if fair else SEVERAL
        raise NotComparable(why) from other_aim


async def _packed(db: AsyncSession, run: Run) -> bytes:
    kept = select(KeptEvidence.packed).where(KeptEvidence.run_id == run.id)
    packed: bytes | None = await db.scalar(kept)
    if packed is None:
        raise NoEvidence(
            "Evidence is kept for the newest solved run of a round, if it is not too large. Ask "
            "the newest one."
        )
    return packed
