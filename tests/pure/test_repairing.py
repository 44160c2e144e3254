"""What a swap and a pin cost, against solving again with the pins."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment import solve
from cohort.assignment.problem import Problem
from cohort.pairing.evidence import Evidence
from cohort.pairing.repairing import (
    NothingToSwap,
    cost_of_pin,
    options_without,
    pairs_after,
    swap_of,
)
from tests.pure.cases import problems


@given(problems(plain=True), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_a_pin_costs_what_solving_again_with_it_loses(problem: Problem, i: int, j: int) -> None:
    n, m = problem.shape
    if i >= n or j >= m:
        return
    solution = solve(problem)
    evidence = Evidence(problem, solution, {})

    cost = cost_of_pin(evidence, problem.researcher_ids[i], problem.mentor_ids[j])

    pinned_elsewhere = any(a == i and b != j for a, b in problem.pinned)
    crowded = sum(b == j and a != i for a, b in problem.pinned) >= problem.capacity[j]
    if problem.forbidden[i, j] or pinned_elsewhere or crowded:
        assert cost is None
        return
    again = solve(replace(problem, pinned=tuple({*problem.pinned, (i, j)})))
    if problem.cover and len(again.pairs) < len(solution.pairs):
        assert cost is None
    else:
        assert cost == pytest.approx(solution.total - again.total)


@given(problems(plain=True), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_a_swap_costs_what_solving_again_with_both_pins_loses(
    problem: Problem, a: int, b: int
) -> None:
    if max(a, b) >= problem.shape[0]:
        return
    solution = solve(problem)
    two = [problem.researcher_ids[one] for one in (a, b)]
    p, q = solution.mentor_of[[a, b]].tolist()
    if p == q or -1 in (p, q):
        with pytest.raises(NothingToSwap):
            swap_of(Evidence(problem, solution, {}), *two)
        return

    found = swap_of(Evidence(problem, solution, {"veto": problem.forbidden}), *two)

    if problem.forbidden[a, q] or problem.forbidden[b, p]:
        assert {why for *_, why in found.ruled_out} == {("veto",)}
        return
    others = [pin for pin in problem.pinned if pin[0] not in (a, b)]
    again = solve(replace(problem, pinned=(*others, (a, q), (b, p))))
    assert found.cost == pytest.approx(solution.total - again.total)
    assert found.fewer_placed == len(solution.pairs) - len(again.pairs)


def test_after_a_repair_the_pairs_are_those_of_the_way_that_was_chosen() -> None:
    problem = Problem([[0.9, 0.1], [0.8, 0.7], [0.2, 0.6]], [1, 1])
    evidence = Evidence(problem, solve(problem), {})

    still, best = options_without(evidence, "0", None)

    assert (still.moved, best.moved, best.is_best) == (0, 1, True)
    assert pairs_after(evidence, still, gone="0") == [("1", "1"), ("2", "0")]
    assert pairs_after(evidence, best, gone="0") == [("1", "0"), ("2", "1")]
    assert still.loss == pytest.approx(0.5)
