"""Solving again what a run solved, to see whether it still gives the same bytes."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, NotFound
from cohort.matching.models import Pair, Run, RunInput, RunState, Unmatched
from cohort.pairing.find import Result, find_pairs
from cohort.pairing.packing import unpack_pool

Prices = Mapping[str, float]


@dataclass(frozen=True)
class RunOutcome:
    """What decides whether two solves are the same: everything but the words.

    pairs  researcher, mentor and score; unmatched  researcher and why, as a code.
    """

    pairs: Sequence[tuple[str, str, float]]
    unmatched: Sequence[tuple[str, str]]
    figures: tuple[float | None, float | None, float | None]
    researcher_prices: Prices
    mentor_prices: Prices

    def digest(self) -> str:
        """SHA-256 of all of it, as JSON with sorted keys; hexadecimal."""
        text = json.dumps(
            {
                "pairs": sorted(self.pairs),
                "unmatched": sorted(self.unmatched),
                "figures": self.figures,
                "researcher_prices": dict(self.researcher_prices),
                "mentor_prices": dict(self.mentor_prices),
            },
            sort_keys=True,
            separators=(",", ":"),
        )
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Replay:
    """input_digest  of what is kept; it must be that of the run.

    stored, found  what the run stored, and what the same input gives now.
    """

    run: Run
    input_digest: str
    stored: RunOutcome
    found: RunOutcome

    @property
    def same(self) -> bool:
        return self.input_digest == self.run.input_digest and self.stored == self.found


async def replay(db: AsyncSession, run_id: UUID) -> Replay:
    """Solve again what a solved run solved; nothing is stored."""
    run = await db.get(Run, run_id)
    if run is None:
        raise NotFound("There is no run with this id.")
    if run.state is not RunState.SOLVED:
        raise Conflict("This run is not solved, so there is nothing to repeat.")
    if run.stopped:
        raise Conflict(
            "Time ran out before this run was proved the best. What it had found by then depends "
            "on how fast the machine was, and cannot be repeated."
        )
    kept = await db.scalar(select(RunInput.pool).where(RunInput.run_id == run_id))
    if kept is None:
        raise Conflict(
            "What this run solved is not kept: its cohort has ended, or was too large, or the run "
            "is older than this."
        )
    pool = unpack_pool(kept)
    result = await asyncio.to_thread(find_pairs, pool)
    return Replay(run, pool.digest(), await _stored(db, run), _found(result))


async def _stored(db: AsyncSession, run: Run) -> RunOutcome:
    pairs = select(Pair.enrolment_id, Pair.mentor_id, Pair.score).where(Pair.run_id == run.id)
    left = select(Unmatched.enrolment_id, Unmatched.code).where(Unmatched.run_id == run.id)
    return RunOutcome(
        pairs=sorted((str(i), str(j), score) for i, j, score in await db.execute(pairs)),
        unmatched=sorted((str(i), code) for i, code in await db.execute(left)),
        figures=(run.total, run.bound, run.gap),
        researcher_prices=run.researcher_prices or {},
        mentor_prices=run.mentor_prices or {},
    )


def _found(result: Result) -> RunOutcome:
    return RunOutcome(
        pairs=sorted((one.researcher, one.mentor, one.score) for one in result.pairs),
        unmatched=sorted((one, why.code) for one, why in result.unmatched.items()),
        figures=(result.total, result.bound, result.gap),
        researcher_prices=dict(result.researcher_prices),
        mentor_prices=dict(result.mentor_prices),
    )
