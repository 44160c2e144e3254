"""How long the advice takes, as a multiple of the cold solve of the same pool in the same run.

Run `make bench`, or this file alone. The cold solve is `solve` on the scores, from nothing. The
goal is at most 1 for everything together at 2,000 x 667, and at most 3 at 10,000 x 3,333, where all
that is told comes from the prices, and the cold side is the matching in blocks with its reasons.
The questions are: what each place is worth, which change would place one more, whom to invite,
which other ways to match there are. The first one also builds what the others start from. Medians
of CPU seconds of this process. A
pool says how alike people are, how many places each mentor has (three are plenty, two are short),
and whether half of the people were paired before.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from statistics import median
from typing import NamedTuple

import numpy as np
from bench_large import TREE, mentor, researcher

from cohort.assignment.optimum import solve
from cohort.pairing import advising
from cohort.pairing.advising import advise_from_prices, ways_to_match, worth_of_places
from cohort.pairing.find import find_pairs, scored
from cohort.pairing.inviting import invitations
from cohort.pairing.placing import ways_to_place_one
from cohort.pairing.pool import Pool
from cohort.pairing.result import SolvedProblem

GOAL, GOAL_OF_LARGE = 1.0, 3.0
GOAL_AT, LARGE = 2000, 10_000  # people
ROUNDS = 3
KINDS = 60  # different people where many are alike, and a third as many mentors


class Case(NamedTuple):
    people: int
    alike: bool
    places: int
    paired_before: bool = False
    cover: bool = False

    def pool(self) -> Pool:
        n, m = self.people, self.people // 3
        kinds = (KINDS, KINDS // 3) if self.alike else (n, m)
        theirs, ours = (
            [researcher(k) for k in range(kinds[0])],
            [mentor(k) for k in range(kinds[1])],
        )
        rng = np.random.default_rng(n)
        before = rng.permutation(n)[: n // 2] if self.paired_before else []
        return Pool(
            week=date(2026, 1, 12),
            researchers=[replace(theirs[k % kinds[0]], id=f"r{k}") for k in range(n)],
            mentors=[replace(ours[k % kinds[1]], id=f"m{k}") for k in range(m)],
            places=[self.places] * m,
            taxonomy=TREE,
            cover=self.cover,
            incumbents={f"r{i}": f"m{rng.integers(m)}" for i in before},
            stickiness=0.02,
        )

    def __str__(self) -> str:
        alike = "alike" if self.alike else "distinct"
        more = [
            word for word, is_so in (("before", self.paired_before), ("cover", self.cover)) if is_so
        ]
        return f"{self.people:>5} x {self.people // 3:<5} {alike:>8} {self.places} " + "+".join(
            more
        )


CASES = [
    *(Case(2000, alike, places, cover=cover) for alike in (False, True) for places in (2, 3)
      for cover in (False, True)),
    Case(2000, alike=False, places=2, paired_before=True),
    Case(500, alike=False, places=2),
]  # fmt: skip
HEADS = ("places", "one more", "invite", "ways", "all")


def seconds(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def measured(pool: Pool) -> tuple[float, dict[str, float]]:
    scores, problem = scored(pool)
    cold = seconds(lambda: solve(problem))
    solved = SolvedProblem(scores, problem, solve(problem))
    found = {
        "places": seconds(lambda: worth_of_places(solved)),
        "one more": seconds(lambda: ways_to_place_one(solved)),
        "invite": seconds(lambda: invitations(pool, solved)),
        "ways": seconds(lambda: ways_to_match(solved)),
    }
    found["all"] = seconds(
        lambda: advising.advise(pool, SolvedProblem(scores, problem, solved.solution))
    )
    return cold, found


def of_a_large_pool(case: Case) -> str:
    pool = case.pool()
    start = time.process_time()
    result = find_pairs(pool)
    cold = time.process_time() - start
    ratio = seconds(lambda: advise_from_prices(result)) / cold
    heads = " ".join(f"{'-':>8}" for _ in HEADS[1:-1])
    return (
        f"{case!s:<35} {cold:>7.3f}s {ratio:>7.4f}x {heads} {ratio:>7.4f}x goal <= {GOAL_OF_LARGE}x"
    )


def main(cases: list[Case], large: int) -> None:
    print(f"{'people':>13} {'':>8} places{'':>6} {'cold':>8}", *(f"{head:>8}" for head in HEADS))
    for case in cases:
        pool = case.pool()
        rounds = [measured(pool) for _ in range(ROUNDS)]
        cold = median(one for one, _ in rounds)
        ratios = (median(found[head] / own for own, found in rounds) for head in HEADS)
        told = " ".join(f"{ratio:>7.2f}x" for ratio in ratios)
        goal = f"goal <= {GOAL}x" if case.people == GOAL_AT else "no goal"
        print(f"{case!s:<35} {cold:>7.3f}s {told}  {goal}", flush=True)
    if large:
        print(of_a_large_pool(Case(large, alike=False, places=3)))


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--first", type=int, default=len(CASES), help="so many cases only")
    asked.add_argument(
        "--large", type=int, default=LARGE, help="people of the large pool, 0 for none"
    )
    given = asked.parse_args()
    main(CASES[: given.first], given.large)
