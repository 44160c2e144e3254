"""Study circles of made-up people: seconds, fit, and how far from the bound, beside simpler ways.

    python benchmarks/bench_circles.py [people ...]

`random` fills circles in a drawn order, `greedy` grows each around whoever has the fewest partners;
both only put people together who may be. Fit is the mean, over those who have a place, of how well
the others of a circle suit each. Seconds are those of a processor.
"""

import sys
import time
from collections.abc import Sequence

import numpy as np

from cohort.grouping.forming import form
from cohort.grouping.problem import GroupProblem, Ordered
from cohort.grouping.start import grown

SIZES = (12, 60, 300, 2000)


def made_up(n: int, seed: int = 1) -> GroupProblem:
    """Eight fields, five time zones; each is free on three days for an hour or more."""
    random = np.random.default_rng(seed)
    field, traits = random.integers(0, 8, n), random.random((n, 4))
    near = 1 - np.minimum(np.linalg.norm(traits[:, None] - traits, axis=2) / 2, 1)
    affinity = (field[:, None] == field) / 2 + near / 2
    affinity = (affinity + affinity.T) / 2
    zone = random.choice([0, 1, 8, -6, -8], n, p=[0.3, 0.3, 0.1, 0.2, 0.1])
    starts = np.zeros((n, 168), dtype=np.bool_)
    for one in range(n):
        for day in random.choice(7, 3, replace=False):
            first, hours = random.choice([8, 12, 17, 18, 19]), random.integers(1, 4)
            starts[one, (day * 24 + first - zone[one] + np.arange(hours + 1)) % 168] = True
    return GroupProblem(ids=[f"p{one:05}" for one in range(n)], affinity=affinity, common=[starts])


def at_random(people: Ordered) -> list[list[int]]:
    left = np.random.default_rng(2).permutation(len(people.ids)).tolist()
    groups = []
    while left:
        group = [left.pop(0)]
        for one in list(left):
            if len(group) < people.problem.size and people.fits([*group, one]):
                group.append(one)
                left.remove(one)
        if len(group) >= people.problem.least:
            groups.append(group)
    return groups


def told(name: str, people: Ordered, groups: Sequence[Sequence[int]], seconds: float) -> None:
    placed = sum(map(len, groups))
    fit = sum(
        float(people.affinity[np.ix_(one, one)].sum()) / (len(one) - 1) for one in groups
    ) / max(placed, 1)
    worth = people.worth_of_all(groups) / len(people.ids)
    print(
        f"{name:8} placed {placed:5}  fit {fit:.3f}  worth {worth:8.3f}  {seconds:6.2f} s",
        flush=True,
    )


def main(sizes: Sequence[int]) -> None:
    for n in sizes:
        problem = made_up(n)
        people = Ordered(problem)
        print(f"{n} people")
        begun = time.process_time()
        groups = at_random(people)
        told("random", people, groups, time.process_time() - begun)
        begun = time.process_time()
        groups = grown(people, np.zeros(n, dtype=np.float32))
        told("greedy", people, groups, time.process_time() - begun)
        begun = time.process_time()
        formed = form(problem)
        seconds = time.process_time() - begun
        told("formed", people, [[people.at[one] for one in its] for its in formed.groups], seconds)
        ratio = formed.worth / formed.bound if formed.bound > 0 else float("nan")
        print(
            f"bound    worth {formed.bound / n:8.3f}  reached {ratio:.3f}, gap {formed.gap:.3f}\n"
        )


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or SIZES)
