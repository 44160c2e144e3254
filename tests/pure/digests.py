"""SHA-256 of all that the matching answers to a few questions; run as a module, it prints them.

Problems and profiles are drawn by arithmetic and by `random.random`, which are the same on every
version of Python and NumPy.
"""

import hashlib
import json
from datetime import date
from random import Random

import numpy as np
from numpy.typing import NDArray

from cohort.assignment.canonical import canonical, lots
from cohort.assignment.counterfactual import counterfactuals, robustness
from cohort.assignment.large.blocks import DenseScores, ProductScores
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.solver import solve_large
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Solution
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.scoring import score
from cohort.pairing.scores.taxonomy import Taxonomy
from tests.pure.cast import in_blocks

WEEK = date(2024, 3, 25)
"""Europe changes its clocks in it; no later law can change that."""
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
DAYS = ("monday", "wednesday", "saturday", "sunday")
TREE = Taxonomy({f"d{k}": None if k < 3 else f"d{k // 3}" for k in range(40)})


def spread(n: int, m: int, levels: int) -> NDArray[np.float64]:
    """Scores from 0 to 1 at so many levels, in no order that one could see."""
    i, j = np.arange(n, dtype=np.int64)[:, None], np.arange(m, dtype=np.int64)
    mixed = (i * 7919 + j * 104729 + i * j * 31 + (i * i + j * j) * 17) % 100_003
    return (mixed % levels) / (levels - 1)


def small(**conditions: object) -> Problem:
    n, m = 90, 30
    return Problem(
        spread(n, m, 11),
        np.arange(m) % 5,
        forbidden=spread(n, m, 7) == 0,
        incumbent=np.arange(n) % (m + 1) - 1,
        researcher_ids=[f"r{k}" for k in range(n)],
        mentor_ids=[f"m{k}" for k in range(m)],
        **conditions,  # type: ignore[arg-type]
    )


def crowd(n: int, m: int) -> tuple[list[ResearcherProfile], list[MentorProfile]]:
    draw = Random(5).random

    def some(words: list[str], part: float) -> list[str]:
        return [word for word in words if draw() < part]

    def everybody(letter: str, k: int) -> dict[str, object]:
        start = int(draw() * 20)
        return {
            "id": f"{letter}{k}",
            "domains": some(sorted(TREE.parents), 0.08),
            "contexts": some(["health", "energy", "finance"], 0.4),
            "languages": some(["en", "de", "fr"], 0.7),
            "time_zone": ZONES[int(draw() * len(ZONES))],
            "weekly_hours": [
                {"day": day, "start": f"{start:02}:15", "end": f"{start + 3:02}:00"}
                for day in some(list(DAYS), 0.6)
            ],
            "wishes": some(["m1", "r1", "m2", "r2"], 0.2),
        }

    skills = [f"s{k}" for k in range(60)]
    roles = ["engineer", "scientist", "founder"]
    researchers = [
        ResearcherProfile(
            **everybody("r", k),  # type: ignore[arg-type]
            stage=("phd", "postdoc", "")[int(draw() * 3)],
            role_goals=some(roles, 0.5),
            gaps={skill: draw() + 0.1 for skill in some(skills, 0.4)},
        )
        for k in range(n)
    ]
    mentors = [
        MentorProfile(
            **everybody("m", k),  # type: ignore[arg-type]
            name=f"M {k}",
            came_from=("phd", "postdoc", "")[int(draw() * 3)],
            roles=some(roles, 0.5),
            skills=some(skills, 0.3),
        )
        for k in range(m)
    ]
    return researchers, mentors


def of_solution(problem: Problem) -> list[object]:
    """The answer, and its proof in whole steps, so that no last bit of a float counts.

    Of fairness only the levels: other prices may prove the same, and which are found depends on
    the way that the search goes.
    """
    found: Solution = solve(problem)
    steps = canonical(problem).steps
    figures = [found.total, found.bound, found.gap, found.cover_bonus]
    answer = [found.pairs, found.mentor_of, [round(one * steps) for one in figures]]
    if problem.objective == "fair":
        return [*answer, [(one.kind, one.score, one.count) for one in found.levels]]
    return [*answer, *(np.rint(side * steps).astype(np.int64) for side in found.prices)]


