"""The long target (`make fuzz`): every small shape against trying everything, many examples."""

from collections.abc import Callable
from itertools import product
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment.certificate import verify
from cohort.assignment.counterfactual import counterfactuals
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from tests.pure import (
    test_augmenting,
    test_counterfactual,
    test_forgery,
    test_forgery_large,
    test_large_conditions,
    test_numerics,
    test_recruiting,
    test_solver,
)
from tests.pure.brute import best, chosen, merit
from tests.pure.cases import problems

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


EITHER = st.one_of(problems(), problems(fair=True))
SEED = st.integers(0, 2**32)
SMALL = {"problem": problems(most=5)}
PROPERTIES: dict[Callable[..., None], dict[str, st.SearchStrategy[object]]] = {
    test_solver.test_the_best_is_found_under_every_condition_and_proved: {"problem": EITHER},
    test_solver.test_equals_are_settled_by_kept_incumbents_then_pairs_then_lots: {
        "problem": problems(),
        "fair": st.booleans(),
    },
    test_solver.test_the_order_of_rows_and_columns_does_not_matter: {
        "problem": problems(most=7),
        "seed": SEED,
        "fair": st.booleans(),
    },
    test_solver.test_one_more_place_or_a_higher_score_never_lowers_the_merit: {
        "problem": problems(),
        "data": st.data(),
    },
    test_solver.test_endless_stickiness_keeps_as_many_incumbents_as_can_be_kept: {
        "problem": problems()
    },
    test_counterfactual.test_a_regret_is_what_solving_again_with_the_pin_loses: {
        "problem": problems()
    },
    test_counterfactual.test_a_mentor_price_is_what_one_more_place_adds: {"problem": problems()},
    test_counterfactual.test_robustness_is_what_forbidding_the_pair_loses: {"problem": problems()},
    test_counterfactual.test_possible_pairs_are_those_of_all_the_best_assignments: {
        "problem": problems()
    },
    test_augmenting.test_one_more_place_leads_to_the_very_pairs_that_solving_again_finds: SMALL,
    test_augmenting.test_one_pair_more_leads_to_the_very_pairs_that_solving_again_finds: SMALL,
    test_recruiting.test_who_goes_to_a_new_mentor_is_who_solving_again_sends: {
        "problem": problems(),
        "seed": SEED,
    },
    test_recruiting.test_rows_that_cannot_matter_are_not_looked_at: {
        "problem": problems(),
        "seed": SEED,
    },
    test_forgery.test_nothing_false_is_believed: {
        "problem": EITHER,
        "seed": SEED,
        "forgeries": test_forgery.FORGED,
    },
    test_forgery.test_nothing_false_is_called_sound_of_what_was_stopped: {
        "problem": EITHER,
        "asks": st.integers(0, 30),
        "seed": SEED,
        "forgeries": test_forgery.FORGED,
    },
    test_forgery_large.test_nothing_false_is_believed_of_a_pool: test_forgery_large.FORGED,
    test_large_conditions.test_no_assignment_that_may_be_is_better: {
        "problem": problems(plain=True)
    },
    test_large_conditions.test_every_condition_is_kept_as_the_dense_solver_keeps_it: {"seed": SEED},
    test_large_conditions.test_conditions_are_about_people_and_not_about_their_kinds: {
        "seed": SEED
    },
    test_large_conditions.test_a_stop_says_so_with_its_true_gap_whatever_is_asked: {"seed": SEED},
    test_numerics.test_who_is_stopped_at_any_moment_has_a_true_answer: {
        "problem": problems(),
        "seed": SEED,
    },
}


@pytest.mark.parametrize("test", PROPERTIES, ids=lambda test: test.__name__.removeprefix("test_"))
def test_it_holds_ten_thousand_times(test: Any) -> None:
    @given(**PROPERTIES[test])
    @settings(max_examples=10_000, deadline=None)
    def again(**drawn: object) -> None:
        test.hypothesis.inner_test(**drawn)

    again()


@pytest.mark.parametrize("kind", test_numerics.EXTREMES)
def test_a_thousand_problems_of_every_kind_of_number(kind: str) -> None:
    for seed, fair in product(range(1000), (False, True)):
        test_numerics.proved_and_compared(test_numerics.extreme(seed, kind, (30, 12), fair=fair))


@pytest.mark.parametrize("objective", ["total", "fair"])
def test_the_proofs_of_ten_thousand_other_problems_are_judged(
    objective: Literal["total", "fair"],
) -> None:
    test_forgery.the_proofs_of_others_are_judged(objective, range(10_000))


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
