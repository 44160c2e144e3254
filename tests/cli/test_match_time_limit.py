"""`cohort match --time-limit`: the best pairs so far, and how far from the best they may be."""

import re

import numpy as np
import pytest

from tests.cli.conftest import EXAMPLES, Desk, Ran

SHEETS = [EXAMPLES / name for name in ("researchers.csv", "mentors.csv")]
NO_TIME = ("--time-limit", "0.000001", "--week", "2026-11-23")


def figures(ran: Ran) -> dict[str, float]:
    said = ran.err.splitlines()[-1].removesuffix(", stopped")
    return {name: float(value) for name, value in re.findall(r"(\w+) ([\d.e-]+)", said)}


def test_two_sheets_are_paired_and_the_last_line_says_stopped(desk: Desk) -> None:
    ran = desk.match(*SHEETS, *NO_TIME)

    assert ran.status == 0
    *_, told, last = ran.err.splitlines()
    assert told.startswith("Time ran out before these pairs were proved the best. At best, the")
    assert last.endswith(", stopped")
    found = figures(ran)
    assert found["total"] == pytest.approx(sum(float(one["score"]) for one in desk.pairs()))
    assert found["gap"] == pytest.approx(found["bound"] - found["total"])
    assert found["gap"] > 0
    best = figures(desk.match(*SHEETS, "--week", "2026-11-23"))
    assert found["total"] <= best["total"] <= found["bound"]


def test_enough_time_changes_nothing(desk: Desk) -> None:
    free = desk.match(*SHEETS, "--week", "2026-11-23", out="FREE.csv")
    timed = desk.match(*SHEETS, "--week", "2026-11-23", "--time-limit", "600")
    assert desk.pairs() == desk.pairs("FREE.csv")
    assert "stopped" not in free.err + timed.err


def test_the_report_claims_nothing_that_was_not_proved(desk: Desk) -> None:
    desk.match(*SHEETS, *NO_TIME, "--report", "r.html")
    said = " ".join((desk.folder / "r.html").read_text().split())
    assert "<strong>Not proved the best.</strong> Time ran out." in said
    assert "At best, the total would be" in said
    assert "only known of pairs that are proved the best; give it more time." in said
    for claim in ("Proved the best.<", "Prices on people", "One more adds", "Firm:", "Other ways"):
        assert claim not in said, claim


def test_fairness_is_not_claimed_when_time_ran_out(desk: Desk) -> None:
    desk.put("fair.toml", 'objective = "fair"\n')
    ran = desk.match(*SHEETS, *NO_TIME, "--rules", "fair.toml", "--report", "r.html")
    assert "Fairer pairs may exist; how much fairer is not known." in ran.err
    said = (desk.folder / "r.html").read_text()
    assert "Not proved the best." in said
    assert "No assignment is fairer" not in said


@pytest.mark.parametrize("held_at_most", [0, 10**6])
def test_a_matrix_is_paired_as_far_as_time_goes(
    desk: Desk, held_at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cohort.offline.from_scores.MOST_DENSE", held_at_most)
    rng = np.random.default_rng(1)
    np.save(desk.folder / "S.npy", rng.random((300, 4)) @ rng.random((4, 100)))
    np.save(desk.folder / "C.npy", np.full(100, 3))
    ran = desk.match("--scores", "S.npy", "--capacity", "C.npy", "--time-limit", "0.000001")

    assert ran.status == 0
    assert "Time ran out before these pairs were proved the best. At best, the" in ran.err
    assert ran.err.endswith(", stopped\n")
    found = figures(ran)
    assert len(desk.pairs()) == 300
    assert found["gap"] == pytest.approx(found["bound"] - found["total"])


@pytest.mark.parametrize("wrong", ["0", "-1", "soon", "nan"])
def test_a_limit_that_is_none_is_refused(desk: Desk, wrong: str) -> None:
    ran = desk.match(*SHEETS, "--time-limit", wrong)
    assert ran.status == 2
    assert "--time-limit" in ran.err
    assert desk.files == set()
