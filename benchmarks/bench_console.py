"""The console of a round of 2,000 researchers and 700 mentors, over HTTP as an organiser asks.

Run `make bench`. One API process on a database and a Redis of its own; the round is solved first,
with its evidence kept, as a worker does it. Each address is asked for in turn, many times, from
other windows and in other orders each time. The figures: processor time of the API process for
the whole answer, which others on the machine do not lengthen; the same in units of the cohort's
list of 50 people, which is asked for in between; what a client on the same machine waits; and the
size as sent (gzip). Goals: 300 ms of server time at p95; 300 kB, and 100 kB for the pairs.
"""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import fmean, median, quantiles
from uuid import UUID

import httpx
import psutil
from bench_live import serving
from weekly_data import Crowd

from cohort.cohorts.models import Cohort, Organiser
from cohort.db import create_engine, create_sessions, unit_of_work
from cohort.local.servers import throwaway
from cohort.matching import runs
from cohort.matching import service as matching
from cohort.migrate import upgrade
from cohort.people import auth, logins
from cohort.people import service as people
from cohort.settings import Settings

RESEARCHERS, MENTORS = 2000, 700
ROUNDS = 25
GOAL_MS, GOAL_KB, GOAL_PAIRS_KB = 300, 300, 100
SORTS = ("best", "worst", "researcher", "mentor", "firm", "loose")
LIST = "list of 50"


async def fill(settings: Settings) -> tuple[UUID, UUID, str]:
    """A solved round, its run, and the token of the organiser."""
    engine = create_engine(settings, patience=60)
    sessions, now = create_sessions(engine), datetime.now(UTC)
    async with unit_of_work(sessions) as db:
        crowd = Crowd(db)
        await crowd.settle_in()
        cohort_id = await crowd.gather_in("console", RESEARCHERS, MENTORS)
        olga = await people.open_account(db, "olga@example.org", "Olga Example", now=now)
        assert olga is not None  # noqa: S101  (the database is empty)
        olga.verified_at = now
        db.add(Organiser(cohort_id=cohort_id, person_id=olga.id, since=now))
        await db.flush()
        token = logins.open_login(db, olga, now=now, days=1).token
        opened = await matching.open_round(db, olga, cohort_id, now=now)
        run = await matching.newest_run(db, opened.id)
        assert run is not None  # noqa: S101
        await runs.solve(db, run.id, now=now)
        cohort = await db.get_one(Cohort, cohort_id)
        print(f"{cohort.taken:,} x {MENTORS}: solved, total {run.total:.2f}")
    await engine.dispose()
    return opened.id, run.id, token


def addresses(round_id: UUID, run_id: UUID, draw: random.Random) -> dict[str, Callable[[], str]]:
    def window(rows: int, columns: int) -> str:
        row, column = draw.randrange(RESEARCHERS - rows), draw.randrange(MENTORS - columns)
        return f"first_row={row}&rows={rows}&first_column={column}&columns={columns}"

    page = f"/rounds/{round_id}"
    return {
        LIST: lambda: "/cohorts/console/people",
        "pairs": lambda: f"{page}?sort={draw.choice(SORTS)}&pairs={draw.randrange(1, 30)}",
        "pairs, searched": lambda: f"{page}?q={draw.randrange(2000)}&fit=good",
        "matrix, page of 40 x 20": lambda: f"{page}/matrix?{window(40, 20)}",
        "matrix, script's 60 x 40": lambda: f"{page}/matrix?{window(60, 40)}",
        "matrix, API of 40 x 20": lambda: f"/api/v1/runs/{run_id}/matrix?{window(40, 20)}",
    }


def measure(
    port: int,
    process: psutil.Process,
    wanted: dict[str, Callable[[], str]],
    cookie: str,
    token: str,
) -> None:
    spent: dict[str, list[float]] = {name: [] for name in wanted}
    waits: dict[str, list[float]] = {name: [] for name in wanted}
    sizes: dict[str, list[int]] = {name: [] for name in wanted}
    headers = {"Cookie": f"{cookie}={token}", "Accept-Encoding": "gzip"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
        for attempt in range(ROUNDS + 2):
            for name, address in wanted.items():
                began, used = time.perf_counter(), cpu(process)
                with client.stream("GET", address()) as answer:
                    sent = sum(len(part) for part in answer.iter_raw())
                if answer.status_code != 200:
                    raise SystemExit(f"{name}: {answer.status_code}")
                if attempt > 1:
                    waits[name].append(time.perf_counter() - began)
                    spent[name].append(cpu(process) - used)
                    sizes[name].append(sent)
    reference = fmean(spent[LIST])
    print(f"{'':28} {'mean':>8} {'p95':>8} {'of the list':>12} {'waits':>8} {'largest':>9}")
    for name in wanted:
        late, waited = quantiles(spent[name], n=20)[-1], median(waits[name])
        goal_kb = GOAL_PAIRS_KB if name.startswith("pairs") else GOAL_KB
        goal = "" if name == LIST else f"  (goals: p95 {GOAL_MS} ms, {goal_kb} kB)"
        print(
            f"{name:28} {fmean(spent[name]) * 1e3:5.0f} ms {late * 1e3:5.0f} ms"
            f" {fmean(spent[name]) / reference:11.1f}x {waited * 1e3:5.0f} ms"
            f" {max(sizes[name]) / 1e3:6.1f} kB{goal}"
        )


def cpu(process: psutil.Process) -> float:
    """Seconds of processor time so far, in steps of 10 ms: means tell more than single figures."""
    times = process.cpu_times()
    return times.user + times.system


def main() -> None:
    with throwaway() as servers:
        settings = Settings(database_url=servers.database_url, redis_url=servers.redis_url)
        upgrade(settings)
        round_id, run_id, token = asyncio.run(fill(settings))
        wanted = addresses(round_id, run_id, random.Random(7))
        with serving(settings) as (port, process):
            measure(port, process, wanted, auth.cookie_name(settings), token)


if __name__ == "__main__":
    main()
