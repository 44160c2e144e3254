"""Head to head with mentor-match: the same people, three partners each, the same scores.

    python benchmarks/bench_mentor_match.py          100 mentees and 100 mentors
    python benchmarks/bench_mentor_match.py --full   500 and 500

Its rules score a pair and rule pairs out; here they are the ones of the service that it was
written for, a civil service's mentoring programme. It then makes three rounds. Each round is one
best assignment of everybody to one partner, by Munkres's algorithm, with 6 points more for who
has nobody yet. So each round is best by itself, and the three together are not.

Ours is one problem: the same scores (without the points for being alone, which are no fit), the
same pairs ruled out, demand 3 and capacity 3. As many mentees as possible must have somebody
(`cover`), and every mentor whom mentor-match gives somebody must here have somebody too
(`min_load`), so that nothing is gained by leaving people out.

Time is the CPU time from a list of people to pairs, on either side with its own scoring. The
scores are checked to be the same number for number.
"""

import argparse
import operator
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import sides

from cohort.assignment.certificate import verify
from cohort.assignment.counterfactual import counterfactuals
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.assignment.solution import Solution

ROUNDS = 3
ALONE = 6
GRADES, OFFICES, PROFESSIONS, INTERESTS = 11, 6, 5, 6


@dataclass(frozen=True, eq=False)
class People:
    """One side, as arrays by person; `interests` is bool[people, INTERESTS]."""

    grade: np.ndarray
    office: np.ndarray
    profession: np.ndarray
    interests: np.ndarray

    def __len__(self) -> int:
        return len(self.grade)


@dataclass(frozen=True)
class Outcome:
    pairs: set[tuple[int, int]]
    seconds: float

    def told(self, scores: np.ndarray) -> str:
        total = sum(int(scores[pair]) for pair in self.pairs)
        mentees, mentors = ({pair[side] for pair in self.pairs} for side in (0, 1))
        return (
            f"{self.seconds:>8.3f} s {len(self.pairs):>6} {total:>7} "
            f"{len(mentees):>8} {len(mentors):>8}"
        )


def made_up(n: int, *, lowest_grade: int, most_interests: int, seed: int) -> People:
    """Mentors stand a grade higher than mentees; some have no interest to match by."""
    rng = np.random.default_rng(seed)
    interests = np.zeros((n, INTERESTS), dtype=bool)
    for row in interests:
        row[rng.choice(INTERESTS, rng.integers(0, most_interests + 1), replace=False)] = True
    return People(
        grade=rng.integers(lowest_grade, lowest_grade + GRADES - 2, n),
        office=rng.integers(0, OFFICES, n),
        profession=rng.integers(0, PROFESSIONS, n),
        interests=interests,
    )


def scored(mentees: People, mentors: People) -> tuple[np.ndarray, np.ndarray]:
    """Its rules on arrays: points and ruled out pairs, each [mentees, mentors]."""
    above = mentors.grade - mentees.grade[:, None]
    points = 12 * (above == 2) + 9 * (above == 1)
    points += 10 * (mentees.profession[:, None] == mentors.profession)
    points += 6 * (mentees.interests @ mentors.interests.T)
    same_office = mentees.office[:, None] == mentors.office
    return points, same_office | (above > 2) | (above <= 0)


def its_people(kind: type, people: People) -> list:
    """The same people as its own objects."""
    made = []
    for k in range(len(people)):
        person = kind(
            email=f"{kind.__name__}{k}",
            grade=people.grade[k],
            organisation=int(people.office[k]),
            profession=int(people.profession[k]),
        )
        person.number = k
        person.interests = set(np.flatnonzero(people.interests[k]).tolist())
        made.append(person)
    return made


