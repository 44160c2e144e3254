"""New mentors to look for: what each would add, against solving with each of them."""

import numpy as np
from brute import chosen, every_assignment, merit
from cases import problems
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.matching.problem import Problem
from cohort.matching.profiles import Researcher
from cohort.matching.recruiting import Column, recruits, wanted
from cohort.matching.solver import solve


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
