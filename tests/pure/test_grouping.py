"""Groups of people who suit each other: against brute force, and what must hold of any."""

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from cohort.grouping import suiting
from cohort.grouping.bound import upper_bound
from cohort.grouping.covering import chosen_groups
from cohort.grouping.forming import form, places_for
from cohort.grouping.meeting import free_on, starts
from cohort.grouping.problem import UNPLACED, BadGroups, GroupProblem, Ordered
from cohort.grouping.search import improved
from cohort.grouping.start import grown

WEEKS = [date(2026, 3, 2) + timedelta(weeks=week) for week in range(8)]


def people(n: int, seed: int, *, hours: int = 5, **more: Any) -> GroupProblem:
    """Of whom each is free at three of so many hours; some are kept apart."""
    random = np.random.default_rng(seed)
    affinity = random.random((n, n))
    affinity = (affinity + affinity.T) / 2
    free = np.zeros((n, hours), dtype=np.bool_)
    for one in free:
        one[random.choice(hours, 3, replace=False)] = True
    ids = [f"p{one:03}" for one in range(n)]
    apart = [(ids[i], ids[j]) for i, j in random.integers(0, n, (n // 4, 2)) if i != j]
    given: dict[str, Any] = {"ids": ids, "affinity": affinity, "common": [free], "apart": apart}
    return GroupProblem(**given | more)


def best_by_force(problem: GroupProblem) -> float:
    """Whoever comes first is alone, or in any group that fits; nothing is left out."""
    ordered = Ordered(problem)

    def best(left: tuple[int, ...]) -> float:
        if not left:
            return 0.0
        first, rest = left[0], left[1:]
        found = best(rest) - UNPLACED
        for size in range(problem.least, problem.most + 1):
            for others in combinations(rest, size - 1):
                group = (first, *others)
                if ordered.fits(group):
                    others_left = tuple(one for one in rest if one not in others)
                    found = max(found, ordered.worth_of(group) + best(others_left))
        return found

    return best(tuple(range(len(problem.ids))))


@pytest.mark.parametrize("seed", range(4))
def test_few_are_grouped_as_well_as_can_be_and_no_search_or_bound_says_otherwise(
    seed: int,
) -> None:
    problem = people(8, seed)
    best = best_by_force(problem)
    formed = form(problem)
    assert (formed.worth, formed.bound) == (pytest.approx(best), pytest.approx(best))
    ordered = Ordered(problem)
    listed = chosen_groups(ordered, [])
    assert listed is not None
    assert (ordered.worth_of_all(listed[0]), listed[1]) == (pytest.approx(best),) * 2
    no_prices = np.zeros(8, dtype=np.float32)
    searched = improved(ordered, grown(ordered, no_prices))
    assert ordered.worth_of_all(searched) <= best + 1e-9
    assert upper_bound(ordered, ordered.worth_of_all(searched))[0] >= best - 1e-9


def test_many_are_in_groups_that_fit_and_the_order_in_which_they_came_changes_nothing() -> None:
    problem = people(30, 7, hours=9)
    formed = form(problem)
    ordered = Ordered(problem)
    for group in formed.groups:
        assert 3 <= len(group) <= 6
        assert ordered.fits([ordered.at[one] for one in group])
    placed = [one for group in formed.groups for one in group]
    assert sorted([*placed, *formed.left]) == list(problem.ids)
    assert formed.worth <= formed.bound

    before = problem.affinity.copy()
    turned = np.arange(30)[::-1]
    other = GroupProblem(
        ids=[problem.ids[one] for one in turned],
        affinity=problem.affinity[np.ix_(turned, turned)],
        common=[problem.common[0][turned]],
        apart=problem.apart,
    )
    assert form(other) == formed
    assert np.array_equal(problem.affinity, before)


def test_what_stands_stays_the_more_the_more_that_counts() -> None:
    first = form(people(12, 3, hours=4))
    now = {one: str(k) for k, group in enumerate(first.groups) for one in group}
    moved = []
    for keep in (0.0, 1.0):
        again = form(people(12, 4, hours=4, present=now, keep=keep))
        together = {frozenset(two) for group in again.groups for two in combinations(group, 2)}
        before = {frozenset(two) for group in first.groups for two in combinations(group, 2)}
        moved.append(len(before - together))
    assert moved[1] < moved[0]


def test_a_late_joiner_is_offered_what_has_room_and_fits_the_best_first() -> None:
    free = np.array([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [0, 1], [1, 1]], dtype=np.bool_)
    affinity = np.full((7, 7), 0.5)
    affinity[6, :3] = affinity[:3, 6] = 0.9
    present = dict(zip("abcdef", "111222", strict=True))
    given: dict[str, Any] = {"ids": list("abcdefg"), "common": [free], "present": present}
    offered = places_for(GroupProblem(affinity=affinity, **given), "g")
    assert [one.group for one in offered] == ["1", "2"]
    assert offered[0].gain - offered[1].gain == pytest.approx(2 / 3 * 3 * 0.4, abs=1e-3)
    apart = GroupProblem(affinity=affinity, apart=[("g", "a")], **given)
    assert [one.group for one in places_for(apart, "g")] == ["2"]
    with pytest.raises(BadGroups, match="nobody here"):
        GroupProblem(affinity=affinity, apart=[("g", "x")], **given)


def test_hours_hold_in_every_week_also_where_only_one_of_two_clocks_was_changed() -> None:
    """New York's clocks go forward three weeks before Berlin's."""
    evening = [{"day": "tuesday", "start": "17:00", "end": "20:00"}]
    noon = [{"day": "tuesday", "start": "11:00", "end": "14:00"}]
    free = free_on([evening, noon], ["Europe/Berlin", "America/New_York"], "Europe/Berlin", WEEKS)
    both = np.flatnonzero(free.all(axis=0)) - 96
    assert [both[0] / 4, both[-1] / 4] == [17.0, 18.75]  # not until 20:00, as one would think
    assert np.flatnonzero(starts(free, 60).all(axis=0)).size == 5
    alone = free_on([evening], ["Europe/Berlin"], "Europe/Berlin", WEEKS)
    assert alone.sum() == 12


def test_what_two_have_in_common_makes_them_suit_each_other_more() -> None:
    goals = suiting.same_goal([["a", "b"], ["a", "b"], ["b", "a"], ["c"], []])
    assert goals[0, 1] == 1
    assert goals[0, 1] > goals[0, 2] > goals[0, 3] == goals[4, 4] == 0
    assert suiting.same_pace([0.0, 0.25, 0.5])[0].tolist() == [1.0, 0.5, 0.0]
    parts = {"goal": goals, "pace": np.ones((5, 5))}
    assert suiting.affinity(parts, {"goal": 1.0, "pace": 1.0})[0, 3] == 0.5
    assert suiting.affinity(parts, {})[0, 3] == 1