def its_rules() -> list:
    from matching.rules import rule  # noqa: PLC0415

    return [
        rule.Disqualify(lambda match: match.mentee.organisation == match.mentor.organisation),
        rule.Disqualify(rule.Grade(2, operator.gt).evaluate),
        rule.Disqualify(rule.Grade(0, operator.le).evaluate),
        rule.Grade(2, operator.eq, {True: 12, False: 0}),
        rule.Grade(1, operator.eq, {True: 9, False: 0}),
        rule.Equivalent("profession", {True: 10, False: 0}),
        rule.Generic(
            {True: 6, False: 0},
            lambda match: bool(match.mentee.interests & match.mentor.interests),
        ),
    ]


def theirs(mentees: People, mentors: People) -> tuple[Outcome, list[list]]:
    """Its pairs, and its own matches before the first round, by mentor and mentee."""
    from matching import process  # noqa: PLC0415
    from matching.mentee import Mentee  # noqa: PLC0415
    from matching.mentor import Mentor  # noqa: PLC0415
    from matching.rules.rule import UnmatchedBonus  # noqa: PLC0415

    asking, offering = its_people(Mentee, mentees), its_people(Mentor, mentors)
    matches = process.generate_match_matrix(offering, asking, its_rules())
    rounds = [[*its_rules(), UnmatchedBonus(ALONE)] for _ in range(ROUNDS)]
    spent, _ = timed(lambda: process.process_data(offering, asking, rounds))
    pairs = {(one.number, mentor.number) for mentor in offering for one in mentor.mentees}
    return Outcome(pairs, spent), matches


def ours(mentees: People, mentors: People, wanted: np.ndarray) -> tuple[Outcome, float]:
    """Our pairs, and the seconds for the proof and every regret on top."""

    def found() -> tuple[Problem, Solution]:
        points, out = scored(mentees, mentors)
        problem = Problem(
            points,
            np.full(len(mentors), ROUNDS),
            demand=np.full(len(mentees), ROUNDS),
            forbidden=out,
            min_load=wanted,
            cover=True,
        )
        return problem, solve(problem)

    spent, (problem, solution) = timed(found)
    more, verdict = timed(lambda: verify(problem, solution))
    if not verdict or solution.gap:
        raise SystemExit(verdict.sentence)
    all_regrets, _ = timed(lambda: counterfactuals(problem, solution))
    pairs = {(int(i), int(j)) for i, j in solution.pairs}
    return Outcome(pairs, spent), more + all_regrets


def timed(act: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    found = act()
    return time.process_time() - start, found


def compare(n: int) -> None:
    mentees = made_up(n, lowest_grade=0, most_interests=1, seed=n)
    mentors = made_up(n, lowest_grade=2, most_interests=2, seed=n + 1)
    points, out = scored(mentees, mentors)
    its, matches = theirs(mentees, mentors)
    for j, row in enumerate(matches):
        for i, match in enumerate(row):
            if match.disallowed != out[i, j] or (not out[i, j] and match.score != points[i, j]):
                raise SystemExit(f"mentee {i} and mentor {j} are scored differently")
    wanted = np.bincount([j for _, j in its.pairs], minlength=n) > 0
    ours(mentees, mentors, wanted)
    our, more = ours(mentees, mentors, wanted)
    print(f"{n} mentees, {n} mentors, {int((~out).sum()):,} possible pairs")
    print(f"{'':<24} {'CPU':>10} {'pairs':>6} {'score':>7} {'mentees':>8} {'mentors':>8}")
    versions = f"mentor-match {version('mentor-match')}, munkres {version('munkres')}"
    print(f"{'mentor-match':<24} {its.told(points)}  ({versions})")
    print(f"{'ours':<24} {our.told(points)}  (proof and all regrets: {more:.3f} s more)")
    print(f"{'ratio':<24} {its.seconds / our.seconds:>9.0f}x")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--full", action="store_true")
    if not next(one for one in sides.SIDES if one.name == "munkres").installed:
        print("mentor-match is not installed (make bench installs it)")
        return
    compare(500 if asked.parse_args().full else 100)


if __name__ == "__main__":
    main()
