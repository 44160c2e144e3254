"""`cohort match --scores`: a matrix instead of spreadsheets."""

from typing import Any

import numpy as np
import pytest

from cohort.assignment.optimum import Problem, solve
from tests.cli.conftest import Desk


def test_a_matrix_is_paired_as_the_solver_pairs_it(desk: Desk) -> None:
    scores = np.random.default_rng(5).normal(size=(40, 12))
    capacity = np.full(12, 3)
    np.save(desk.folder / "S.npy", scores)
    np.save(desk.folder / "C.npy", capacity)
    ran = desk.match("--scores", "S.npy", "--capacity", "C.npy", "--floor", "0.1")

    solution = solve(Problem(scores=scores, capacity=capacity, floor=0.1))
    found = [(int(p["researcher"]), int(p["mentor"]), float(p["score"])) for p in desk.pairs()]
    assert found == [(i, j, scores[i, j]) for i, j in solution.pairs.tolist()]
    assert f"total {solution.total:.12g}, bound {solution.bound:.12g}, gap 0" in ran.err


def test_a_matrix_too_large_to_hold_gets_the_same_total(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = np.random.default_rng(6).random((90, 30)).astype(np.float32)
    np.save(desk.folder / "S.npy", scores)
    np.save(desk.folder / "C.npy", np.full(30, 2))
    arguments = ("--scores", "S.npy", "--capacity", "C.npy", "--floor", "0.2")
    held = desk.match(*arguments).err.partition(", bound")[0]
    monkeypatch.setattr("cohort.offline.from_scores.MOST_DENSE", 0)
    stored = desk.match(*arguments)

    assert stored.err.startswith(held[:-2])
    assert "gap 0" in stored.err
    total = sum(float(pair["score"]) for pair in desk.pairs())
    assert total == pytest.approx(float(held.rpartition(" ")[2]))
    scores[7, 3] = np.inf
    np.save(desk.folder / "S.npy", scores)
    assert "S.npy: scores[7, 3] is inf" in desk.match(*arguments).err


@pytest.mark.parametrize(
    ("scores", "capacity", "said"),
    [
        (np.zeros((2, 3)), np.ones(2), "S.npy has 3 columns"),
        (np.zeros(3), np.ones(3), "S.npy has 1 dimension(s)"),
        (np.zeros((2, 2)), np.array([1, -1]), "C.npy: capacity[1] is -1"),
        (np.zeros((2, 2)), np.array([1, 0.5]), "C.npy: capacity[1] is 0.5"),
        (np.array([[0.0, np.nan]]), np.ones(2), "S.npy: scores[0, 1] is nan"),
        (np.array([["a", "b"]]), np.ones(2), "it must hold real numbers"),
        (np.zeros((2, 2), dtype=complex), np.ones(2), "it must hold real numbers"),
        (np.array([[None, 1]], dtype=object), np.ones(2), "S.npy is not an array"),
    ],
)
def test_a_matrix_that_is_none_is_refused(
    desk: Desk, scores: np.ndarray[Any, Any], capacity: np.ndarray[Any, Any], said: str
) -> None:
    np.save(desk.folder / "S.npy", scores)
    np.save(desk.folder / "C.npy", capacity)
    ran = desk.match("--scores", "S.npy", "--capacity", "C.npy")
    assert (ran.status, desk.files) == (2, {"S.npy", "C.npy"})
    assert said in ran.err, ran.err


@pytest.mark.parametrize("shape", ["(2, 2", "(-2, 2)", "(9" + 30 * "9" + ", 2)", "(2000, 2000)"])
def test_a_matrix_whose_heading_is_damaged_is_refused(desk: Desk, shape: str) -> None:
    np.save(desk.folder / "C.npy", np.ones(2))
    np.save(desk.folder / "S.npy", np.zeros((2, 2)))
    whole = (desk.folder / "S.npy").read_bytes()
    kept = whole.replace(b"(2, 2), }".ljust(40), f"{shape}, }}".encode().ljust(40))
    assert len(kept) == len(whole)
    desk.put("S.npy", kept)
    ran = desk.match("--scores", "S.npy", "--capacity", "C.npy")
    assert (ran.status, "S.npy is not an array that numpy.save wrote" in ran.err) == (2, True)
