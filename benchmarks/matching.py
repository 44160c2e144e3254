"""How long the matching takes, as a multiple of SciPy's bare assignment in the same run.

Run `python benchmarks/matching.py`. The bare side is `linear_sum_assignment` on the matrix with
one column per place: no bench, no ties settled, no proof.
"""

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from cohort.matching.certificate import verify
from cohort.matching.counterfactual import counterfactuals
from cohort.matching.problem import Problem
from cohort.matching.solver import solve

SIZES = ((500, 167), (2000, 667))
PLACES = 3
ROUNDS = 3


def uniform(n: int, m: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(n).random((n, m))


def factored(n: int, m: int) -> npt.NDArray[np.float64]:
    """People as points of eight tastes; some mentors are wanted by nearly everybody."""
    rng = np.random.default_rng(n + 1)
    return np.clip(rng.random((n, 8)) @ rng.gamma(0.5, 1.0, (8, m)) / 16, 0, 1)


def tied(n: int, m: int) -> npt.NDArray[np.float64]:
    """Twenty-one different scores in all."""
    return np.round(factored(n, m) * 20) / 20


def seconds(act: Callable[[], object]) -> float:
    """The fastest of a few rounds."""
    best = np.inf
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    heads = ("scores", "bare", "solve", "verify", "regrets", "all")
    print(f"{'people':>12} " + " ".join(f"{head:>8}" for head in heads))
    for n, m in SIZES:
        capacity = np.full(m, PLACES)
        columns = np.repeat(np.arange(m), PLACES)
        for scores_of in (uniform, factored, tied):
            scores = scores_of(n, m)
            problem = Problem(scores, capacity)
            solution = solve(problem)
            expanded = scores[:, columns]
            bare = seconds(lambda: linear_sum_assignment(expanded, maximize=True))  # noqa: B023
            parts = [
                seconds(lambda: solve(problem)) / bare,  # noqa: B023
                seconds(lambda: verify(problem, solution)) / bare,  # noqa: B023
                seconds(lambda: counterfactuals(problem, solution)) / bare,  # noqa: B023
            ]
            ratios = " ".join(f"{ratio:>7.2f}x" for ratio in [*parts, sum(parts)])
            print(f"{n:>6} x {m:>3} {scores_of.__name__:>8} {bare:>7.3f}s {ratios}")


if __name__ == "__main__":
    main()
