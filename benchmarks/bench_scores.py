"""How long scores of profiles take, as a multiple of a matrix product of the same shape.

    python benchmarks/bench_scores.py

The reference is one product of float32 matrices with 16 columns, as embeddings would have, in the
same process on one thread. Seconds of CPU, medians of five. Goal: all 2,000 x 700 at most 0.3 s,
and a pass over blocks no dearer than 60 products.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is there

import statistics
import time
from collections.abc import Callable
from datetime import date

import numpy as np
from bench_large import TREE, mentor, researcher

from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores.distinct import distinct_profiles
from cohort.pairing.scores.scoring import score

WEEK = date(2026, 3, 2)
ROWS = 256


def seconds(act: Callable[[], object]) -> float:
    def once() -> float:
        before = time.process_time()
        act()
        return time.process_time() - before

    return statistics.median(once() for _ in range(5))


def product(n: int, m: int) -> float:
    rng = np.random.default_rng(n)
    left, right = (rng.random((k, 16), dtype=np.float32) for k in (n, m))

    def act() -> None:
        for start in range(0, n, ROWS):
            left[start : start + ROWS] @ right.T

    return seconds(act)


def main() -> None:
    rules = {"weights": Weights(), "requirements": Requirements()}
    for n, m in ((500, 167), (2_000, 700)):
        people, offers = [researcher(k) for k in range(n)], [mentor(k) for k in range(m)]
        dense = seconds(lambda: score(people, offers, TREE, WEEK, **rules))  # noqa: B023
        print(
            f"{n:>6} x {m:<6} all at once  {dense:6.3f}s  {dense / product(n, m):7.1f}x a product"
        )
    for n, m in ((2_000, 700), (6_000, 7_000)):
        people, offers = [researcher(k) for k in range(n)], [mentor(k) for k in range(m)]
        scores = distinct_profiles(people, offers, TREE, WEEK, **rules).scores

        def one_pass() -> None:
            for start in range(0, n, ROWS):  # noqa: B023
                scores.block(start, min(start + ROWS, n))  # noqa: B023

        spent = seconds(one_pass)
        print(
            f"{n:>6} x {m:<6} a pass       {spent:6.3f}s  {spent / product(n, m):7.1f}x a product"
        )


if __name__ == "__main__":
    main()
