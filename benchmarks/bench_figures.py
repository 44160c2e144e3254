"""What organisers and researchers of a cohort of 2,000 read, page by page.

    python benchmarks/bench_figures.py                          alone, about a minute to build
    python benchmarks/bench_figures.py --plan-items 1000000     with other cohorts beside it
    python benchmarks/bench_figures.py --only figures           addresses with this word in them
    python benchmarks/bench_figures.py --researcher             what one of the 2,000 reads

2,000 researchers with 60 milestones each, seven weeks after the first day, with quizzes, sessions,
mentorships and the rest of `figures_data`. One API process on a database of its own, one client
that asks for one address after another, in turns; what is not 200 ends it. Told are what the client
waits (median and p95 of the rounds, of 20 at least), the processor time of the API process and of
PostgreSQL for each answer (means: the clock ticks in 10 ms), and the size before compression. By
itself stands what the first request after the start waited; the one after it counts nowhere. Goals:
p95 of 150 ms, 500 kB; with 1,000,000 plan items beside, at most 1.5 times as long as alone.
"""

import argparse
import asyncio
import contextlib
import time
from datetime import UTC, datetime
from statistics import fmean, median, quantiles

import figures_data
import httpx
import psutil
from api_data import TOKEN, id_of
from bench_live import serving
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import create_engine
from cohort.figures import keeping
from cohort.local.servers import throwaway
from cohort.migrate import upgrade
from cohort.people import auth
from cohort.settings import Settings

GOAL_MS, GOAL_KB = 150, 500
ALONE = 120_000
LEAST_ROUNDS, WARMED_BY = 20, 2


def addresses() -> list[str]:
    cohort, its = "/cohorts/cohort-0", f"/api/v1/cohorts/{id_of('cohort', 0)}"
    plan, api_plan = (f"{of}{id_of('enrolment', 12)}" for of in ("/plan/", "/api/v1/enrolments/"))
    figures = ("weeks", "progress", "milestones", "funnel", "reviews", "sessions", "cohorts")
    return [
        f"{cohort}/figures",
        *(f"{cohort}/figures/{one}" for one in figures[1:]),
        *(f"{its}/figures/{one}" for one in figures),
        f"{cohort}/figures/progress?sort=progress",
        f"{cohort}/readiness",
        f"{its}/readiness",
        f"{cohort}/forecasts",
        f"{its}/forecasts",
        f"{cohort}/forecasts/record",
        cohort,
        f"{cohort}/people",
        f"{its}/progress",
        f"{cohort}/quizzes",
        f"{cohort}/applications",
        f"{cohort}/decisions",
        f"{cohort}/mentors",
        f"{cohort}/mentorships",
        f"{cohort}/announcements",
        f"{cohort}/announcements/new",
        f"{cohort}/announcements/{id_of('announcement', 3)}",
        f"{cohort}/sessions",
        f"/sessions/{id_of('session', 3)}",
        f"{cohort}/peer_reviews",
        f"{cohort}/circles",
        f"{cohort}/extensions",
        f"{cohort}/outcomes",
        f"{cohort}/introductions",
        f"{cohort}/rematch-requests",
        f"{cohort}/conflicts",
        f"{cohort}/kept_apart",
        f"{cohort}/rules",
        f"{cohort}/guide",
        f"{cohort}/invitations",
        f"{cohort}/redate",
        f"{cohort}/settings",
        f"{cohort}/organisers",
        f"{cohort}/webhooks",
        f"{cohort}/questions",
        "/",
        "/cohorts",
        "/review",
        "/api/v1/reviews/waiting",
        plan,
        f"{plan}?by=section",
        f"{plan}/forecast",
        f"{plan}/readiness",
        f"{plan}/dates",
        f"{api_plan}/plan",
        f"{api_plan}/forecast",
    ]


def own_addresses() -> list[str]:
    """What a researcher of the cohort reads."""
    plan, api_plan = (f"{of}{id_of('enrolment', 12)}" for of in ("/plan/", "/api/v1/enrolments/"))
    return [
        "/",
        f"{plan}/week",
        plan,
        f"{plan}?by=section",
        f"{plan}/{id_of('item', 1214)}",
        f"{plan}/readiness",
        f"{plan}/assessment",
        f"{plan}/forecast",
        f"{plan}/quizzes",
        f"{plan}/dates",
        f"{plan}/time",
        f"{plan}/wishes",
        "/cohorts/cohort-0",
        "/cohorts/cohort-0/sessions",
        f"/sessions/{id_of('session', 3)}",
        f"/circles/{id_of('circle', 2)}",
        f"/mentorships/{id_of('mentorship', 12)}",
        "/calendar",
        "/account",
        f"{api_plan}/plan",
        f"{api_plan}/week",
    ]


