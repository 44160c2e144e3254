"""Scores of profiles in blocks, against those of all pairs at once."""

from dataclasses import replace

import numpy as np
import pytest

from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores.distinct import distinct_profiles
from cohort.pairing.scores.profiles import BadProfile, MentorProfile, ResearcherProfile
from cohort.pairing.scores.scorer import Scorer
from cohort.pairing.scores.scoring import score
from tests.pure.cast import MINA, OMAR, PRIYA, TREE, WEEK, in_blocks, on

DAYS = ("monday", "wednesday", "sunday")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
SKILLS = ("monitoring", "ci-cd", "serving", "testing", "sql")
ROLES = ("ml-engineer", "research-scientist", "data-engineer", "founder")


def some_of(rng: np.random.Generator, words: tuple[str, ...], most: int) -> list[str]:
    return [str(one) for one in rng.permutation(words)[: rng.integers(0, most + 1)]]


def hours(rng: np.random.Generator) -> list[dict[str, str]]:
    day, start = str(rng.choice(DAYS)), int(rng.integers(0, 20))
    return (
        on(day, f"{start:02}:15", f"{start + rng.integers(1, 5):02}:00")
        if rng.random() < 0.9
        else []
    )


def crowd(n: int, m: int, seed: int) -> tuple[list[ResearcherProfile], list[MentorProfile]]:
    rng = np.random.default_rng(seed)
    domains = tuple(TREE.parents)

    def shared() -> dict[str, object]:
        return {
            "domains": some_of(rng, domains, 3),
            "contexts": some_of(rng, ("health", "energy", "finance"), 2),
            "languages": ["en", *some_of(rng, ("de", "fr"), 1)][rng.integers(0, 2) :],
            "time_zone": str(rng.choice(ZONES)),
            "weekly_hours": [*hours(rng), *hours(rng)],
            "organisations": some_of(rng, ("TU Berlin", " tu  BERLIN", "Northwind"), 1),
        }

    researchers = [
        ResearcherProfile(
            id=f"r{i}",
            stage=str(rng.choice(["phd", "postdoc", ""])),
            role_goals=some_of(rng, ROLES, 4),
            gaps={skill: float(rng.random() + 0.1) for skill in some_of(rng, SKILLS, 4)},
            advisers=["m1@example.org", "Prof. Mentor 2"] if rng.random() < 0.1 else [],
            wishes=some_of(rng, ("m0", "m2", "m5", "gone"), 3),
            talks=dict.fromkeys(some_of(rng, ("m1", "m2", "gone"), 2), 0.5),
            **shared(),
        )
        for i in range(n)
    ]
    mentors = [
        MentorProfile(
            id=f"m{j}",
            name=f"Mentor {j}",
            email=f"m{j}@example.org",
            came_from=str(rng.choice(["phd", "postdoc", ""])),
            roles=some_of(rng, ROLES, 2),
            skills=some_of(rng, SKILLS, 4),
            wishes=some_of(rng, ("r0", "r3"), 2),
            talks=dict.fromkeys(some_of(rng, ("r1", "r3"), 1), 1.0),
            **shared(),
        )
        for j in range(m)
    ]
    return researchers, mentors


RULES = {
    "weights": Weights(),
    "requirements": Requirements(min_shared_hours=0.25),
    "blocks": [("r0", "m0"), ("r1", "gone")],
    "vetoes": [("r2", "m3")],
}


@pytest.mark.parametrize("seed", range(6))
def test_a_block_is_what_scoring_all_pairs_gives(seed: int) -> None:
    researchers, mentors = crowd(40, 25, seed)
    rules = RULES | {"requirements": Requirements(min_shared_hours=[0, 0.25, 0.5][seed % 3])}
    whole = score(researchers, mentors, TREE, WEEK, **rules)
    scores = in_blocks(researchers, mentors, TREE, WEEK, **rules)
    block = scores.block(0, 40)
    assert np.array_equal(np.isneginf(block), whole.forbidden)
    assert whole.forbidden.mean() < 1
    there = ~whole.forbidden
    assert np.array_equal((block / scores.steps)[there], whole.total[there])


