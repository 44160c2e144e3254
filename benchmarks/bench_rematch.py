"""How many keep their mentor from one week's round to the next, through the platform.

A cohort is matched by the weekly job's own steps on a database of its own; nobody publishes the
round. Then one researcher in twenty leaves and as many come, and the next round is matched: in the
same week, and a week later, when other milestones are due and the scores themselves have changed.
Of those who have a mentor in both, how many keep the same one, and what does the total lose
against a round that knows nothing of the one before? No answer at no loss keeps more: to keep is
the first rule among equals. The last column lets a present pair count a little more, by the rules.
"""

import argparse
import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from weekly_data import Crowd

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.db import Sessions, create_engine, create_sessions, unit_of_work
from cohort.local.servers import throwaway
from cohort.matching import periods, runs, service
from cohort.matching.gather import gather
from cohort.matching.models import Pair, Run
from cohort.migrate import upgrade
from cohort.pairing.find import find_pairs
from cohort.pairing.pool import Pool
from cohort.settings import Settings

CHURN = 20
GOAL = 0.92
STICKINESS = 0.02


async def main(researchers: int, mentors: int, days: int) -> None:
    with throwaway(durable=False) as servers:
        settings = Settings(database_url=servers.database_url, redis_url=servers.redis_url)
        await asyncio.to_thread(upgrade, settings)
        engine = create_engine(settings, patience=60)
        print(await measured(create_sessions(engine), researchers, mentors, days), flush=True)
        await engine.dispose()


async def measured(sessions: Sessions, researchers: int, mentors: int, days: int) -> str:
    now = datetime.now(UTC)
    async with unit_of_work(sessions) as db:
        crowd = Crowd(db)
        await crowd.settle_in()
        cohort_id = await crowd.gather_in("c", researchers, mentors)
    before, _, _ = await matched(sessions, cohort_id, "first", now)
    async with unit_of_work(sessions) as db:
        crowd.db = db
        of_cohort = select(Enrolment.id).where(Enrolment.cohort_id == cohort_id)
        leaving = of_cohort.order_by(Enrolment.id).limit(researchers // CHURN)
        gone = update(Enrolment).where(Enrolment.id.in_(leaving))
        await db.execute(gone.values(state=EnrolmentState.WITHDRAWN))
        await crowd.join(cohort_id, "new", researchers // CHURN)
    after, lost, pool = await matched(
        sessions, cohort_id, "second", now + timedelta(days=days, minutes=1)
    )
    stay = before.keys() & after.keys()
    kept = sum(before[one] == after[one] for one in stay) / len(stay)
    sticky = await asyncio.to_thread(find_pairs, replace(pool, stickiness=STICKINESS))
    has = {one.researcher: one.mentor for one in sticky.pairs}
    stuck = sum(str(before[one]) == has.get(str(one)) for one in stay) / len(stay)
    best = sum(one.score for one in (await asyncio.to_thread(find_pairs, pool)).pairs)
    fit = sum(one.score for one in sticky.pairs)
    return (
        f"{researchers} x {mentors}, {days} days later: {len(stay)} stay, {kept:.1%} keep their "
        f"mentor (goal {GOAL:.0%}), the total loses {lost:g}; with a stickiness of {STICKINESS} "
        f"{stuck:.1%}, and the sum of scores is {1 - fit / best:.2%} lower"
    )


async def matched(
    sessions: Sessions, cohort_id: UUID, period: str, now: datetime
) -> tuple[dict[UUID, UUID], float, Pool]:
    """The pairs of a weekly round, what knowing the round before has cost, and its pool."""
    week = periods.week_planned_on(now.date())
    async with unit_of_work(sessions) as db:
        tick = periods.Tick(period=period, week=week, at=now)
        opened = await service.open_weekly(db, cohort_id, tick, now=now)
        run = await service.newest_run(db, opened.id) if opened else None
        if run is None:
            raise SystemExit("The round was not opened.")
        await runs.solve(db, run.id, now=now)
    async with sessions() as db:
        found = await db.execute(
            select(Pair.enrolment_id, Pair.mentor_id).where(Pair.run_id == run.id)
        )
        pairs = dict(found.all())
        total = await db.scalar(select(Run.total).where(Run.id == run.id))
        pool = await gather(db, await runs.read(db, run.id), now=now)
    free = await asyncio.to_thread(find_pairs, replace(pool, incumbents={}))
    return pairs, free.total - (total or 0.0), pool


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--researchers", type=int, default=2000)
    asked.add_argument("--mentors", type=int, default=667)
    given = asked.parse_args()
    for later in (0, 7):
        asyncio.run(main(given.researchers, given.mentors, later))
