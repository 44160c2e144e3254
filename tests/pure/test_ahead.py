"""Those who go first have a mentor before others, nothing else is lost by it, and it is proved."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.assignment.certificate import verify
from cohort.assignment.counterfactual import counterfactuals
from cohort.assignment.problem import BadProblem, Problem
from cohort.offline import verify as page
from cohort.pairing.ahead import HEAD_START, solve_in_order
from cohort.pairing.evidence import Evidence, pack, unpack
from cohort.pairing.find import find_pairs
from tests.pure import brute
from tests.pure.cases import problems
from tests.pure.cast import ANYBODY, MINA, POOL, PRIYA


def merit(problem: Problem, one: brute.Assignment) -> tuple[object, ...]:
    first = sum(bool(held) for held, ahead in zip(one, problem.ahead, strict=True) if ahead)
    return (first, *brute.merit(problem, one))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), fair=st.booleans())
def test_as_many_as_can_be_of_those_who_go_first_and_then_the_best(
    data: st.DataObject,
    *,
    fair: bool,
) -> None:
    some = data.draw(problems(plain=True, fair=fair))
    n = some.shape[0]
    ahead = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    problem, solution = solve_in_order(
        replace(some, ahead=np.array(ahead, dtype=np.bool_), head_start=HEAD_START / 4)
    )
    best = max(merit(problem, one) for one in brute.every_assignment(problem))
    assert merit(problem, brute.chosen(problem, solution)) == best
    assert verify(problem, solution), verify(problem, solution).sentence
    kept = unpack(pack(Evidence(problem, solution, {})))
    assert verify(kept.problem, kept.solution)
    if fair and any(ahead):
        unproved = tuple(level for level in solution.levels if level.kind != "ahead")
        assert not verify(problem, replace(solution, levels=unproved))


def test_somebody_who_goes_first_moves_others_and_the_page_of_numpy_believes_it() -> None:
    scores = np.array([[0.9, 0.8], [0.9, 0.1], [0.0, 0.2]])
    problem = Problem(scores, [1, 1], ahead=[False, False, True], head_start=HEAD_START)
    problem, solution = solve_in_order(problem)
    assert solution.pairs[1].tolist() == [2, 1]
    arrays = pack(Evidence(problem, solution, {}))
    file = {name: np.asarray(value) for name, value in _arrays(arrays).items()}
    assert page.check(file) == (
        True,
        "Proved: the total is 2.1, and no matching by these rules has a higher one.",
    )
    assert not page.check(file | {"head_start": np.array(0.0)})[0]
    assert counterfactuals(problem, solution).regret[0, 1] == pytest.approx(0.3)


def _arrays(packed: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(packed), allow_pickle=False) as file:
        return dict(file)


def test_nobody_goes_first_where_somebody_may_have_several_mentors() -> None:
    with pytest.raises(BadProblem, match="several mentors"):
        Problem([[0.5]], [1], demand=[2], ahead=[True])


def test_a_pool_with_somebody_who_goes_first_has_another_digest_and_without_the_same() -> None:
    people = [replace(MINA, id=name, wishes=[]) for name in ("ada", "bo")]
    pool = replace(
        POOL,
        researchers=people,
        mentors=[replace(PRIYA, id="grace", wishes=[])],
        places=[1],
        requirements=ANYBODY,
        pins=(),
        vetoes=(),
        declined=(),
        blocks=(),
        incumbents={"ada": "grace"},
        stickiness=0.5,
    )
    assert replace(pool, ahead=()).digest() == pool.digest()
    first = replace(pool, ahead=["bo"])
    assert first.digest() != pool.digest()
    assert [one.researcher for one in find_pairs(pool).pairs] == ["ada"]
    found = find_pairs(first)
    assert [one.researcher for one in found.pairs] == ["bo"]
    assert found.gap == 0
    assert found.pairs[0].score == find_pairs(pool).pairs[0].score