@pytest.mark.parametrize("least", [0.0, 0.6, 4.0, 5.0, 5.1, 24.0])
def test_any_number_of_shared_hours_may_be_required(least: float) -> None:
    researchers = [
        replace(MINA, id="whole day", weekly_hours=on("monday", "00:00", "24:00")),
        replace(MINA, id="to the end", weekly_hours=on("sunday", "20:00", "24:00")),
        replace(MINA, id="never", weekly_hours=[]),
    ]
    mentors = [
        replace(PRIYA, id=f"m{k}", weekly_hours=on(day, "00:00", end))
        for k, (day, end) in enumerate(
            [("monday", "00:30"), ("monday", "05:00"), ("monday", "24:00"), ("sunday", "24:00")]
        )
    ]
    rules = {"weights": Weights(), "requirements": Requirements(min_shared_hours=least)}
    whole = score(researchers, mentors, TREE, WEEK, **rules)
    scores = in_blocks(researchers, mentors, TREE, WEEK, **rules)
    told = np.where(whole.forbidden, -np.inf, whole.total)
    assert scores.block(0, 3) / scores.steps == pytest.approx(told, abs=1e-6)


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0)])
def test_nobody_on_a_side_is_a_block_without_pairs(n: int, m: int) -> None:
    scores = in_blocks(*crowd(n, m, 0), TREE, WEEK, **RULES)
    assert scores.shape == scores.block(0, n).shape == (n, m)


def test_a_pair_of_profiles_scores_the_same_in_every_block_and_order() -> None:
    rng = np.random.default_rng(0)
    scores = in_blocks(*crowd(50, 30, 1), TREE, WEEK, **RULES)
    whole = scores.block(0, 50)
    rows, columns = rng.permutation(50), rng.permutation(30)
    moved: Scorer = scores.reordered(rows, columns)
    pieces = np.concatenate([moved.block(a, min(a + 3, 50)) for a in range(0, 50, 3)])
    assert np.array_equal(pieces, whole[np.ix_(rows, columns)])


def test_a_pool_of_alike_people_has_the_total_of_all_of_them() -> None:
    some, offers = crowd(8, 5, 3)
    researchers = [replace(some[i % 8], id=f"x{i}", wishes=[], talks={}) for i in range(60)]
    mentors = [
        replace(offers[j % 5], id=f"y{j}", name=f"M {j}", email="", wishes=[], talks={})
        for j in range(15)
    ]
    researchers[0] = replace(researchers[0], wishes=["y3"])
    rules = RULES | {"vetoes": [("x7", "y1")]}
    capacity = np.arange(15) % 4
    pool = distinct_profiles(researchers, mentors, TREE, WEEK, **rules)
    assert pool.scores.shape == (10, 7)
    kinds = {"researcher_kind": pool.researcher_kind, "mentor_kind": pool.mentor_kind}
    solution = solve_large(LargeProblem(pool.scores, capacity, **kinds))
    whole = score(researchers, mentors, TREE, WEEK, **rules)
    dense = solve(Problem(whole.total, capacity, forbidden=whole.forbidden))
    assert solution.total == pytest.approx(dense.total, abs=1e-6)
    assert solution.gap == 0
    assert verify_large(LargeProblem(pool.scores, capacity, **kinds), solution)


def test_a_mentor_who_advises_somebody_is_like_nobody_else() -> None:
    twin = replace(PRIYA, id="twin", name="Tove Lind", email="")
    pool = distinct_profiles(
        [MINA], [PRIYA, replace(PRIYA, id="p2", name="P"), twin, OMAR], TREE, WEEK, **RULES
    )
    assert pool.mentor_kind.tolist() == [0, 0, 1, 2]
    assert np.isneginf(pool.scores.block(0, 1)[0, 1])


def test_a_gap_without_weight_is_refused() -> None:
    with pytest.raises(BadProfile, match="sql"):
        in_blocks([replace(MINA, gaps={"sql": 0.0})], [PRIYA], TREE, WEEK, **RULES)
