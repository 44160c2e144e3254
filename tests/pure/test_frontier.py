"""Points to choose from, new mentors to look for, and who would rather swap."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from brute import Assignment, chosen, every_assignment, merit, placed_of, scores_of
from cases import problems
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.matching.frontier import frontier
from cohort.matching.problem import BadShape, Problem
from cohort.matching.profiles import Researcher
from cohort.matching.recruiting import Column, recruits, wanted
from cohort.matching.solver import solve
from cohort.matching.stability import blocking_pairs, envy


@given(problems(plain=True), st.floats(0, 3), st.sampled_from(["placed", "kept"]))
@settings(max_examples=100, deadline=None)
def test_for_all_weights_one_of_the_points_is_the_best(
    problem: Problem, weight: float, goal: str
) -> None:
    flat = replace(problem, stickiness=0.0, cover=False)
    second = {"placed": placed_of, "kept": partial(kept_of, flat)}[goal]
    every = [sum(scores_of(flat, a)) + weight * second(a) for a in every_assignment(flat)]
    points = frontier(problem)
    ours = max(point.fit + weight * getattr(point, goal) for point in points)
    assert ours == pytest.approx(max(every), abs=1e-6)
    assert points[0].fit == pytest.approx(solve(flat).total)
    assert all(p.kept + p.changed == (flat.incumbent >= 0).sum() for p in points)
    assert max(p.placed for p in points) == len(solve(replace(flat, cover=True)).pairs)


def kept_of(problem: Problem, assignment: Assignment) -> int:
    return sum(problem.incumbent[i] in held for i, held in enumerate(assignment))


def test_few_solves_give_fewer_points_and_no_error() -> None:
    problem = Problem(np.random.default_rng(0).random((9, 3)) - 0.5, [3] * 3)
    assert 1 <= len(frontier(problem, most_solves=2)) <= len(frontier(problem))


@given(problems(), st.integers(0, 2**32), st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_the_best_recruits_are_found_without_solving_for_all(
    problem: Problem, seed: int, places: int
) -> None:
    if not every_assignment(problem):
        return
    rng = np.random.default_rng(seed)
    n = problem.shape[0]
    offers = {k: Column(rng.integers(-2, 6, n) / 4, rng.random(n) < 0.3) for k in range(5)}
    solution = solve(problem)
    advice = recruits(problem, solution, offers, offers.__getitem__, places=places, most=2)
    values = []
    for column in offers.values():
        grown = Problem(
            np.column_stack([problem.scores, column.score]),
            np.append(problem.capacity, places),
            floor=problem.floor,
            forbidden=np.column_stack([problem.forbidden, column.forbidden]),
            pinned=problem.pinned,
            incumbent=problem.incumbent,
            stickiness=problem.stickiness,
            cover=problem.cover,
            demand=problem.demand,
            min_load=np.append(problem.min_load, 0),
        )
        placed, total = merit(grown, chosen(grown, solve(grown)))
        before = merit(problem, chosen(problem, solution))
        values.append((placed - before[0], round(total - before[1], 6)))
    best = sorted((value for value in values if value > (0, 0)), reverse=True)[:2]
    found = [(one.placed if problem.cover else 0, round(one.gain, 6)) for one in advice]
    assert found == best


def test_profiles_to_look_for_name_what_people_lack() -> None:
    ada = Researcher(id="a", domains=["nlp"], role_goals=["mle"], gaps={"sql": 1.0, "ci": 3.0})
    bo = Researcher(id="b", domains=["vision"], role_goals=["mle"], gaps={"sql": 9.0})
    found = wanted([ada, bo], [1.0, 0.0])
    assert [(one.domain, one.role) for one in found] == [("nlp", "mle"), ("vision", "mle")]
    assert found[0].skills == ("ci", "sql")


def test_two_who_would_rather_have_each_other_are_a_blocking_pair() -> None:
    problem = Problem([[1.0, 0.0], [0.0, 1.0]], [1, 1])
    solution = solve(problem)
    crossed = np.array([[2, 1], [1, 2]])
    assert blocking_pairs(problem, solution, crossed, crossed).tolist() == [[0, 1], [1, 0]]
    assert blocking_pairs(problem, solution, 3 - crossed, crossed).tolist() == []
    nobody = np.zeros((2, 2), dtype=int)
    assert blocking_pairs(problem, solution, crossed, nobody).tolist() == []
    with pytest.raises(BadShape):
        blocking_pairs(problem, solution, crossed[:1], crossed)


def test_a_free_place_is_worse_than_anybody_ranked_and_better_than_nobody() -> None:
    problem = Problem([[1.0, -1.0], [-1.0, -1.0]], [1, 1])
    solution = solve(problem)
    ranks = np.array([[1, 2], [0, 1]])
    assert blocking_pairs(problem, solution, ranks, ranks).tolist() == [[1, 1]]


def test_envy_counts_the_people_whose_mentor_would_suit_her_better() -> None:
    problem = Problem([[9.0, 5.0], [8.0, 7.0], [8.0, 6.0]], [2, 1])
    solution = solve(problem)
    assert solution.mentor_of.tolist() == [0, 1, 0]
    assert envy(problem, solution).tolist() == [0, 2, 0]
