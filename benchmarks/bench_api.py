"""Requests for each second: this platform, the same in FastAPI, and a bare handler as the ceiling.

    python benchmarks/bench_api.py                      on 1,000,000 plan items, about 4 minutes
    python benchmarks/bench_api.py --plan-items 104000  on the one cohort of 2,000 alone
    python benchmarks/bench_api.py --only "list of 50"  one endpoint

One process of each side on the same PostgreSQL and the same rows, a client in a process of its
own, 1 and 16 connections. The sides take turns; each figure is the median of its rounds. Where a
side's answer differs from the platform's, it is told and not measured. All sides run on uvicorn
with uvloop and httptools. FastAPI's side has the same sign-in check and the same right to see, the
bare one has neither; only the platform counts how often a stranger signs up and wakes a worker.
The last columns are the processor time of the platform's process for each request, and the same
two ratios by processor time: what else the machine does lengthens a request, but not that. The
time of PostgreSQL, which all sides share, is in the rates and not in the processor time.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import api_data
import psutil
from api_load import ENDPOINTS, SIGN_UP, Loaded, read_once, run

from cohort.local.servers import throwaway
from cohort.migrate import upgrade
from cohort.settings import Settings

HERE = Path(__file__).parent
SIDES = ("cohort", "fastapi", "bare")
OVER_FASTAPI, OVER_BARE, WRITES_OVER_FASTAPI = 1.5, 0.35, 1.2


class Served(NamedTuple):
    port: int
    process: psutil.Process

    def cpu(self) -> float:
        spent = self.process.cpu_times()
        return float(spent.user + spent.system)


class Measured(NamedTuple):
    per_second: float
    slowest: float
    cpu: float
    """Seconds of the process for each request."""


def command(side: str, port: int) -> list[str]:
    if side == "cohort":
        return [sys.executable, "-m", "cohort", "serve", "--port", str(port)]
    served = [f"api_{side}:app", "--port", str(port), "--log-level", "warning", "--no-access-log"]
    return [sys.executable, "-m", "uvicorn", *served]


@contextmanager
def serving(side: str, settings: Settings) -> Iterator[Served]:
    """One process of this side."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    given = {
        "COHORT_DATABASE_URL": settings.database_url,
        "COHORT_REDIS_URL": settings.redis_url,
        "COHORT_LOG_LEVEL": "INFO",
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent / ".bench")]),
    }
    process = subprocess.Popen(  # noqa: S603
        command(side, port), env=os.environ | given, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, process)
        yield Served(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r} ended")
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{process.args!r} does not listen")


def without_order(answer: Any) -> Any:
    """Sections of a person's progress come in no order."""
    if isinstance(answer, list):
        return sorted(
            (without_order(one) for one in answer), key=partial(json.dumps, sort_keys=True)
        )
    if isinstance(answer, dict):
        return {key: without_order(value) for key, value in answer.items()}
    return answer


def same_answers(sides: dict[str, Served], endpoint: str) -> list[str]:
    """The sides whose answer is not the platform's."""
    if endpoint == SIGN_UP:
        return []
    expected = without_order(read_once(sides["cohort"].port, endpoint))
    answers = {s: without_order(read_once(one.port, endpoint)) for s, one in sides.items()}
    return [side for side, answer in answers.items() if answer != expected]


def measure(
    sides: dict[str, Served], endpoint: str, connections: int, *, rounds: int, seconds: float
) -> dict[str, Measured]:
    found: dict[str, list[Measured]] = {side: [] for side in sides}
    with get_context("spawn").Pool(1) as client:
        for one in sides.values():
            client.apply(run, (one.port, endpoint, connections, seconds / 3))
        for _ in range(rounds):
            for side, one in sides.items():
                before = one.cpu()
                got: Loaded = client.apply(run, (one.port, endpoint, connections, seconds))
                cpu = (one.cpu() - before) / got.requests
                found[side].append(Measured(got.per_second, got.slowest, cpu))
    return {
        side: Measured(*(median(figures) for figures in zip(*each, strict=True)))
        for side, each in found.items()
    }


def shown(endpoint: str, connections: int, found: dict[str, Measured]) -> str:
    ours = found["cohort"]
    told = f"{endpoint:>16} {connections:>4} " + "".join(
        f"{found[side].per_second:>9,.0f}" if side in found else f"{'-':>9}" for side in SIDES
    )
    writes = endpoint == SIGN_UP
    goal = WRITES_OVER_FASTAPI if writes else OVER_FASTAPI
    for side, wanted in (("fastapi", goal), ("bare", None if writes else OVER_BARE)):
        ratio = ours.per_second / found[side].per_second if side in found else float("nan")
        missed = "" if wanted is None or ratio >= wanted else ", missed"
        told += f"{ratio:>8.2f} " + f"{'' if wanted is None else f'(>= {wanted:.2f}{missed})':<17}"
    by_cpu = [found[s].cpu / ours.cpu if s in found else float("nan") for s in SIDES[1:]]
    told += f"{ours.slowest * 1000:>7.1f} ms {ours.cpu * 1000:>7.2f} ms"
    return told + "".join(f"{ratio:>9.2f}" for ratio in by_cpu)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--plan-items", type=int, default=1_000_000)
    asked.add_argument("--connections", default="1,16")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--seconds", type=float, default=1.0)
    asked.add_argument("--only", choices=ENDPOINTS, action="append")
    asked.add_argument("--sides", default=",".join(SIDES))
    asked.add_argument("--on", nargs=2, metavar=("DATABASE_URL", "REDIS_URL"), help="already full")
    given = asked.parse_args()
    with ExitStack() as stack:
        settings = given.on or ready(stack, given.plan_items)
        settings = Settings(database_url=settings[0], redis_url=settings[1])
        sides = {s: stack.enter_context(serving(s, settings)) for s in given.sides.split(",")}
        print(
            f"{'requests/s':>16} {'at':>4} {'cohort':>9}{'fastapi':>9}{'bare':>9}"
            f"{'over fastapi':>20}{'of bare':>20}{'p99':>22}{'CPU':>11}{'f/c':>8}{'b/c':>9}"
        )
        for endpoint in given.only or ENDPOINTS:
            for other in same_answers(sides, endpoint):
                print(f"{endpoint:>16}      {other} answers differently")
            for connections in map(int, given.connections.split(",")):
                found = measure(
                    sides, endpoint, connections, rounds=given.rounds, seconds=given.seconds
                )
                print(shown(endpoint, connections, found), flush=True)


def ready(stack: ExitStack, plan_items: int) -> tuple[str, str]:
    servers = stack.enter_context(throwaway())
    settings = Settings(database_url=servers.database_url, redis_url=servers.redis_url)
    upgrade(settings)
    start = time.perf_counter()
    asyncio.run(api_data.fill(settings.database_url.replace("+asyncpg", ""), plan_items))
    print(f"{plan_items:,} plan items in {time.perf_counter() - start:.0f} s", flush=True)
    return settings.database_url, settings.redis_url


if __name__ == "__main__":
    main()
