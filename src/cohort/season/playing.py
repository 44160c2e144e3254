"""A season from its first Monday to its last Sunday, one day after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cohort.errors import Conflict
from cohort.matching import service as matching
from cohort.matching.introducing.schemas import IntroductionsIn
from cohort.matching.models import RoundState, Run, RunState
from cohort.season import (
    acts,
    arrivals,
    checking_in,
    invariants,
    leaving,
    living,
    measures,
    people,
)
from cohort.season.measures import Measures, Week
from cohort.season.stage import SeasonPlan, SeasonStage, SeasonWorker, at_day, stage_of
from cohort.settings import shipped

MEETS_FROM = 2
"""The day of the week, 0 the Monday, on which people are introduced: most have met by the next."""
TALKS = IntroductionsIn(per_researcher=2, per_mentor=4)


@dataclass(frozen=True)
class Season:
    plan: SeasonPlan
    measures: Measures
    weeks: Sequence[Week]


async def play(
    plan: SeasonPlan, worker: SeasonWorker, on_week: Callable[[Week], None] = lambda _: None
) -> Season:
    """Play a season in the worker's database, which is emptied. Raises PromiseBroken."""
    weeks = []
    words = people.read_words(shipped("seed"))
    comers = people.researchers(plan.dice, words, plan.researchers, weeks=plan.weeks)
    helpers = people.mentors(plan.dice, words, plan.mentors, weeks=plan.weeks)
    async with stage_of(plan, worker) as stage:
        await arrivals.open_cohort(stage, shipped("seed"))
        for day in range(plan.weeks * 7):
            stage.clock.now = at_day(day)
            await arrivals.arrive(stage, day, comers, helpers)
            await _a_day(stage, day)
            if day % 7 == 6:
                await invariants.check(stage)
                weeks.append(await measures.of_week(stage, day // 7 + 1))
                on_week(weeks[-1])
        return Season(plan, await measures.of_season(stage), weeks)


async def _a_day(stage: SeasonStage, day: int) -> None:
    """People act in the morning; the worker works; the organiser publishes; the worker writes.

    The first round is the second week's, and every policy publishes it.
    """
    await acts.wish(stage, day)
    await acts.talk(stage, day)
    await acts.answer(stage, day)
    await living.live(stage, day)
    await checking_in.check_in(stage, day)
    await leaving.come_and_go(stage, day)
    await stage.work()
    week, policy = day // 7, stage.plan.policy
    if day % 7 == 0 and week:
        await invariants.check_round(stage)
        if (week - 1) % policy.publish_every == 0:
            await _publish(stage)
            await stage.run_jobs()
    if day % 7 == MEETS_FROM and policy.introduces:
        await _introduce(stage)


async def _introduce(stage: SeasonStage) -> None:
    """Between two rounds, whoever waits is introduced to a few mentors."""
    now = stage.clock()
    async with stage.act() as db:
        await matching.open_introductions(db, stage.organiser, stage.cohort_id, TALKS, now=now)
    await stage.run_jobs()
    await _publish(stage)
    await stage.run_jobs()


async def _publish(stage: SeasonStage) -> None:
    async with stage.act() as db:
        newest = await matching.latest_round(db, stage.organiser, stage.cohort_id)
        if newest is None or newest.state is not RoundState.OPEN:
            return
        run: Run | None = await matching.newest_run(db, newest.id)
        if run is None or run.state is not RunState.SOLVED:
            return
        try:
            await matching.publish(db, stage.organiser, newest.id, now=stage.clock())
        except Conflict as error:
            stage.refused[error.code] += 1
