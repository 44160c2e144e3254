"""The optimum of large pools against the dense solver, and the proof against forgeries."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from cohort import assignment
from cohort.assignment.large import proof
from cohort.assignment.large.blocks import DenseScores, ProductScores
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large
from cohort.assignment.optimum import solve
from cohort.assignment.problem import BadProblem, Problem
from cohort.assignment.solution import Solution

Scores = NDArray[np.float64]
KINDS = ("uniform", "factored", "tied", "all equal", "below zero")


def scores_of(kind: str, n: int, m: int, rng: np.random.Generator) -> Scores:
    if kind == "uniform":
        return rng.random((n, m))
    if kind == "all equal":
        return np.full((n, m), 0.5)
    if kind == "below zero":
        return rng.integers(-20, 5, (n, m)) / 10
    factored = np.clip(rng.random((n, 8)) @ rng.gamma(0.5, 1.0, (8, m)) / 16, 0, 1)
    return np.round(factored * 20) / 20 if kind == "tied" else factored


class Coarse:
    """Scores that are whole numbers, in float32, a block at a time."""

    steps = 1.0

    def __init__(self, units: NDArray[np.float32]) -> None:
        self.units = units

    @property
    def shape(self) -> tuple[int, int]:
        return self.units.shape[0], self.units.shape[1]

    def block(self, start: int, stop: int) -> NDArray[np.float32]:
        return self.units[start:stop].copy()

    def reordered(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> "Coarse":
        return Coarse(self.units[np.ix_(rows, columns)])


def dense_total(scores: Scores, capacity: NDArray[np.int64], **conditions: object) -> float:
    return solve(Problem(scores, capacity, **conditions)).total  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_the_total_is_that_of_the_dense_solver(kind: str) -> None:
    for seed in range(25):
        rng = np.random.default_rng(seed)
        n, m = int(rng.integers(1, 60)), int(rng.integers(1, 25))
        capacity = rng.integers(0, rng.choice([2, 4, 9]), m)
        forbidden = rng.random((n, m)) < rng.choice([0.0, 0.3, 0.95])
        floor = [None, 0.2, 0.5][seed % 3]
        scores = scores_of(kind, n, m, rng)
        given = DenseScores(scores, forbidden)
        solution = solve_large(LargeProblem(given, capacity, floor=floor))
        expected = dense_total(scores, capacity, floor=floor, forbidden=forbidden)
        assert solution.total == pytest.approx(expected, abs=1e-8)
        assert (solution.gap, solution.bound) == (0, solution.total)
        verdict = verify_large(LargeProblem(given, capacity, floor=floor), solution)
        assert verdict, verdict.sentence


@pytest.mark.parametrize("kind", KINDS)
def test_three_hundred_people_get_what_the_dense_solver_gives(kind: str) -> None:
    rng = np.random.default_rng(7)
    for capacity in (np.full(100, 3), rng.integers(0, 4, 100), rng.integers(0, 30, 100)):
        scores = scores_of(kind, 300, 100, rng)
        solution = solve_large(LargeProblem(DenseScores(scores), capacity))
        assert solution.total == pytest.approx(dense_total(scores, capacity), abs=1e-8)
        assert solution.gap == 0


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_nobody_and_hardly_anybody_are_matched_too(n: int, m: int) -> None:
    solution = solve_large(LargeProblem(DenseScores(np.ones((n, m))), np.ones(m, dtype=np.int64)))
    assert len(solution.pairs) == solution.total == solution.bound == min(n, m, 1)


def test_a_pair_scores_the_same_in_every_block_and_order() -> None:
    rng = np.random.default_rng(3)
    scores = ProductScores(rng.random((97, 13)), rng.random((61, 13)))
    whole = scores.block(0, 97)
    rows, columns = rng.permutation(97), rng.permutation(61)
    moved = scores.reordered(rows, columns)
    pieces = np.concatenate([moved.block(a, min(a + 7, 97)) for a in range(0, 97, 7)])
    assert np.array_equal(pieces, whole[np.ix_(rows, columns)])
    assert np.array_equal(whole, np.rint(whole))


def test_the_same_input_gives_the_same_bytes() -> None:
    scores = DenseScores(scores_of("tied", 80, 30, np.random.default_rng(1)))
    once, again = (solve_large(LargeProblem(scores, np.full(30, 2))) for _ in range(2))
    assert once.mentor_of.tobytes() == again.mentor_of.tobytes()
    assert once.prices.v.tobytes() == again.prices.v.tobytes()


def test_the_order_of_people_moves_the_answer_with_them() -> None:
    rng = np.random.default_rng(2)
    scores, capacity = scores_of("tied", 70, 20, rng), rng.integers(0, 6, 20)
    researchers, mentors = [f"r{i}" for i in range(70)], [f"m{j}" for j in range(20)]
    told = solve_large(
        LargeProblem(DenseScores(scores), capacity, researcher_ids=researchers, mentor_ids=mentors)
    )
    rows, columns = rng.permutation(70), rng.permutation(20)
    moved = solve_large(
        LargeProblem(
            DenseScores(scores[np.ix_(rows, columns)]),
            capacity[columns],
            researcher_ids=[researchers[i] for i in rows],
            mentor_ids=[mentors[j] for j in columns],
        )
    )
    pairs = {(researchers[i], mentors[j]) for i, j in told.pairs}
    assert {(researchers[rows[i]], mentors[columns[j]]) for i, j in moved.pairs} == pairs


def test_alike_people_are_solved_as_one_and_told_apart() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        few = scores_of("tied", 9, 6, rng)
        kind, other = rng.integers(0, 9, 90), rng.integers(0, 6, 40)
        capacity = rng.integers(0, 4, 40)
        solution = solve_large(
            LargeProblem(DenseScores(few), capacity, researcher_kind=kind, mentor_kind=other)
        )
        expected = dense_total(few[np.ix_(kind, other)], capacity)
        assert solution.total == pytest.approx(expected, abs=1e-8)
        assert solution.gap == 0
        assert verify_large(
            LargeProblem(DenseScores(few), capacity, researcher_kind=kind, mentor_kind=other),
            solution,
        )


def test_a_solution_that_is_stopped_early_says_so_with_its_true_gap() -> None:
    rng = np.random.default_rng(0)
    scores, capacity = DenseScores(scores_of("factored", 400, 130, rng)), np.full(130, 3)
    early = solve_large(LargeProblem(scores, capacity), out_of_time=lambda: True)
    assert early.stopped
    assert early.gap > 0
    assert early.total < solve_large(LargeProblem(scores, capacity)).total < early.bound
    verdict = verify_large(LargeProblem(scores, capacity), early)
    assert verdict.sound
    assert not verdict
    assert not verify_large(
        LargeProblem(scores, capacity), replace(early, bound=early.total, gap=0.0)
    ).sound


def test_progress_is_told_stage_by_stage() -> None:
    told: list[tuple[str, float, float]] = []
    scores = DenseScores(scores_of("uniform", 50, 20, np.random.default_rng(0)))
    solve_large(LargeProblem(scores, np.full(20, 3)), progress=lambda *step: told.append(step))
    assert {stage for stage, _, _ in told} == {"prices", "pairs", "assignment"}
    assert all(0 <= fraction <= 1 and 0 <= gap <= 1 for _, fraction, gap in told)
    assert told[-1] == ("pairs", 1.0, 0.0)


def test_checking_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "PAIRS_AT_ONCE", 200)
    scores = DenseScores(scores_of("uniform", 45, 20, np.random.default_rng(0)))
    solution, told = solve_large(LargeProblem(scores, np.full(20, 3))), list[float]()
    assert verify_large(LargeProblem(scores, np.full(20, 3)), solution, progress=told.append)
    assert told == pytest.approx([10 / 45, 20 / 45, 30 / 45, 40 / 45, 1.0])


def forged(solution: Solution, what: str) -> Solution:
    if what == "total":
        return replace(solution, total=solution.total + 1, bound=solution.bound + 1)
    if what == "prices":
        return replace(solution, prices=solution.prices._replace(v=solution.prices.v + 1))
    if what == "gap":
        return replace(solution, gap=1.0)
    crowd = np.zeros_like(solution.mentor_of)
    pairs = np.column_stack([np.arange(len(crowd)), crowd])
    return replace(solution, mentor_of=crowd, pairs=pairs)


@pytest.mark.parametrize("what", ["total", "prices", "gap", "mentors"])
def test_a_forged_solution_is_found_out(what: str) -> None:
    scores = DenseScores(scores_of("uniform", 30, 10, np.random.default_rng(0)))
    solution = solve_large(LargeProblem(scores, np.full(10, 2)))
    assert verify_large(LargeProblem(scores, np.full(10, 2)), solution)
    assert not verify_large(LargeProblem(scores, np.full(10, 2)), forged(solution, what))


def test_wrong_input_is_refused() -> None:
    scores = DenseScores(np.ones((3, 2)))
    with pytest.raises(BadProblem, match=r"capacity\[1\]"):
        solve_large(LargeProblem(scores, np.array([1, -1])))
    with pytest.raises(BadProblem, match="distinct"):
        solve_large(LargeProblem(scores, np.array([1, 1]), researcher_ids=["a", "a", "b"]))
    with pytest.raises(BadProblem, match="kind"):
        solve_large(LargeProblem(scores, np.array([1, 1]), researcher_kind=np.array([0, 3])))


def test_one_door_takes_a_matrix_or_blocks_of_scores() -> None:
    rng = np.random.default_rng(4)
    scores, capacity = scores_of("tied", 60, 20, rng), rng.integers(0, 5, 20)
    problems = Problem(scores, capacity), LargeProblem(DenseScores(scores), capacity)
    answers = [assignment.solve(one) for one in problems]
    assert answers[0].total == pytest.approx(answers[1].total, abs=1e-9)
    assert all(
        assignment.verify(one, answer) for one, answer in zip(problems, answers, strict=True)
    )


@pytest.mark.parametrize("steps", [1, 7, 20, 100])
def test_scores_in_few_steps_are_proved_in_few_rounds(steps: int) -> None:
    rng = np.random.default_rng(steps)
    fine = rng.random((900, 8)) @ rng.gamma(0.5, 1.0, (8, 300))
    coarse = Coarse(np.rint(fine / fine.max() * steps).astype(np.float32))
    for places in (2, 3, 4):
        problem = LargeProblem(coarse, np.full(300, places))
        solution = solve_large(problem)
        expected = dense_total(coarse.units.astype(np.float64), problem.capacity)
        assert (solution.gap, solution.total) == (0, expected)
        assert solution.rounds <= 20
        verdict = verify_large(problem, solution)
        assert verdict, verdict.sentence
