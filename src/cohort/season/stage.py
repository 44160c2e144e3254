"""Where a season is played: a platform of its own, its clock, and the people who came so far."""

from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from cohort import rooms
from cohort.db import Base, Sessions, ids_from, unit_of_work
from cohort.jobs import outbox
from cohort.jobs.runner import Runner
from cohort.people.models import Person
from cohort.season.behaviour import Behaviour
from cohort.season.dice import Dice
from cohort.season.policies import Policy
from cohort.settings import Settings
from cohort.worker import create_runner

ZONE = "Europe/Lisbon"
FIRST_DAY = date(2027, 1, 11)
"""A Monday; the spring's clock change comes in the eleventh week."""


@dataclass(frozen=True)
class SeasonPlan:
    """What is played: a seed, a policy, and how large and how long it is."""

    policy: Policy
    seed: int = 1
    weeks: int = 30
    researchers: int = 60
    mentors: int = 25
    behaviour: Behaviour = field(default_factory=Behaviour)

    @property
    def dice(self) -> Dice:
        return Dice(self.seed)


class SeasonClock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = at_day(0)

    def __call__(self) -> datetime:
        return self.now


def at_day(day: int, hour: int = 9) -> datetime:
    """That hour of a day of the season on the cohort's clock; day 0 is the Monday it opens."""
    local = datetime.combine(FIRST_DAY + timedelta(days=day), time(hour), ZoneInfo(ZONE))
    return local.astimezone(ZoneInfo("UTC"))


@dataclass
class SeasonStage:
    plan: SeasonPlan
    settings: Settings
    runner: Runner
    clock: SeasonClock
    cohort_id: UUID = field(default_factory=uuid4)
    organiser: Person = field(default_factory=Person)
    researchers: dict[UUID, Person] = field(default_factory=dict)
    """All who ever had a seat, by the enrolment's id."""
    enrolments: dict[UUID, Person] = field(default_factory=dict)
    """Those who have a seat, by the enrolment's id."""
    came_on: dict[int, list[tuple[UUID, Person]]] = field(default_factory=lambda: defaultdict(list))
    """Enrolments by the day."""
    mentors: dict[UUID, Person] = field(default_factory=dict)
    """All who were ever approved, by the mentor's id."""
    helping: dict[UUID, Person] = field(default_factory=dict)
    """Those of them who have not left."""
    signed_up_on: dict[int, list[tuple[UUID, Person]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Mentors by the day."""
    left: dict[UUID, datetime] = field(default_factory=dict)
    """When those who gave their seat back did so, by the enrolment's id."""
    paused: dict[UUID, int] = field(default_factory=dict)
    """Mentors who pause without a day, and the day on which they say that they are back."""
    refused: Counter[str] = field(default_factory=Counter)
    """Verbs that came too late, by the code of the refusal."""

    def look(self) -> AsyncSession:
        """For what is only read: nobody else is at work, so it needs no transaction."""
        return self.runner.cron.statements()

    def act(self) -> AbstractAsyncContextManager[AsyncSession]:
        """What one person does: a transaction of its own, as a request has."""
        return unit_of_work(self.runner.cron.sessions)

    async def work(self) -> None:
        """What a worker does in this minute: open what is due, and run the jobs."""
        for look in rooms.EVERY_MINUTE:
            await look(self.runner.cron)
        await self.run_jobs()

    async def run_jobs(self) -> None:
        while True:
            waiting = await outbox.due(self.runner.engine, now=self.clock())
            if not waiting:
                return
            for job in sorted(waiting):  # by id: the same order each time
                await self.runner.run(job.job_id)


class SeasonWorker(NamedTuple):
    """Who does the jobs of one season after the other, and the clock that all of them go by."""

    runner: Runner
    clock: SeasonClock


@asynccontextmanager
async def season_worker(settings: Settings) -> AsyncGenerator[SeasonWorker]:
    """On a database that is the seasons' own."""
    clock = SeasonClock()
    runner = create_runner(settings, clock)
    try:
        yield SeasonWorker(runner, clock)
    finally:
        await runner.close()


@asynccontextmanager
async def stage_of(plan: SeasonPlan, worker: SeasonWorker) -> AsyncGenerator[SeasonStage]:
    """An empty platform, on which nothing of the season before is left."""
    worker.clock.now = at_day(0)
    await _empty(worker.runner.cron.sessions)
    drawn = Random(plan.seed)
    with ids_from(lambda: UUID(int=drawn.getrandbits(128), version=4)):
        yield SeasonStage(plan, worker.runner.settings, *worker)


async def _empty(sessions: Sessions) -> None:
    """To truncate a table that has nothing takes as long as any other, so those are left alone."""
    tables = Base.metadata.sorted_tables
    filled = (select(literal(one.name)).where(select(one).exists()) for one in tables)
    async with unit_of_work(sessions) as db:
        names = (await db.scalars(union_all(*filled))).all()
        if names:
            quoted = ", ".join(f'"{name}"' for name in names)
            await db.execute(text(f"TRUNCATE {quoted} CASCADE"))
