"""The next best mentor, worked out in a process of its own, as a matching is."""

from collections.abc import Sequence
from uuid import UUID

from cohort.jobs.context import JobContext, Outside
from cohort.matching.next_best import service
from cohort.matching.solving import solve_next_best
from cohort.pairing.result import MatchedPair

Found = Sequence[MatchedPair]


async def offer_next(context: JobContext, in_cohort: str) -> Outside[Found] | None:
    """Enqueued when proposals of a cohort were declined or ran out; for all who wait by then."""
    cohort_id = UUID(in_cohort)
    asking = await service.begin(context.db, cohort_id, now=context.now)
    if asking is None:
        return None
    asked = [str(one) for one in asking.after]

    async def unseen(_step: str, _share: float) -> None:
        """Nobody looks how far it is."""

    async def work() -> Found:
        longest = context.settings.longest_solve
        return await context.processes.call(
            solve_next_best, asking.pool, asked, longest, on_progress=unseen
        )

    async def store(later: JobContext, found: Found) -> None:
        await service.store(later.db, cohort_id, asking, found, now=later.now)

    return Outside(work, store)
