"""`cohort simulate`: every policy with every seed, on servers that go away afterwards."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import product

import uvloop

from cohort.local import servers as embedded
from cohort.logs import configure_logging
from cohort.migrate import upgrade
from cohort.season.measures import Measures
from cohort.season.playing import play
from cohort.season.policies import Policy
from cohort.season.report import table
from cohort.season.stage import SeasonPlan, season_worker
from cohort.settings import Settings

Say = Callable[..., None]


@dataclass(frozen=True)
class Size:
    weeks: int
    researchers: int
    mentors: int


def simulate(policies: Sequence[Policy], seeds: Sequence[int], size: Size, say: Say) -> None:
    """Raises CannotStart where the servers cannot run, PromiseBroken where one did not hold."""
    with embedded.throwaway() as servers:
        settings = Settings(
            database_url=servers.database_url,
            redis_url=servers.redis_url,
            development=True,
            log_level="ERROR",
        )
        configure_logging(settings)
        upgrade(settings)
        played = uvloop.run(_play_all(policies, seeds, size, settings, say))
    of = f"{size.weeks} weeks, {size.researchers} researchers, {size.mentors} mentors"
    say(f"\n{of}; seeds {seeds[0]} to {seeds[-1]}: means, and ± half a 95 % interval\n")
    for line in table(played):
        say(line)
    say("\nHow people behave is assumed (docs/simulating.md): compare policies, not people.")


async def _play_all(
    policies: Sequence[Policy], seeds: Sequence[int], size: Size, settings: Settings, say: Say
) -> dict[str, list[Measures]]:
    played: dict[str, list[Measures]] = {one.name: [] for one in policies}
    async with season_worker(settings) as worker:
        for seed, policy in product(seeds, policies):
            began = time.monotonic()
            season = await play(SeasonPlan(policy, seed, **asdict(size)), worker)
            played[policy.name].append(season.measures)
            took = time.monotonic() - began
            say(f"seed {seed}, {policy.name} ({policy.says}): {took:.0f} s")
    return played
