"""Pools too large for a matrix: time and peak memory, each case in a process of its own.

    python benchmarks/bench_large.py                        the moderate cases
    python benchmarks/bench_large.py --all                  every row of docs/matching-at-scale.md
    python benchmarks/bench_large.py large/factored/50000   these cases: side/scores/researchers

Sides: `large` is `solve_large`; `dense` is `solve`, with the matrix; `expanded` is SciPy's
`linear_sum_assignment` on the float64 matrix with a column per place. Only the solving is timed;
the peak of memory is that of the process until then, the scores and what is imported included.
Figures depend on who else uses the machine: compare within one run, and see the seconds of CPU.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np

from cohort.assignment.large.blocks import BlockScores, ProductScores
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.solver import solve_large
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.taxonomy import Taxonomy

PLACES = 3
MOST_ROUNDS = 20
"""The goal for 100,000 x 34,000 and below: passes of pricing over all pairs."""


class Uniform:
    """Every score drawn by itself, drawn again whenever it is asked for."""

    steps = 2.0**20

    def __init__(self, n: int, m: int) -> None:
        self.rows = np.arange(n, dtype=np.uint32)
        self.columns = np.arange(m, dtype=np.uint32)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.columns)

    def reordered(self, rows: np.ndarray, columns: np.ndarray) -> "Uniform":
        other = Uniform(0, 0)
        other.rows, other.columns = self.rows[rows], self.columns[columns]
        return other

    def block(self, start: int, stop: int) -> np.ndarray:
        mixed = (self.rows[start:stop, None] * np.uint32(0x9E3779B1)) ^ (
            self.columns * np.uint32(0x85EBCA77)
        )
        mixed ^= mixed >> np.uint32(15)
        mixed *= np.uint32(0x2C1B3C6D)
        mixed ^= mixed >> np.uint32(12)
        return (mixed >> np.uint32(12)).astype(np.float32)


class Tied:
    """Scores of another pool in 21 steps."""

    steps = 20.0

    def __init__(self, fine: BlockScores, top: float) -> None:
        self.fine, self.top = fine, top

    @property
    def shape(self) -> tuple[int, int]:
        return self.fine.shape

    def reordered(self, rows: np.ndarray, columns: np.ndarray) -> "Tied":
        return Tied(self.fine.reordered(rows, columns), self.top)

    def block(self, start: int, stop: int) -> np.ndarray:
        return np.rint(self.fine.block(start, stop) * np.float32(20 / self.top))


def factored(n: int, m: int) -> ProductScores:
    """People as points of eight tastes; some mentors are wanted by nearly everybody."""
    rng = np.random.default_rng(n)
    return ProductScores(rng.random((n, 8)), np.minimum(rng.gamma(0.5, 1.0, (m, 8)), 4) / 16)


def tied(n: int, m: int) -> Tied:
    fine = factored(n, m)
    return Tied(fine, float(fine.block(0, 500).max()))


POOLS: dict[str, Callable[[int, int], BlockScores]] = {
    "uniform": Uniform,
    "factored": factored,
    "tied": tied,
}


@dataclass(frozen=True)
class Case:
    side: str
    kind: str
    n: int

    @property
    def m(self) -> int:
        return -(-self.n // PLACES) + 1

    def run(self) -> dict[str, object]:
        return {"large": self.large, "dense": self.dense, "expanded": self.expanded}[self.side]()

    def large(self) -> dict[str, object]:
        if self.kind in POOLS:
            scores, kinds = POOLS[self.kind](self.n, self.m), {}
        else:
            scores, kinds = profiled(self.n, self.m, few=self.kind == "alike")
        capacity = np.full(self.m, PLACES)
        found, spent = timed(lambda: solve_large(LargeProblem(scores, capacity, **kinds)))
        from cohort.assignment.large.proof import verify_large  # noqa: PLC0415

        verdict, checking = timed(
            lambda: verify_large(LargeProblem(scores, capacity, **kinds), found)
        )
        return spent | {
            "verify": checking["seconds"],
            "rounds": found.rounds,
            "goal": f"<= {MOST_ROUNDS}",
            "gap": found.gap,
            "proved": bool(verdict),
            "total": found.total,
            "shape": scores.shape,
        }

    def dense(self) -> dict[str, object]:
        from cohort.assignment.optimum import solve  # noqa: PLC0415
        from cohort.assignment.problem import Problem  # noqa: PLC0415

        scores = POOLS[self.kind](self.n, self.m)
        matrix = np.empty((self.n, self.m))
        for start in range(0, self.n, 500):
            matrix[start : start + 500] = scores.block(start, min(start + 500, self.n))
        matrix /= scores.steps
        found, spent = timed(lambda: solve(Problem(matrix, np.full(self.m, PLACES))))
        return spent | {"gap": found.gap, "total": found.total}

    def expanded(self) -> dict[str, object]:
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

        scores = POOLS[self.kind](self.n, self.m)
        matrix = np.empty((self.n, self.m * PLACES))
        for start in range(0, self.n, 500):
            stop = min(start + 500, self.n)
            matrix[start:stop] = np.repeat(scores.block(start, stop) / scores.steps, PLACES, axis=1)
        (rows, columns), spent = timed(lambda: linear_sum_assignment(matrix, maximize=True))
        return spent | {"total": float(matrix[rows, columns].sum())}


T = TypeVar("T")


def timed(act: Callable[[], T]) -> tuple[T, dict[str, object]]:
    """What it gives, and the time that it took; the peak of memory so far, in MB."""
    start, before = time.perf_counter(), time.process_time()
    found = act()
    spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - before}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found, spent | {"megabytes": peak}


def profiled(n: int, m: int, *, few: bool) -> tuple[BlockScores, dict[str, np.ndarray]]:
    """Made-up people; with `few`, of a few thousand kinds on either side."""
    from cohort.pairing.rules import Requirements, Weights  # noqa: PLC0415
    from cohort.pairing.scores.distinct import distinct_profiles  # noqa: PLC0415

    rng = np.random.default_rng(n)
    shape = rng.integers(0, 2500, n) if few else np.arange(n)
    others = rng.integers(0, 2500, m) if few else np.arange(m)
    people = [researcher(int(k)) for k in np.unique(shape)]
    offers = [mentor(int(k)) for k in np.unique(others)]
    rules = {"weights": Weights(), "requirements": Requirements()}
    pool = distinct_profiles(people, offers, TREE, date(2026, 3, 2), **rules)
    return pool.scores, {
        "researcher_kind": pool.researcher_kind[np.searchsorted(np.unique(shape), shape)],
        "mentor_kind": pool.mentor_kind[np.searchsorted(np.unique(others), others)],
    }


TREE = Taxonomy(
    {f"d{k}": None if k < 4 else f"d{k // 3 - 1}" if k // 3 > 0 else "d0" for k in range(40)}
)
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata", "UTC")


def common(rng: np.random.Generator) -> dict[str, object]:
    starts = rng.integers(7, 19, 3)
    days = rng.permutation(["monday", "tuesday", "wednesday", "thursday", "friday"])[:3]
    return {
        "domains": [f"d{k}" for k in rng.permutation(40)[: rng.integers(1, 4)]],
        "contexts": [f"c{k}" for k in rng.permutation(8)[: rng.integers(0, 3)]],
        "languages": ["en", f"l{rng.integers(12)}"],
        "time_zone": str(rng.choice(ZONES)),
        "weekly_hours": [
            {"day": str(day), "start": f"{at:02}:00", "end": f"{at + 3:02}:00"}
            for day, at in zip(days, starts, strict=True)
        ],
        "organisations": [f"o{rng.integers(2000)}"],
    }


def researcher(k: int) -> ResearcherProfile:
    rng = np.random.default_rng([1, k])
    return ResearcherProfile(
        id=f"r{k}",
        stage=str(rng.choice(["phd", "postdoc", "researcher"])),
        role_goals=[f"g{one}" for one in rng.permutation(12)[:3]],
        gaps={f"s{one}": float(rng.random() + 0.1) for one in rng.permutation(30)[:8]},
        **common(rng),
    )


def mentor(k: int) -> MentorProfile:
    rng = np.random.default_rng([2, k])
    return MentorProfile(
        id=f"m{k}",
        name=f"Mentor {k}",
        came_from=str(rng.choice(["phd", "postdoc", "researcher", "industry"])),
        roles=[f"g{one}" for one in rng.permutation(12)[:2]],
        skills=[f"s{one}" for one in rng.permutation(30)[:8]],
        **common(rng),
    )


KINDS = tuple(POOLS)
MODERATE = [
    *(Case(side, kind, 2000) for side in ("expanded", "dense", "large") for kind in KINDS),
    *(Case("large", kind, 5000) for kind in (*KINDS, "profiles")),
    Case("large", "alike", 100_000),
]
ALL = [
    *(Case(side, kind, n) for n in (1000, 2000, 3000, 5000) for kind in KINDS
      for side in ("dense", "large")),
    *(Case(side, kind, 10_000) for kind in KINDS for side in ("expanded", "dense", "large")),
    *(Case("large", kind, 20_000) for kind in (*KINDS, "profiles")),
    *(Case("large", "factored", n) for n in (50_000, 100_000)),
    Case("large", "alike", 1_000_000),
]  # fmt: skip


def measured(case: Case) -> dict[str, object]:
    """Run in a fresh process, so that the peak of memory is the case's own.

    One thread for matrix products: the passes over large pools have two of their own.
    """
    command = [sys.executable, __file__, "--here", f"{case.side}/{case.kind}/{case.n}"]
    one = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=one)  # noqa: S603
    return json.loads(ran.stdout)


def shown(case: Case, found: dict[str, object]) -> str:
    rest = " ".join(
        f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in found.items()
        if name not in {"seconds", "cpu", "megabytes"}
    )
    spent = f"{found['seconds']:>8.2f} s ({found['cpu']:.2f} CPU)"
    time_and_peak = f"{spent:>24} {found['megabytes']:>6.0f} MB"
    return f"{case.n:>8} x {case.m:<7} {case.kind:>8} {case.side:>8} {time_and_peak}  {rest}"


def read(given: str) -> Case:
    side, kind, n = given.split("/")
    return Case(side, kind, int(n))


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("cases", nargs="*", type=read)
    asked.add_argument("--all", action="store_true")
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.here:
        print(json.dumps(given.cases[0].run()))
        return
    for case in given.cases or (ALL if given.all else MODERATE):
        print(shown(case, measured(case)), flush=True)


if __name__ == "__main__":
    main()
