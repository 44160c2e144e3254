"""How many keep their mentor from one week's round to the next, through the platform.

A cohort is matched by the weekly job's own steps on a database of its own; nobody publishes the
round. Then one researcher in twenty leaves and as many come, and the next round is matched: in the
same week, and a week later, when people have passed milestones, others are due, and the scores
themselves have changed. Of those who have a mentor in both, how many keep the same one?

`people` says who they are: "drawn" evenly, each from lists of its own, or as a "season" makes them,
with the taxonomies and milestones that ship with cohort. No answer at no loss keeps more, which is
checked by SciPy's solver on scores that count whom people had in a last digit. What more would keep
costs something: the last figures are the most that are kept by a stickiness with that loss.
"""

import argparse
import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from scipy.optimize import linear_sum_assignment
from season_data import PASS_SOME, SeasonCrowd
from sqlalchemy import select, update
from weekly_data import Crowd

from cohort.assignment import Problem, solve
from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.db import Sessions, create_engine, create_sessions, unit_of_work
from cohort.local.servers import throwaway
from cohort.matching import periods, runs, service
from cohort.matching.gather import gather
from cohort.matching.models import Pair, Run
from cohort.migrate import upgrade
from cohort.pairing.find import find_pairs, scored
from cohort.pairing.pool import Pool
from cohort.settings import Settings

CHURN = 20
GOAL = 0.92
LOSSES = (0.001, 0.005)
MOST_STICKINESS, HALVINGS = 0.25, 12
UNITS = 1e8  # how many make 1: scores of people are rounded to these


async def main(people: str, researchers: int, mentors: int, days: int) -> None:
    with throwaway(durable=False) as servers:
        settings = Settings(database_url=servers.database_url, redis_url=servers.redis_url)
        await asyncio.to_thread(upgrade, settings)
        engine = create_engine(settings, patience=60)
        said = await measured(create_sessions(engine), people, researchers, mentors, days)
        print(said, flush=True)
        await engine.dispose()


async def measured(
    sessions: Sessions, people: str, researchers: int, mentors: int, days: int
) -> str:
    now = datetime.now(UTC)
    async with unit_of_work(sessions) as db:
        crowd = SeasonCrowd(db) if people == "season" else Crowd(db)
        await crowd.settle_in()
        cohort_id = await crowd.gather_in("c", researchers, mentors)
    before, _, _ = await matched(sessions, cohort_id, "first", now)
    later = now + timedelta(days=days, minutes=1)
    async with unit_of_work(sessions) as db:
        crowd.db = db
        if days and people == "season":
            await db.execute(PASS_SOME, {"cohort": cohort_id, "now": later})
        of_cohort = select(Enrolment.id).where(Enrolment.cohort_id == cohort_id)
        leaving = of_cohort.order_by(Enrolment.id).limit(researchers // CHURN)
        gone = update(Enrolment).where(Enrolment.id.in_(leaving))
        await db.execute(gone.values(state=EnrolmentState.WITHDRAWN))
        await crowd.join(cohort_id, "new", researchers // CHURN)
    after, lost, pool = await matched(sessions, cohort_id, "second", later)
    stay = before.keys() & after.keys()
    kept = sum(before[one] == after[one] for one in stay) / len(stay)
    problem = scored(pool)[1]
    all_kept = sum(before.get(one) == mentor for one, mentor in after.items())
    most = most_kept(problem)
    if all_kept != most:
        raise SystemExit(f"SciPy keeps {most} at no loss, and the platform {all_kept}.")
    at_a_loss = "; ".join(kept_at(problem, loss) for loss in LOSSES)
    return (
        f"{people}, {researchers} x {mentors}, {sum(pool.places)} places, {days} days later: "
        f"{len(stay)} have one in both, {kept:.1%} keep their mentor (goal {GOAL:.0%}), "
        f"the total loses {lost:g}; {at_a_loss}"
    )


def most_kept(problem: Problem) -> int:
    """How many keep their mentor in the best answer that keeps the most: O(n^2 places), by SciPy.

    A score counts in units, times a power of two that is more than all who may be kept; below
    2**53 sums are exact. A pair that may not be has no worth: it stands for no mentor.
    """
    column = np.repeat(np.arange(problem.shape[1]), problem.capacity)
    kept = problem.incumbent[:, None] == column[None, :]
    worth = np.rint(problem.scores * UNITS) * 2.0**12
    worth[problem.forbidden | (problem.scores < problem.floor)] = -np.inf
    worth = np.maximum(worth[:, column] + kept, 0.0)
    rows, places = linear_sum_assignment(worth, maximize=True)
    return int((kept & (worth > 0))[rows, places].sum())


def kept_at(problem: Problem, loss: float) -> str:
    """Of all who had a mentor and have one, the most by a stickiness that costs no more than so."""

    def scores_and_kept(stickiness: float) -> tuple[float, float]:
        pairs = solve(replace(problem, stickiness=stickiness)).pairs
        had = problem.incumbent[pairs[:, 0]]
        return problem.scores[pairs[:, 0], pairs[:, 1]].sum(), (had == pairs[:, 1])[had >= 0].mean()

    best, most = scores_and_kept(0.0)
    low, high = 0.0, MOST_STICKINESS
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        total, kept = scores_and_kept(middle)
        if total >= best * (1 - loss):
            low, most = middle, kept
        else:
            high = middle
    return f"at a loss of {loss:.1%} {most:.1%} (a stickiness of {low:.3f})"


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
    asked.add_argument("--people", choices=["drawn", "season"], action="append")
    asked.add_argument("--researchers", type=int, default=2000)
    asked.add_argument("--mentors", type=int, default=667)
    given = asked.parse_args()
    for who in given.people or ["drawn", "season"]:
        for later in (0, 7):
            asyncio.run(main(who, given.researchers, given.mentors, later))
