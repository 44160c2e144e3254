"""What a single change would lead to, against making the change and solving again."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from cohort.assignment import CannotMeet, solve
from cohort.assignment.neighbourhood import neighbourhood
from cohort.assignment.problem import BadPin, Problem
from cohort.assignment.repairs import Repair, repairs, ways_to_place
from cohort.assignment.solution import Solution
from tests.pure.brute import chosen, every_assignment, merit, placed_of
from tests.pure.cases import problems

EVERY = 10_000


def nearest(problem: Problem) -> tuple[int, Solution]:
    """How many places are missing at least, and the best answer that misses no more."""
    try:
        return 0, solve(problem)
    except CannotMeet as refusal:
        missing = int((problem.min_load - refusal.lower).sum())
        return missing, solve(replace(problem, min_load=refusal.lower))


@given(problems())
@settings(max_examples=200, deadline=None)
def test_the_nearest_minimums_miss_the_fewest_places_and_have_the_best_answer(
    problem: Problem,
) -> None:
    missing, solution = nearest(problem)
    free = every_assignment(replace(problem, min_load=None))
    load = [[sum(j in held for held in one) for j in range(problem.shape[1])] for one in free]
    short = [int(np.maximum(problem.min_load - np.array(one, dtype=int), 0).sum()) for one in load]
    assert missing == min(short)
    top = max(merit(problem, one) for one, k in zip(free, short, strict=True) if k == missing)
    assert merit(problem, chosen(problem, solution)) == top


@given(problems())
@settings(max_examples=200, deadline=None)
def test_each_repair_leads_to_what_solving_again_finds(problem: Problem) -> None:
    try:
        solve(problem)
    except CannotMeet as refusal:
        found = repairs(problem, refusal, most=EVERY)
    else:
        return
    for repair in found:
        missing, solution = nearest(repair.applied_to(problem))
        assert repair.missing == missing
        assert repair.total == pytest.approx(solution.total, abs=1e-9)
        if problem.cover:
            placed = placed_of(chosen(problem, nearest(problem)[1]))
            assert repair.more_placed == placed_of(chosen(problem, solution)) - placed
    assert [value(one) for one in found] == sorted((value(one) for one in found), reverse=True)
    named = {(one.kind, one.researcher, one.mentor) for one in found}
    for change in changes(problem):
        if (change.kind, change.researcher, change.mentor) not in named:
            try:
                missing = nearest(change.applied_to(problem))[0]
            except BadPin:
                continue
            assert missing >= nearest(problem)[0]


def refusal_of(problem: Problem) -> CannotMeet | None:
    try:
        solve(problem)
    except CannotMeet as refusal:
        return refusal
    return None


def value(repair: Repair) -> tuple[int, float]:
    return (repair.more_placed, round(repair.total, 9))


def changes(problem: Problem) -> list[Repair]:
    n, m = problem.shape
    held = [Repair("pair", i, j, 0, 0.0, 0) for i in range(n) for j in range(m)]
    pins = [Repair("pin", i, j, 0, 0.0, 0) for i, j in problem.pinned]
    lower = [Repair("minimum", -1, j, 0, 0.0, 0) for j in range(m) if problem.min_load[j] > 0]
    more = [Repair("demand", i, -1, 0, 0.0, 0) for i in range(n)]
    places = [Repair("place", -1, j, 0, 0.0, 0) for j in range(m)]
    return [*held, *pins, *lower, *more, *places]


@given(problems())
@settings(max_examples=200, deadline=None)
def test_each_way_to_place_somebody_does_and_no_other_place_or_pair_would(
    problem: Problem,
) -> None:
    problem = replace(problem, cover=True)
    try:
        solution = solve(problem)
    except CannotMeet:
        return
    before = placed_of(chosen(problem, solution))
    found = ways_to_place(neighbourhood(problem, solution), most=EVERY)
    for way in found:
        again = solve(way.applied_to(problem))
        assert way.more_placed == placed_of(chosen(problem, again)) - before == 1
        assert way.total == pytest.approx(again.total, abs=1e-9)
    named = {(one.kind, one.researcher, one.mentor) for one in found}
    for change in changes(problem):
        other = (change.kind, change.researcher, change.mentor) not in named
        if other and change.kind in ("pair", "place"):
            try:
                again = solve(change.applied_to(problem))
            except (BadPin, CannotMeet):
                continue
            assert placed_of(chosen(problem, again)) <= before


def test_the_cheapest_way_out_comes_first_and_is_said_in_words() -> None:
    forbidden = np.array([[False, True], [False, True], [False, False]])
    scores = np.array([[0.9, 0.8], [0.9, 0.1], [0.9, 0.5]])
    problem = Problem(scores, [3, 3], forbidden=forbidden, min_load=[0, 2])
    with pytest.raises(CannotMeet) as refused:
        solve(problem)
    found = repairs(problem, refused.value)
    said = [(one.in_words(["Ada", "Bo", "Cy"], ["Kim", "Lou"]), one.total) for one in found]
    assert said == [
        ("Ask for one person less with Lou.", pytest.approx(2.3)),
        ("Allow Ada and Lou to be a pair.", pytest.approx(2.2)),
        ("Allow Bo and Lou to be a pair.", pytest.approx(1.5)),
    ]


@given(problems(fair=True))
@settings(max_examples=100, deadline=None)
def test_where_fairness_is_the_aim_repairs_place_the_most_people(problem: Problem) -> None:
    nearly = replace(problem, objective="total", cover=True)
    fair, total = refusal_of(problem), refusal_of(nearly)
    assert (fair is None) == (total is None)
    if fair and total:
        assert repairs(problem, fair) == repairs(nearly, total)


def test_a_pin_in_the_way_is_named_and_can_be_lifted() -> None:
    problem = Problem([[1.0, 0.5]], [1, 1], pinned=[(0, 0)], min_load=[0, 1])
    with pytest.raises(CannotMeet) as refused:
        solve(problem)
    assert refused.value.pins == ((0, 0),)
    assert "Pins keep 0 with 0." in str(refused.value)
    found = repairs(problem, refused.value)
    assert [(one.kind, one.total) for one in found] == [
        ("demand", 1.5),
        ("minimum", 1.0),
        ("pin", 0.5),
    ]