def measure(
    port: int,
    process: psutil.Process,
    database: psutil.Process,
    cookie: str,
    wanted: list[str],
    rounds: int,
    token: str,
) -> None:
    waits: dict[str, list[float]] = {one: [] for one in wanted}
    spent: dict[str, list[tuple[float, float]]] = {one: [] for one in wanted}
    sizes: dict[str, int] = {}
    headers = {"Cookie": f"{cookie}={token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
        for turn in range(rounds + WARMED_BY):
            for one in wanted:
                before, others = cpu(process), backends(database)
                began = time.perf_counter()
                answer = client.get(one)
                waits[one].append(time.perf_counter() - began)
                if answer.status_code != 200:
                    raise SystemExit(f"{answer.status_code} {one}")
                if turn >= WARMED_BY:
                    spent[one].append((cpu(process) - before, since(others, backends(database))))
                    sizes[one] = len(answer.content)
    tell(waits, spent, sizes)


def tell(
    waits: dict[str, list[float]],
    spent: dict[str, list[tuple[float, float]]],
    sizes: dict[str, int],
) -> None:
    print(f"{'':58} {'median':>7} {'p95':>7} {'first':>7} {'API':>7} {'database':>9} {'size':>9}")
    late = {one: quantiles(its[WARMED_BY:], n=20)[-1] for one, its in waits.items()}
    for one in sorted(late, key=late.__getitem__, reverse=True):
        ours, its = (1e3 * fmean(each) for each in zip(*spent[one], strict=True))
        missed = late[one] * 1e3 > GOAL_MS or sizes[one] > GOAL_KB * 1e3
        print(
            f"{one.replace(id_of('cohort', 0), '…').replace(id_of('enrolment', 12), '…'):58}"
            f" {median(waits[one][WARMED_BY:]) * 1e3:4.0f} ms {late[one] * 1e3:4.0f} ms"
            f" {waits[one][0] * 1e3:4.0f} ms {ours:4.0f} ms"
            f" {its:6.0f} ms {sizes[one] / 1e3:6.0f} kB{'  missed' if missed else ''}"
        )


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def postmaster(settings: Settings) -> psutil.Process:
    """The PostgreSQL behind the socket of these settings."""
    folder = settings.database_url.partition("host=")[2]
    for one in psutil.process_iter(["cmdline"]):
        command = one.info["cmdline"] or [""]
        is_it = command[0].endswith("postgres") and f"unix_socket_directories={folder}" in command
        if is_it:
            return one
    raise SystemExit("PostgreSQL does not run on this machine")


def backends(server: psutil.Process) -> dict[int, float]:
    """Of each, how long it ran so far; a parallel worker that has ended is not seen."""
    found = {}
    for one in server.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            found[one.pid] = cpu(one)
    return found


def since(before: dict[int, float], now: dict[int, float]) -> float:
    return sum(used - before.get(pid, 0.0) for pid, used in now.items())


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--plan-items", type=int, default=ALONE)
    asked.add_argument("--only", default="")
    asked.add_argument("--researcher", action="store_true", help="her pages")
    asked.add_argument("--rounds", type=int, default=LEAST_ROUNDS)
    asked.add_argument("--on", nargs=2, metavar=("DATABASE_URL", "REDIS_URL"), help="already full")
    given = asked.parse_args()
    if given.rounds < LEAST_ROUNDS:
        asked.error(f"p95 is that of {LEAST_ROUNDS} requests at least")
    all_of_them = own_addresses() if given.researcher else addresses()
    wanted = [one for one in all_of_them if given.only in one]
    token = figures_data.RESEARCHER_TOKEN if given.researcher else TOKEN
    if given.on:
        run(Settings(database_url=given.on[0], redis_url=given.on[1]), wanted, given.rounds, token)
        return
    with throwaway() as servers:
        settings = Settings(database_url=servers.database_url, redis_url=servers.redis_url)
        upgrade(settings)
        began, url = time.perf_counter(), settings.database_url.replace("+asyncpg", "")
        asyncio.run(figures_data.fill(url, given.plan_items, now=datetime.now(UTC)))
        asyncio.run(keep_weeks(settings))
        print(f"{given.plan_items:,} plan items in {time.perf_counter() - began:.0f} s", flush=True)
        run(settings, wanted, given.rounds, token)


async def keep_weeks(settings: Settings) -> None:
    """As a worker does once a day."""
    now = datetime.now(UTC)
    engine = create_engine(settings)
    async with AsyncSession(engine) as db:
        for cohort_id in await keeping.due(db, now=now):
            await keeping.keep(db, cohort_id, now=now)
        await db.commit()
    await engine.dispose()


def run(settings: Settings, wanted: list[str], rounds: int, token: str) -> None:
    with serving(settings) as (port, process):
        cookie, database = auth.cookie_name(settings), postmaster(settings)
        measure(port, process, database, cookie, wanted, rounds, token)


if __name__ == "__main__":
    main()