def of_counterfactuals(problem: Problem) -> list[object]:
    found, steps = counterfactuals(problem, solve(problem)), canonical(problem).steps
    kept = robustness(problem, solve(problem))
    losses = [found.regret, found.mentor_price, kept.loss]
    whole = [np.where(np.isfinite(one), np.rint(one * steps), -1.0) for one in losses]
    return [*whole, found.fewer_placed, found.more_placed, kept.fewer_placed]


def of_large(solution: Solution) -> list[object]:
    return [solution.pairs, solution.mentor_of, *solution.prices, solution.rounds]


def portable() -> dict[str, object]:
    """What is the same on every Python, NumPy, SciPy and processor."""
    total, cover = small(), small(cover=True, stickiness=0.25, demand=np.arange(90) % 3)
    pinned = small(pinned=[(0, 1), (5, 7)], min_load=np.minimum(np.arange(30) % 5, 1))
    rules = {"weights": Weights(), "requirements": Requirements(min_shared_hours=0.5)}
    researchers, mentors = crowd(120, 50)
    scored = score(researchers, mentors, TREE, WEEK, **rules)  # type: ignore[arg-type]
    blocks = in_blocks(researchers, mentors, TREE, WEEK, **rules)  # type: ignore[arg-type]
    large = solve_large(LargeProblem(DenseScores(spread(400, 130, 1009)), np.full(130, 3)))
    return {
        "canonical": [canonical(total).units, canonical(cover).units, canonical(cover).bonus],
        "lots": lots(
            total.researcher_ids,
            total.mentor_ids,
            *(places.ravel() for places in np.indices(total.shape)),
        ).reshape(total.shape),
        "total": of_solution(total),
        "cover": of_solution(cover),
        "pinned": of_solution(pinned),
        "fair": of_solution(small(objective="fair")),
        "many": of_solution(Problem(spread(500, 250, 21), np.full(250, 2))),
        "regrets": of_counterfactuals(total),
        "regrets with cover": of_counterfactuals(cover),
        "scores": [
            scored.total,
            scored.forbidden,
            scored.details(np.indices((50, 50)).reshape(2, -1).T).hours,
            *scored.factors.values(),
        ],
        "scores in blocks": blocks.block(0, 120),
        "large": [round(figure * 1e12) for figure in (large.total, large.bound, large.gap)],
    }


def of_this_machine() -> dict[str, object]:
    """Which of equal optima the large solver finds: its first guess takes exp of float32, whose
    last bit is the processor's."""
    left, right = spread(1500, 8, 97), spread(500, 8, 89)
    return {
        "large tied": of_large(
            solve_large(LargeProblem(DenseScores(spread(600, 200, 6)), np.full(200, 3)))
        ),
        "large": of_large(solve_large(LargeProblem(ProductScores(left, right), np.full(500, 3)))),
    }


def digest(told: object) -> str:
    """Of whole arrays, with their shapes and kinds, in one order of bytes."""
    seen = hashlib.sha256()
    for part in told if isinstance(told, list | tuple) else [told]:
        if isinstance(part, list | tuple):
            seen.update(digest(part).encode())
        elif isinstance(part, np.ndarray):
            seen.update(f"{part.shape}{part.dtype.kind}".encode())
            seen.update(part.astype(part.dtype.newbyteorder("<")).tobytes())
        else:
            seen.update(repr(part).encode())
    return seen.hexdigest()


if __name__ == "__main__":
    answers = {
        "portable": {name: digest(told) for name, told in portable().items()},
        "of this machine": {name: digest(told) for name, told in of_this_machine().items()},
    }
    print(json.dumps(answers, indent=1))  # noqa: T201
