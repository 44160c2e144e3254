"""Who is asked to review what: every way is tried, and none is better."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np
import pytest

from cohort.peer_reviews.allocation import PossibleReviewer, WorkToReview, allocate

Fits = dict[tuple[str, str], float]


def every_way(
    works: Sequence[WorkToReview], reviewers: Sequence[PossibleReviewer], fits: Fits
) -> Iterator[tuple[int, int, tuple[int, float], dict[str, int]]]:
    """(given, -highest, works with a reviewer and fit, how often each was asked) of each way."""
    choices = []
    for work in works:
        may = [one.id for one in reviewers if (work.id, one.id) in fits]
        sets = (combinations(may, k) for k in range(min(work.wanted, len(may)) + 1))
        choices.append([list(one) for many in sets for one in many])
    for way in product(*choices):
        load = {one.id: one.asked for one in reviewers}
        for chosen in way:
            for its in chosen:
                load[its] += 1
        if all(load[one.id] - one.asked <= one.free for one in reviewers):
            fit = sum(fits[w.id, r] for w, chosen in zip(works, way, strict=True) for r in chosen)
            covered = sum(map(bool, way))
            yield sum(map(len, way)), -highest(reviewers, load), (covered, fit), load


def highest(reviewers: Sequence[PossibleReviewer], load: dict[str, int]) -> int:
    """Of those who are asked something now."""
    return max((load[one.id] for one in reviewers if load[one.id] > one.asked), default=0)


@pytest.mark.parametrize("seed", range(12))
def test_as_many_reviews_as_can_be_as_even_as_can_be_and_then_the_best_fit(seed: int) -> None:
    dice = np.random.default_rng(seed)
    works = [WorkToReview(f"w{n}", int(dice.integers(1, 3))) for n in range(4)]
    reviewers = [
        PossibleReviewer(f"r{n}", int(dice.integers(0, 3)), int(dice.integers(0, 3)))
        for n in range(4)
    ]
    fits = {
        (w.id, r.id): float(dice.integers(0, 5)) / 4
        for w in works
        for r in reviewers
        if dice.random() < 0.7
    }

    plan = allocate(works, reviewers, fits)

    load = {one.id: one.asked for one in reviewers}
    for _, its in plan.pairs:
        load[its] += 1
    ways = list(every_way(works, reviewers, fits))
    best = max(way[:2] for way in ways)
    assert plan.proved
    assert len(set(plan.pairs)) == len(plan.pairs)
    assert set(plan.pairs) <= set(fits)
    assert (len(plan.pairs), -highest(reviewers, load)) == best
    assert plan.total == pytest.approx(plan.bound)
    if not plan.pairs:
        return
    ends = {one.id: one.asked + places_of(one, -best[1], fits) for one in reviewers}
    for level in range(-best[1], -1, -1):
        lowest = {its: min(level, end) for its, end in ends.items()}
        even = [w for w in ways if w[:2] == best and all(w[3][r] >= lowest[r] for r in lowest)]
        if even:
            assert plan.total == pytest.approx(max(way[2] for way in even)[1])
            return


def places_of(one: PossibleReviewer, most: int, fits: Fits) -> int:
    possible = sum(reviewer == one.id for _, reviewer in fits)
    return min(max(most - one.asked, 0), one.free, possible)


def test_the_order_of_people_changes_nothing_and_nobody_fits_is_no_error() -> None:
    works = [WorkToReview(one, 2) for one in "abc"]
    reviewers = [PossibleReviewer(one, 0, 2) for one in "xyz"]
    fits = {(w.id, r.id): 0.5 for w in works for r in reviewers}

    plan = allocate(works, reviewers, fits)

    assert plan == allocate(works[::-1], reviewers[::-1], dict(reversed(fits.items())))
    assert (len(plan.pairs), plan.most, plan.least) == (6, 2, 2)
    assert allocate(works, reviewers, {}).pairs == []
    assert allocate([], [], {}).proved
