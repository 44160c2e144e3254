"""The long target (`make fuzz`): every small shape against trying everything, many examples."""

from itertools import product

import numpy as np
import pytest
from brute import best, chosen, every_assignment, merit
from cases import problems
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.matching.certificate import verify
from cohort.matching.counterfactual import counterfactuals
from cohort.matching.problem import Problem
from cohort.matching.solver import CannotMeet, solve

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


@pytest.mark.parametrize(("n", "m"), list(product(range(6), repeat=2)))
def test_no_assignment_of_any_shape_is_better(n: int, m: int) -> None:
    for seed, cover, objective in product(range(6), (False, True), ("total", "fair")):
        rng = np.random.default_rng([n, m, seed])
        problem = Problem(
            rng.integers(-2, 5, (n, m)) / 4,
            rng.integers(0, 3, m),
            forbidden=rng.random((n, m)) < 0.3,
            cover=cover,
            objective=objective,
            demand=rng.integers(0, 3, n) if seed % 2 and n * m <= 16 else None,
        )
        solution = solve(problem)
        assert merit(problem, chosen(problem, solution)) == best(problem)
        assert verify(problem, solution), verify(problem, solution).sentence


@given(st.one_of(problems(), problems(fair=True)))
@settings(max_examples=10_000, deadline=None)
def test_every_answer_is_the_best_and_proved_and_every_refusal_is_right(problem: Problem) -> None:
    try:
        solution = solve(problem)
    except CannotMeet:
        assert not every_assignment(problem)
        return
    assert merit(problem, chosen(problem, solution)) == best(problem)
    assert verify(problem, solution), verify(problem, solution).sentence


@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 25), st.integers(1, 4))
@settings(max_examples=10_000, deadline=None)
def test_larger_answers_prove_themselves(seed: int, n: int, m: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    problem = Problem(
        rng.integers(-1, 10**levels, (n, m)) / 10**levels,
        rng.integers(0, 4, m),
        forbidden=rng.random((n, m)) < rng.random(),
        cover=bool(rng.integers(2)),
        demand=rng.integers(0, 3, n) if rng.integers(2) else None,
        objective="fair" if rng.integers(2) else "total",
    )
    solution = solve(problem)
    assert solution.gap == 0
    assert verify(problem, solution), verify(problem, solution).sentence
    if problem.objective == "total" and not problem.cover:
        assert (counterfactuals(problem, solution).regret >= 0).all()
