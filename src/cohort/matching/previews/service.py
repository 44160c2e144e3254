"""What a run would find by other rules, before they are used; nothing is kept."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.service import require_organiser
from cohort.errors import Conflict
from cohort.matching.gather import gather
from cohort.matching.models import Pair, Round, RoundKind, RoundState, Run, RunState
from cohort.matching.results.service import names_of
from cohort.matching.results.what_ifs import MOST_PAIRS
from cohort.matching.service import latest_round, newest_run, round_of_now
from cohort.pairing import saying
from cohort.pairing.alternatives import Change
from cohort.pairing.find import Result, find_pairs
from cohort.pairing.pool import Pool
from cohort.pairing.rules import Rules
from cohort.people.models import Person
from cohort.rules.models import RulesVersion
from cohort.rules.service import check_own

LONGEST_PREVIEW = 5.0
OUT_OF_TIME = (
    "What these rules would find could not be worked out in five seconds. Keep them, and run the "
    "round: a run has more time."
)
TOO_LARGE = "This cohort is too large to try rules out at once. Keep them, and run the round."


class CannotPreview(Conflict):
    code = "cannot_preview"
    title = "These rules cannot be tried out"


@dataclass(frozen=True)
class Preview:
    """run  the solved run of the open round that it is held against; none without one."""

    run: Run | None
    result: Result
    researchers: int
    changes: Sequence[Change]
    names: Mapping[str, str]

    @property
    def moves(self) -> list[str]:
        return [saying.move(one, self.names) for one in self.changes]


async def preview(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: Rules, *, now: datetime
) -> Preview:
    """Who waits now, matched by these rules, and who would have another mentor than by the run."""
    cohort = await require_organiser(db, actor, cohort_id)
    await check_own(db, cohort_id, form)
    newest = await latest_round(db, actor, cohort_id)
    if newest is not None and newest.kind is RoundKind.INTRODUCTIONS:
        newest = None
    before = await _to_compare(db, newest)
    trial = Run(
        round=newest or round_of_now(cohort, now=now),
        round_id=newest.id if newest else None,
        rules=RulesVersion(**form.model_dump()),
        number=before.number + 1 if before else 1,
    )
    pool = await gather(db, trial, now=now)
    result = await _solve(pool)
    changes = await _changes(db, pool, result, before)
    moving = [UUID(one.researcher) for one in changes]
    mentors = {UUID(one) for move in changes for one in (move.origin, move.target) if one}
    names = await names_of(db, moving, mentors)
    return Preview(before, result, len(pool.researchers), changes, names)


async def _to_compare(db: AsyncSession, newest: Round | None) -> Run | None:
    """Once a round is published, its pairs are no longer those who wait."""
    if newest is None or newest.state is not RoundState.OPEN:
        return None
    run = await newest_run(db, newest.id)
    return run if run and run.state is RunState.SOLVED else None


async def _solve(pool: Pool) -> Result:
    if len(pool.researchers) * len(pool.mentors) > MOST_PAIRS:
        raise CannotPreview(TOO_LARGE)
    until = time.perf_counter() + LONGEST_PREVIEW
    try:
        result = await asyncio.to_thread(
            find_pairs, pool, out_of_time=lambda: time.perf_counter() > until
        )
    except ValueError as refused:
        raise CannotPreview(str(refused)) from refused
    if result.stopped:
        raise CannotPreview(OUT_OF_TIME)
    return result


async def _changes(
    db: AsyncSession, pool: Pool, result: Result, before: Run | None
) -> list[Change]:
    if before is None:
        return []
    found = select(Pair.enrolment_id, Pair.mentor_id).where(Pair.run_id == before.id)
    had = {str(one): str(mentor) for one, mentor in await db.execute(found)}
    gets = {one.researcher: one.mentor for one in result.pairs}
    return [
        Change(one.id, had.get(one.id), gets.get(one.id))
        for one in pool.researchers
        if had.get(one.id) != gets.get(one.id)
    ]
