"""What must hold besides the scores, in large pools: as the dense solver does it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cohort.assignment.large.blocks import DenseScores
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large
from cohort.assignment.optimum import solve
from cohort.assignment.problem import BadProblem, Problem
from cohort.assignment.solution import Solution
from tests.pure.brute import best, chosen, merit
from tests.pure.cases import problems

Asked = dict[str, object]
SEED = st.integers(0, 2**32)


def pool(seed: int, most: int = 40) -> tuple[NDArray[np.float64], NDArray[np.bool_], Asked]:
    """Scores, forbidden pairs and conditions of every kind, with many ties and few places."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, most)), int(rng.integers(1, most // 2))
    grains = rng.choice([2.0, 10.0, 1000.0])
    scores = rng.integers(-grains // 2, 2 * grains, (n, m)) / grains
    capacity = rng.integers(0, rng.choice([2, 4, 9]), m)
    forbidden = rng.random((n, m)) < rng.choice([0.0, 0.3, 0.95])
    left, pins = capacity.copy(), []
    for i in rng.permutation(n)[: rng.integers(0, 4)].tolist():
        allowed = np.flatnonzero(~forbidden[i] & (left > 0)).tolist()
        if allowed:
            pins.append((i, int(rng.choice(allowed))))
            left[pins[-1][1]] -= 1
    asked: Asked = {
        "capacity": capacity,
        "floor": [None, 0.2, 0.5, -0.1][seed % 4],
        "pinned": pins,
        "incumbent": rng.integers(-1, m, n) if rng.integers(2) else None,
        "stickiness": float(rng.choice([0.0, 0.1, 0.5, 3.0])),
        "cover": bool(rng.integers(2)),
    }
    return scores, forbidden, asked


def kept(found: Solution, asked: Asked) -> int:
    return int((found.mentor_of == np.where(asked["incumbent"] < 0, -2, asked["incumbent"])).sum())


@given(problem=problems(plain=True))
@settings(max_examples=150, deadline=None)
def test_no_assignment_that_may_be_is_better(problem: Problem) -> None:
    scores = DenseScores(problem.scores, problem.forbidden)
    asked: Asked = {
        "capacity": problem.capacity,
        "floor": problem.floor,
        "pinned": problem.pinned,
        "incumbent": problem.incumbent,
        "stickiness": problem.stickiness,
        "cover": problem.cover,
    }
    ids = {"researcher_ids": problem.researcher_ids, "mentor_ids": problem.mentor_ids}
    solution = solve_large(LargeProblem(scores, **asked, **ids))
    assert merit(problem, chosen(problem, solution)) == best(problem)
    assert solution.gap == 0
    verdict = verify_large(LargeProblem(scores, **asked), solution)
    assert verdict, verdict.sentence


@given(seed=SEED)
@settings(max_examples=150, deadline=None)
def test_every_condition_is_kept_as_the_dense_solver_keeps_it(seed: int) -> None:
    scores, forbidden, asked = pool(seed)
    given = DenseScores(scores, forbidden)
    problem = Problem(scores, forbidden=forbidden, **asked)
    dense = solve(problem)
    asked["stickiness"] = problem.stickiness  # which lowers what outweighs everything
    large = solve_large(LargeProblem(given, **asked))
    assert large.total == pytest.approx(dense.total, abs=1e-8)
    assert (large.gap, large.bound) == (0, large.total)
    verdict = verify_large(LargeProblem(given, **asked), large)
    assert verdict, verdict.sentence
    if asked["cover"]:
        assert len(large.pairs) == len(dense.pairs)
    if asked["incumbent"] is not None:
        assert kept(large, asked) == kept(dense, asked)


def test_pins_whose_scores_cancel_out_are_proved() -> None:
    scores = DenseScores(np.array([[0.8, 0.8], [0.5, -0.3], [-0.5, 0.0]]))
    pins = [(0, 0), (1, 1), (2, 0)]
    solution = solve_large(LargeProblem(scores, np.array([4, 4]), pinned=pins))
    verdict = verify_large(LargeProblem(scores, np.array([4, 4]), pinned=pins), solution)
    assert verdict, verdict.sentence


@given(seed=SEED)
@settings(max_examples=40, deadline=None)
def test_conditions_are_about_people_and_not_about_their_kinds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    few, _, _ = pool(seed)
    kind, other = rng.integers(0, few.shape[0], 50), rng.integers(0, few.shape[1], 20)
    asked: Asked = {
        "capacity": rng.integers(0, 4, 20),
        "pinned": [(3, 5)],
        "incumbent": rng.integers(-1, 20, 50),
        "stickiness": float(rng.choice([0.0, 0.2])),
        "cover": bool(rng.integers(2)),
    }
    asked["capacity"][5] += 1
    kinds = {"researcher_kind": kind, "mentor_kind": other}
    problem = Problem(few[np.ix_(kind, other)], **asked)
    dense = solve(problem)
    asked["stickiness"] = problem.stickiness
    large = solve_large(LargeProblem(DenseScores(few), **asked, **kinds))
    assert large.total == pytest.approx(dense.total, abs=1e-8)
    assert (large.gap, large.mentor_of[3], kept(large, asked)) == (0, 5, kept(dense, asked))
    verdict = verify_large(LargeProblem(DenseScores(few), **asked, **kinds), large)
    assert verdict, verdict.sentence


def test_the_order_of_people_moves_the_answer_with_them_whatever_is_asked() -> None:
    rng = np.random.default_rng(2)
    scores, capacity = rng.integers(0, 9, (70, 20)) / 8, rng.integers(0, 6, 20)
    incumbent, capacity[4] = rng.integers(-1, 20, 70), 3
    researchers, mentors = [f"r{i}" for i in range(70)], [f"m{j}" for j in range(20)]
    rest = {"cover": True, "stickiness": 0.25}
    told = solve_large(
        LargeProblem(
            DenseScores(scores),
            capacity,
            incumbent=incumbent,
            pinned=[(9, 4)],
            researcher_ids=researchers,
            mentor_ids=mentors,
            **rest,
        )
    )
    rows, columns = rng.permutation(70), rng.permutation(20)
    place = np.append(np.argsort(columns), -1)
    moved = solve_large(
        LargeProblem(
            DenseScores(scores[np.ix_(rows, columns)]),
            capacity[columns],
            incumbent=place[incumbent[rows]],
            pinned=[(int(np.argsort(rows)[9]), int(place[4]))],
            researcher_ids=[researchers[i] for i in rows],
            mentor_ids=[mentors[j] for j in columns],
            **rest,
        )
    )
    assert np.array_equal(np.append(columns, -1)[moved.mentor_of], told.mentor_of[rows])


@given(seed=SEED)
@settings(max_examples=20, deadline=None)
def test_a_stop_says_so_with_its_true_gap_whatever_is_asked(seed: int) -> None:
    scores, forbidden, asked = pool(seed, most=120)
    given = DenseScores(scores, forbidden)
    early = solve_large(LargeProblem(given, **asked), out_of_time=lambda: True)
    best = solve_large(LargeProblem(given, **asked))
    if not asked["cover"]:
        assert early.total - 1e-9 <= best.total <= early.bound + 1e-9
    assert early.gap == pytest.approx(early.bound - early.total, abs=1e-9)
    verdict = verify_large(LargeProblem(given, **asked), early)
    assert verdict.sound, verdict.sentence
    assert bool(verdict) is (early.gap == 0)


@pytest.mark.parametrize(
    ("asked", "place", "says"),
    [
        ({"capacity": [1, -1]}, ("capacity", (1,)), r"capacity\[1\]"),
        ({"capacity": [1]}, ("capacity", ()), "shape"),
        ({"pinned": [(0, 0), (1, 0)]}, ("pinned", (1,)), "only 1 place"),
        ({"pinned": [(0, 0), (0, 1)]}, ("pinned", (1,)), "may have only 1 mentor"),
        ({"pinned": [(0, 2)]}, ("pinned", (0,)), "3 researchers and 2 mentors"),
        ({"pinned": [(1, 1)]}, ("pinned", (0,)), "forbidden"),
        ({"incumbent": [0, 2, -1]}, ("incumbent", (1,)), r"incumbent\[1\] is 2"),
        ({"incumbent": [0, 1]}, ("incumbent", ()), "shape"),
        ({"incumbent": [0, 0, 0], "stickiness": 1e9}, ("stickiness", ()), "at most"),
        ({"stickiness": -1.0}, ("stickiness", ()), "0 or more"),
        ({"floor": np.nan}, ("floor", ()), "finite"),
        ({"researcher_ids": ["a", "a", "b"]}, ("researcher_ids", (1,)), "distinct"),
        ({"mentor_ids": ["a"]}, ("mentor_ids", ()), "entries"),
        ({"researcher_kind": [0, 1, 3]}, ("researcher_kind", (2,)), "from 0 to 2"),
    ],
)
def test_wrong_input_is_refused_with_its_place(
    asked: Asked, place: tuple[str, tuple[int, ...]], says: str
) -> None:
    forbidden = np.zeros((3, 2), dtype=np.bool_)
    forbidden[1, 1] = True
    given = {"capacity": [1, 1]} | asked
    with pytest.raises(BadProblem, match=says) as refused:
        solve_large(LargeProblem(DenseScores(np.ones((3, 2)), forbidden), **given))
    assert (refused.value.field, refused.value.index) == place


@pytest.mark.parametrize("staying", [440, 460, 480, 860, 900])
def test_the_flow_solver_takes_the_numbers_that_incumbents_are_counted_in(staying: int) -> None:
    """Around 460 the grains of those who stay only just fit."""
    rng = np.random.default_rng(0)
    m = staying // 3
    scores, incumbent = DenseScores(rng.random((staying, m))), rng.integers(0, m, staying)
    assert solve_large(LargeProblem(scores, np.full(m, 3), incumbent=incumbent)).gap == 0


def test_a_pin_that_is_not_kept_is_found_out() -> None:
    scores = DenseScores(np.random.default_rng(0).random((9, 4)))
    solution = solve_large(LargeProblem(scores, np.full(4, 3)))
    other = (int(solution.mentor_of[2]) + 1) % 4
    assert (
        "pinned"
        in verify_large(LargeProblem(scores, np.full(4, 3), pinned=[(2, other)]), solution).sentence
    )


def test_an_answer_that_places_fewer_than_it_could_is_found_out() -> None:
    scores = DenseScores(
        np.array([[5.0, -9.0], [1.0, 0.0]]), np.array([[False, False], [False, True]])
    )
    places = np.ones(2, dtype=np.int64)
    highest = solve_large(LargeProblem(scores, places))
    assert highest.total == 5
    assert "outweigh" in verify_large(LargeProblem(scores, places, cover=True), highest).sentence
    covering = solve_large(LargeProblem(scores, places, cover=True))
    assert (len(covering.pairs), covering.total) == (2, -8)
    assert verify_large(LargeProblem(scores, places, cover=True), covering)


def test_cover_is_kept_where_not_everybody_can_be_placed() -> None:
    scores = np.array([[5.0, -9.0, 0.0], [1.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.5, 0.0, 0.0]])
    forbidden = np.array([[False, False, True], *([[False, True, True]] * 3)])
    places = np.ones(3, dtype=np.int64)
    solution = solve_large(LargeProblem(DenseScores(scores, forbidden), places, cover=True))
    assert (len(solution.pairs), solution.total) == (2, -5)
    assert verify_large(LargeProblem(DenseScores(scores, forbidden), places, cover=True), solution)
