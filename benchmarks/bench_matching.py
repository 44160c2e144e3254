"""How long the matching takes, as a multiple of SciPy's bare assignment in the same run.

Run `make bench`. The bare side is `linear_sum_assignment` on the matrix with one column per
place: no ties broken, no proof. Ratios are medians of several rounds, and each
round takes both sides one after the other. "all" is solve, verify and every regret; "fair" is
leximin up to its first level with its proof, from nothing.

Then, in one round each: the whole of leximin; and a week later, when some people have left and as
many are new: how many of the pairs that could stay do, against solving without knowing of them.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from cohort.assignment.canonical import canonical
from cohort.assignment.certificate import verify
from cohort.assignment.counterfactual import counterfactuals
from cohort.assignment.fair import fairest
from cohort.assignment.flow import Goal, Scope
from cohort.assignment.optimum import solve
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Solution
from cohort.assignment.stages import whole

SIZES = ((500, 167), (2000, 667))
PLACES = 3
ROUNDS = 5
HEADS = ("solve", "verify", "regrets", "all", "fair")
FIRST_LEVEL = 2  # the number of pairs is a level of its own
CHURN = 20  # one of so many is new


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
    """Seconds of this process's own work, so that a busy machine does not count."""
    start = time.process_time()
    act()
    return time.process_time() - start


def times(scores: npt.NDArray[np.float64], *, fair: bool) -> dict[str, float]:
    m = scores.shape[1]
    expanded = scores[:, np.repeat(np.arange(m), PLACES)]
    found = {"bare": seconds(lambda: linear_sum_assignment(expanded, maximize=True))}
    problem = Problem(scores, np.full(m, PLACES))
    found["solve"] = seconds(lambda: solve(problem))
    solution = solve(problem)
    if not verify(problem, solution):
        raise SystemExit(verify(problem, solution).sentence)
    found["verify"] = seconds(lambda: verify(problem, solution))
    found["regrets"] = seconds(lambda: counterfactuals(problem, solution))
    found["all"] = found["solve"] + found["verify"] + found["regrets"]
    if fair:
        goal, scope, held = opening(problem)
        found["fair"] = seconds(lambda: fairest(goal, scope, held, never, FIRST_LEVEL))
    return found


def opening(problem: Problem) -> tuple[Goal, Scope, npt.NDArray[np.bool_]]:
    worth = canonical(problem)
    scope = whole(problem, worth)
    return Goal(worth.units), scope, scope.fixed


def against_bare() -> None:
    print(f"{'people':>10} {'scores':>9} {'bare':>8}", *(f"{head:>8}" for head in HEADS))
    for n, m in SIZES:
        for scores_of in (uniform, factored, tied):
            rounds = [times(scores_of(n, m), fair=True) for _ in range(ROUNDS)]
            bare = median(one["bare"] for one in rounds)
            ratios = [median(one[head] / one["bare"] for one in rounds) for head in HEADS]
            told = " ".join(f"{ratio:>7.2f}x" for ratio in ratios)
            print(f"{n:>4} x {m:>3} {scores_of.__name__:>9} {bare:>7.3f}s {told}", flush=True)


def every_level() -> None:
    print(f"\n{'people':>10} {'scores':>9} {'levels':>8} {'all fair':>8} {'verify':>8}")
    for n, m in SIZES:
        for scores_of in (uniform, factored, tied):
            problem = Problem(scores_of(n, m), np.full(m, PLACES), objective="fair")
            levels, took, check = leximin(problem)
            told = f"{levels:>8} {took:>7.2f}s {check:>7.2f}s"
            print(f"{n:>4} x {m:>3} {scores_of.__name__:>9} {told}", flush=True)


def leximin(problem: Problem) -> tuple[int, float, float]:
    found: list[Solution] = []
    took = seconds(lambda: found.append(solve(problem)))
    return len(found[0].levels), took, seconds(lambda: verify(problem, found[0]))


def a_week_later() -> None:
    print(f"\n{'people':>10} {'scores':>9} {'new':>22} {'kept':>7} {'unasked':>8} {'lost':>7}")
    n, m = SIZES[-1]
    for news, mentors in (("researchers", 0), ("researchers, mentors", m // CHURN)):
        pool = tied(n + n // CHURN, m + mentors)
        last = solve(among(pool, range(n), range(m))).mentor_of
        again = among(pool, range(n // CHURN, len(pool)), range(mentors, m + mentors))
        incumbent = np.append(last[n // CHURN :] - mentors, np.full(n // CHURN, -1))
        incumbent = np.maximum(incumbent, -1)
        fresh, kept = solve(again), solve(replace(again, incumbent=incumbent))
        stays = incumbent >= 0
        share = [float((one.mentor_of == incumbent)[stays].mean()) for one in (kept, fresh)]
        told = f"{share[0]:>7.1%} {share[1]:>8.1%} {fresh.total - kept.total:>7.3f}"
        print(f"{n:>4} x {m:>3} {'tied':>9} {news:>22} {told}", flush=True)


def among(pool: npt.NDArray[np.float64], researchers: range, mentors: range) -> Problem:
    """Some people of a pool, under the names that they always have."""
    return Problem(
        pool[np.ix_(researchers, mentors)],
        np.full(len(mentors), PLACES),
        researcher_ids=[f"r{k}" for k in researchers],
        mentor_ids=[f"m{k}" for k in mentors],
    )


if __name__ == "__main__":
    against_bare()
    every_level()
    a_week_later()
