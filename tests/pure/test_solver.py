"""The solver against trying everything, and the properties that every answer has."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment import CannotMeet, solve
from cohort.assignment.canonical import lots
from cohort.assignment.certificate import verify
from cohort.assignment.counterfactual import counterfactuals
from cohort.assignment.problem import Problem
from tests.pure.brute import Assignment, best, chosen, every_assignment, merit
from tests.pure.cases import integers, problems

SHAPES = list(product(range(6), repeat=2))


@pytest.mark.parametrize(("n", "m"), SHAPES)
@pytest.mark.parametrize("cover", [False, True])
def test_no_assignment_of_any_shape_is_better(n: int, m: int, *, cover: bool) -> None:
    for seed in range(12 if n * m <= 16 else 2):
        capacity = np.random.default_rng(seed).integers(0, 3, m)
        problem = Problem(integers(n, m, seed), capacity, cover=cover)
        solution = solve(problem)
        assert merit(problem, chosen(problem, solution)) == best(problem)
        assert (solution.bound, solution.gap) == (solution.total, 0)
        assert verify(problem, solution), verify(problem, solution).sentence


@given(st.one_of(problems(), problems(fair=True)))
@settings(max_examples=250, deadline=None)
def test_the_best_is_found_under_every_condition_and_proved(problem: Problem) -> None:
    try:
        solution = solve(problem)
    except CannotMeet:
        assert not every_assignment(problem)
        return
    assert merit(problem, chosen(problem, solution)) == best(problem)
    assert solution.gap == 0
    assert chosen(problem, solution) in every_assignment(problem)
    assert verify(problem, solution), verify(problem, solution).sentence


@given(problem=problems(), fair=st.booleans())
@settings(max_examples=100, deadline=None)
def test_equals_are_settled_by_kept_incumbents_then_pairs_then_lots(
    problem: Problem, *, fair: bool
) -> None:
    problem = replace(problem, objective="fair" if fair else "total")
    rows, columns = np.indices(problem.shape).reshape(2, -1)
    lot = lots(problem.researcher_ids, problem.mentor_ids, rows, columns).reshape(problem.shape)
    incumbent = problem.incumbent

    def rank(a: Assignment) -> tuple[object, ...]:
        pairs = [(i, j) for i, held in enumerate(a) for j in held]
        kept = sum(incumbent is not None and incumbent[i] == j for i, j in pairs)
        drawn = sum(int(lot[i, j]) for i, j in pairs)
        return (*merit(problem, a), kept, len(pairs), drawn)

    if every_assignment(problem):
        assert chosen(problem, solve(problem)) == max(every_assignment(problem), key=rank)


@given(problem=problems(most=7), seed=st.integers(0, 2**32), fair=st.booleans())
@settings(max_examples=100, deadline=None)
def test_the_order_of_rows_and_columns_does_not_matter(
    problem: Problem, seed: int, *, fair: bool
) -> None:
    problem = replace(problem, objective="fair" if fair else "total")
    n, m = problem.shape
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(n), rng.permutation(m)
    row_now, column_now = np.argsort(rows), np.append(np.argsort(columns), -1)
    shuffled = replace(
        problem,
        scores=problem.scores[np.ix_(rows, columns)],
        capacity=problem.capacity[columns],
        forbidden=problem.forbidden[np.ix_(rows, columns)],
        pinned=[(row_now[i], column_now[j]) for i, j in problem.pinned],
        incumbent=column_now[problem.incumbent[rows]],
        researcher_ids=[problem.researcher_ids[i] for i in rows],
        mentor_ids=[problem.mentor_ids[j] for j in columns],
        demand=problem.demand[rows],
        min_load=problem.min_load[columns],
    )
    try:
        there, here = solve(shuffled), solve(problem)
    except CannotMeet:
        return
    held = {(int(row_now[i]), int(column_now[j])) for i, j in here.pairs}
    assert held == set(map(tuple, there.pairs.tolist()))
    assert there.total == here.total
    if not fair:
        found, moved = counterfactuals(problem, here), counterfactuals(shuffled, there)
        assert np.array_equal(there.prices.u, here.prices.u[rows])
        assert np.array_equal(there.prices.v, here.prices.v[columns])
        assert np.array_equal(moved.regret, found.regret[np.ix_(rows, columns)])
        assert np.array_equal(moved.mentor_price, found.mentor_price[columns])


@given(problems(), st.data())
@settings(max_examples=100, deadline=None)
def test_one_more_place_or_a_higher_score_never_lowers_the_merit(
    problem: Problem, data: st.DataObject
) -> None:
    """The merit: with `cover` how many people are placed, then the total."""
    if not problem.scores.size or not every_assignment(problem):
        return
    i = data.draw(st.integers(0, problem.shape[0] - 1))
    j = data.draw(st.integers(0, problem.shape[1] - 1))
    roomier, better = problem.capacity.copy(), problem.scores.copy()
    roomier[j] += 1
    better[i, j] += data.draw(st.sampled_from([1e-9, 0.5, 100.0]))
    for change in ({"capacity": roomier}, {"scores": better}):
        changed = replace(problem, **change)
        if changed.stickiness < problem.stickiness:  # lowered with a score far below 0
            continue
        found = merit(changed, chosen(changed, solve(changed)))
        assert found >= merit(problem, chosen(problem, solve(problem)))


@given(problems())
@settings(max_examples=100, deadline=None)
def test_endless_stickiness_keeps_as_many_incumbents_as_can_be_kept(problem: Problem) -> None:
    problem = replace(problem, stickiness=np.inf)
    every = every_assignment(problem)
    if not every:
        return

    def kept(assignment: Assignment) -> tuple[int, int]:
        incumbents = zip(problem.incumbent.tolist(), assignment, strict=True)
        placed = sum(bool(held) for held in assignment) if problem.cover else 0
        return placed, sum(one in held for one, held in incumbents)

    assert kept(chosen(problem, solve(problem))) == max(map(kept, every))


def test_a_score_equal_to_the_floor_is_good_enough_and_the_next_below_is_not() -> None:
    assert solve(Problem([[0.3]], [1], floor=0.3)).mentor_of.tolist() == [0]
    assert solve(Problem([[np.nextafter(0.3, 0)]], [1], floor=0.3)).mentor_of.tolist() == [-1]


def test_a_pin_beats_the_floor_and_is_kept_at_any_loss() -> None:
    solution = solve(Problem([[-3.0, 9.0]], [1, 1], floor=1.0, pinned=[(0, 0)]))
    assert solution.mentor_of.tolist() == [0]
    assert (solution.total, solution.gap) == (-3.0, 0.0)


def test_nobody_is_placed_at_a_loss_unless_cover_asks_for_it() -> None:
    assert solve(Problem([[-1.0]], [1])).mentor_of.tolist() == [-1]
    assert solve(Problem([[-1.0]], [1], cover=True)).mentor_of.tolist() == [0]


def test_cover_places_two_at_a_low_score_before_one_at_a_high_one() -> None:
    scores = np.array([[9.0, 1.0], [8.0, 0.0]])
    forbidden = np.array([[False, False], [False, True]])
    fit_first = Problem(scores - 1, [1, 1], forbidden=forbidden)
    assert solve(fit_first).total == 8
    assert solve(replace(fit_first, cover=True)).mentor_of.tolist() == [1, 0]


def test_great_stickiness_keeps_every_incumbent_that_can_stay() -> None:
    scores = integers(20, 8, seed=3, low=0, high=100) / 100
    incumbent = np.arange(20) % 8
    solution = solve(Problem(scores, [3] * 8, incumbent=incumbent, stickiness=1e15))
    assert np.array_equal(solution.mentor_of, incumbent)


def test_kept_incumbents_cost_nothing_where_the_scores_are_tied() -> None:
    scores = np.ones((30, 10))
    incumbent = np.arange(30)[::-1] % 10
    solution = solve(Problem(scores, [3] * 10, incumbent=incumbent))
    assert np.array_equal(solution.mentor_of, incumbent)
    assert solution.total == 30


@pytest.mark.parametrize("size", [1e15, 1e-15, 1e-200, 1.0])
def test_scores_of_any_size_are_solved_exactly(size: float) -> None:
    scores = np.array([[3.0, 2.0], [2.0, 0.0]]) * size / 4
    solution = solve(Problem(scores, [1, 1]))
    assert solution.mentor_of.tolist() == [1, 0]
    assert solution.total == pytest.approx(size)


def test_a_difference_of_a_millionth_of_a_millionth_decides() -> None:
    assert solve(Problem([[0.5, 0.5 + 1e-12]], [1, 1])).mentor_of.tolist() == [1]
    assert solve(Problem([[0.5 + 1e-12, 0.5]], [1, 1])).mentor_of.tolist() == [0]


def test_decimals_that_add_up_to_the_same_are_equal_so_that_the_incumbents_stay() -> None:
    scores = np.array([[0.1, 0.3], [0.0, 0.2]])  # 0.1 + 0.2 is not 0.3 in binary
    for incumbent in ([0, 1], [1, 0]):
        solution = solve(Problem(scores, [1, 1], incumbent=incumbent))
        assert solution.mentor_of.tolist() == incumbent
        assert solution.total == 0.3


@pytest.mark.parametrize("levels", [1, 3, 1000])
def test_a_few_hundred_people_are_solved_and_proved(levels: int) -> None:
    scores = integers(300, 100, seed=levels, low=0, high=levels + 1) / levels
    problem = Problem(scores, [3] * 100)
    assert verify(problem, solve(problem))
