"""How long it takes to repair a matching after a drop-out, beside solving it again from nothing.

Run `make bench`, or this file alone. 2,000 researchers, 667 mentors, three places each (plenty)
or two (short). Warm: the run's solution has been looked around (`neighbourhood`), as whoever asks
about several people has done; `cold` does that too. The goals: 0.1 s of CPU warm, and every list of
ways ends at the total of the problem solved from nothing. Medians of CPU seconds of this process.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import median

import numpy as np

from cohort.assignment import Problem, solve
from cohort.assignment.dropouts import (
    WayOn,
    ways_without_pair,
    ways_without_researcher,
    without_mentor,
    without_researcher,
)
from cohort.assignment.neighbourhood import neighbourhood

GOAL = 0.1
ASKED = 7
RESEARCHERS, MENTORS = 2_000, 667


def pool(places: int) -> Problem:
    """People of a few fields: a score is high within the field, and each pair differs a little."""
    rng = np.random.default_rng(places)
    fields = rng.integers(0, 12, RESEARCHERS)[:, None] == rng.integers(0, 12, MENTORS)
    scores = np.round(0.3 + 0.4 * fields + 0.3 * rng.random((RESEARCHERS, MENTORS)), 8)
    forbidden = rng.random(scores.shape) < 0.1
    return Problem(scores, np.full(MENTORS, places), forbidden=forbidden)


def seconds(work: Callable[[], list[WayOn]]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def without(problem: Problem, i: int) -> float:
    demand = problem.demand.copy()
    demand[i] = 0
    return solve(replace(problem, demand=demand)).total


def main() -> bool:
    good = True
    for places in (3, 2):
        problem = pool(places)
        began = time.process_time()
        solution = solve(problem)
        nothing = time.process_time() - began
        near = neighbourhood(problem, solution)
        _ = near.entering, near.leaving
        chosen = np.random.default_rng(1).choice(len(solution.pairs), ASKED, replace=False)
        asked = solution.pairs[chosen].tolist()
        taken: dict[str, list[float]] = {}
        for i, j in asked:
            questions: dict[str, Callable[[], list[WayOn]]] = {
                "researcher leaves, warm": partial(ways_without_researcher, near, i),
                "pair is vetoed, warm": partial(ways_without_pair, near, i, j),
                "researcher leaves, cold": partial(without_researcher, problem, solution, i),
                "mentor leaves, cold": partial(without_mentor, problem, solution, j),
            }
            for name, work in questions.items():
                taken.setdefault(name, []).append(seconds(work))
        ways = ways_without_researcher(near, asked[0][0])
        exact = abs(ways[-1].total - without(problem, asked[0][0])) < 1e-9
        good &= exact
        print(f"{places} places each: solved from nothing in {nothing:.2f} s; exact: {exact}")
        for name, each in taken.items():
            spent = median(each)
            met = spent <= GOAL if name.endswith("warm") else True
            good &= met
            goal = f"  goal {GOAL} s: {'met' if met else 'MISSED'}" if name.endswith("warm") else ""
            print(f"  {name:24} {1000 * spent:7.1f} ms  {spent / nothing:6.3f} of it{goal}")
    return good


if __name__ == "__main__":
    sys.exit(not main())
