"""Points to choose from: fit against people placed against incumbents kept."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from cohort.assignment.frontier import Point, frontier, place_exactly, spread
from cohort.assignment.optimum import solve
from cohort.assignment.problem import BadNumber, Problem
from tests.pure.brute import Assignment, every_assignment, placed_of
from tests.pure.cases import problems

Figures = tuple[float, int, int]


def figures(problem: Problem, assignment: Assignment) -> Figures:
    pairs = [(i, j) for i, held in enumerate(assignment) for j in held]
    kept = sum(bool(problem.incumbent[i] == j) for i, j in pairs)
    return round(sum(problem.scores[i, j] for i, j in pairs), 9), placed_of(assignment), kept


def alone_best_for_some_weights(one: Figures, others: set[Figures]) -> bool:
    """Whether it beats all others for some weights >= 0: a linear program.

    Its variables are the two weights and the margin, which is wanted as large as possible.
    """
    rows = [[q[1] - one[1], q[2] - one[2], 1.0] for q in others]
    limits = [one[0] - q[0] for q in others]
    bounds = [(0, 1e4), (0, 1e4), (None, 1.0)]
    found = linprog([0, 0, -1.0], rows or None, limits or None, bounds=bounds)
    return bool(-found.fun > 1e-7)


@given(problems())
@settings(max_examples=100, deadline=None)
def test_the_points_are_all_that_are_best_for_some_weights_and_no_other(problem: Problem) -> None:
    every = {figures(problem, one) for one in every_assignment(problem)}
    if not every:
        return
    expected = [one for one in every if alone_best_for_some_weights(one, every - {one})]
    found = frontier(problem)
    assert found.complete
    ours = [(round(p.fit, 9), p.placed, p.kept) for p in found.points]
    assert ours == sorted(expected, key=lambda one: (-one[0], *one[1:]))


@given(problems())
@settings(max_examples=60, deadline=None)
def test_each_point_is_an_assignment_with_the_figures_it_says(problem: Problem) -> None:
    every = every_assignment(problem)
    points = frontier(problem).points if every else ()
    assert bool(points) == bool(every)
    for point in points:
        pairs = point.pairs.tolist()
        held = tuple(tuple(j for k, j in pairs if k == i) for i in range(problem.shape[0]))
        assert held in every
        assert figures(problem, held) == (round(point.fit, 9), point.placed, point.kept)
        before = int((problem.incumbent >= 0).sum())
        assert point.changed == before - point.kept


@given(problems(plain=True))
@settings(max_examples=100, deadline=None)
def test_every_number_of_people_can_be_placed_at_the_best_fit_for_it(problem: Problem) -> None:
    every = every_assignment(problem)
    for placed in range(problem.shape[0] + 2):
        fits = [figures(problem, one)[0] for one in every if placed_of(one) == placed]
        if not fits:
            with pytest.raises(BadNumber):
                place_exactly(problem, placed)
            continue
        point = place_exactly(problem, placed)
        assert (point.placed, point.fit) == (placed, pytest.approx(max(fits)))


def test_a_pair_that_is_kept_at_the_loss_of_all_scores_is_a_point_too() -> None:
    problem = Problem([[1.0, 0.0], [0.0, 1.0]], [1, 1], incumbent=[1, -1])
    points = frontier(problem).points
    assert [(one.fit, one.placed, one.kept) for one in points] == [(2.0, 2, 0), (0.0, 2, 1)]


def test_without_incumbents_the_numbers_between_two_points_lie_on_their_line() -> None:
    problem = Problem(np.full((3, 3), -0.1), [1, 1, 1], forbidden=~np.eye(3, dtype=bool))
    points = frontier(problem).points
    assert [(one.placed, one.fit) for one in points] == [(0, 0.0), (3, pytest.approx(-0.3))]
    fits = [place_exactly(problem, k).fit for k in range(4)]
    assert fits == pytest.approx([0.0, -0.1, -0.2, -0.3])


def test_who_may_have_several_mentors_is_not_counted_out_exactly() -> None:
    with pytest.raises(BadNumber, match="demand"):
        place_exactly(Problem([[1.0, 1.0]], [1, 1], demand=[2]), 1)


def test_people_are_placed_by_whole_numbers() -> None:
    with pytest.raises(BadNumber, match=r"placed is 0\.5; it must be a whole number"):
        place_exactly(Problem([[1.0, 1.0]], [1, 1]), 0.5)


def test_the_order_of_rows_and_columns_changes_no_point() -> None:
    rng = np.random.default_rng(4)
    scores, ids = rng.integers(0, 4, (12, 5)) / 4, [f"r{k}" for k in range(12)]
    mentors, was = [f"m{k}" for k in range(5)], rng.integers(-1, 5, 12)
    problem = Problem(scores, [2] * 5, incumbent=was, researcher_ids=ids, mentor_ids=mentors)
    rows, columns = rng.permutation(12), rng.permutation(5)
    place = np.append(np.argsort(columns), -1)
    turned = Problem(
        scores[np.ix_(rows, columns)],
        [2] * 5,
        incumbent=place[was[rows]],
        researcher_ids=[ids[i] for i in rows],
        mentor_ids=[mentors[j] for j in columns],
    )
    ours, theirs = frontier(problem).points, frontier(turned).points
    assert len(ours) == len(theirs) > 1
    for one, other in zip(ours, theirs, strict=True):
        back = sorted([int(rows[i]), int(columns[j])] for i, j in other.pairs)
        assert back == one.pairs.tolist()


def test_few_solves_give_fewer_points_and_say_so() -> None:
    rng = np.random.default_rng(0)
    problem = Problem(rng.random((30, 10)), [3] * 10, incumbent=rng.integers(0, 10, 30))
    some, all_ = frontier(problem, most_solves=4), frontier(problem)
    assert (some.complete, all_.complete) == (False, True)
    assert 1 <= len(some.points) < len(all_.points)
    assert len({(p.fit, p.placed, p.kept) for p in some.points}) == len(some.points)
    assert not frontier(problem, out_of_time=lambda: True).complete


@pytest.mark.parametrize("scale", [1e-200, 1e-12, 1.0, 1e15])
def test_scores_of_any_size_have_the_same_points(scale: float) -> None:
    rng = np.random.default_rng(7)
    scores, was = rng.integers(-2, 6, (10, 4)) / 10, rng.integers(-1, 4, 10)
    plain = frontier(Problem(scores, [2] * 4, incumbent=was)).points
    scaled = frontier(Problem(scores * scale, [2] * 4, incumbent=was)).points
    assert [(p.placed, p.kept) for p in scaled] == [(p.placed, p.kept) for p in plain]
    assert plain[0].fit == pytest.approx(solve(Problem(scores, [2] * 4)).total)


def test_what_is_being_chosen_is_set_aside() -> None:
    rng = np.random.default_rng(8)
    problem = Problem(rng.random((6, 3)), [1] * 3, incumbent=rng.integers(0, 3, 6))
    sticky = replace(problem, stickiness=0.3, cover=True, objective="fair")
    ours, theirs = frontier(problem).points, frontier(sticky).points
    assert [p.pairs.tolist() for p in ours] == [p.pairs.tolist() for p in theirs]


def test_some_of_many_points_are_as_far_apart_as_can_be_and_in_order() -> None:
    nobody = np.zeros((0, 2), dtype=int)
    points = [Point(10.0 - k, 5, k, 9 - k, nobody) for k in range(10)]
    assert [one.kept for one in spread(points, 3)] == [0, 4, 9]
    assert spread(points, 100) == tuple(points)
    assert spread([], 3) == ()
    assert [one.kept for one in spread(points, 1)] == [0]


@given(problems(plain=True))
@settings(max_examples=60, deadline=None)
def test_by_the_balance_of_a_point_that_point_is_what_solving_finds(problem: Problem) -> None:
    for point in frontier(problem, settle=False).points:
        assert point.balance is not None
        placing, keeping = point.balance
        by_balance = replace(
            problem,
            scores=problem.scores + placing,
            floor=problem.floor + placing,
            stickiness=keeping,
            cover=False,
            objective="total",
        )
        pairs = solve(by_balance).pairs
        fit = problem.scores[tuple(pairs.T)].sum()
        kept = int((problem.incumbent[pairs[:, 0]] == pairs[:, 1]).sum())
        assert (len(pairs), kept) == (point.placed, point.kept)
        assert fit == pytest.approx(point.fit, abs=1e-9)


@given(problems(), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_no_answer_exceeds_the_limit_for_its_number_of_people(
    problem: Problem, most_solves: int
) -> None:
    every = {figures(problem, one) for one in every_assignment(problem)}
    if not every:
        return
    for found in (frontier(problem, most_solves=most_solves), frontier(problem)):
        limits = dict(found.limits)
        assert all(fit <= limits[placed] + 1e-9 for fit, placed, _ in every if placed in limits)
    met = {point.placed for point in found.points if point.fit >= limits[point.placed] - 1e-6}
    fewest = set() if (problem.incumbent >= 0).any() else {min(limits)}
    assert {max(limits)} | fewest <= met, "the ends are reached"
