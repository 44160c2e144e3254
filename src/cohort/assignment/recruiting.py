"""Which new mentor would help most: bounded by the prices, then verified by solving again."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from cohort.assignment.counterfactual import NotTheBest
from cohort.assignment.optimum import solve
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import BadShape, Bools, Floats, Ints, Problem
from cohort.assignment.solution import Solution
from cohort.pairing.scores.profiles import ResearcherProfile

SKILLS = 5
Profile = TypeVar("Profile")


class Column(NamedTuple):
    """How a new mentor would fit everybody: score float[n], and forbidden bool[n]."""

    score: Floats
    forbidden: Bools


class Wanted(NamedTuple):
    """A mentor to look for, in three words of the platform: slugs."""

    domain: str
    role: str
    skills: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Advice(Generic[Profile]):
    """What one new mentor would add, from solving again with the mentor among the others.

    gain    of the total, in the units of the scores; with `cover`, beside `placed`.
    placed  researchers more with a mentor.
    takes   int[k]: the researchers who would go to the new mentor.
    newly   int[k]: those who have no mentor now and would have one, new or not.
    """

    profile: Profile
    gain: float
    placed: int
    takes: Ints
    newly: Ints


def recruits(
    problem: Problem,
    solution: Solution,
    profiles: Iterable[Profile],
    column_of: Callable[[Profile], Column],
    *,
    places: int = 1,
    most: int = 5,
    out_of_time: Callable[[], bool] = never,
) -> tuple[Advice[Profile], ...]:
    """The profiles that would add most, the best first, each with its verified gain.

    The prices bound what a profile can add (`most_it_could_add`). Profiles are solved in the
    order of that bound, until no bound is above the `most` best gains. Profiles that add nothing
    are left out. Raises NotTheBest when the solution is not proved the best by total, and
    BadShape for a column that is not as long as the problem.
    """
    if problem.objective != "total" or solution.gap > 0:
        raise NotTheBest("Recruiting needs a solution by total that is proved the best.")
    if most < 1:
        return ()
    columns = [(one, _whole(column_of(one), problem.shape[0], one)) for one in profiles]
    solution = _with_room_for(problem, solution, [column for _, column in columns])
    bounds = [most_it_could_add(problem, solution, column, places) for _, column in columns]
    had, bonus = np.unique(solution.pairs[:, 0]), solution.cover_bonus
    found: list[tuple[float, Advice[Profile]]] = []
    for k in sorted(range(len(columns)), key=lambda k: -bounds[k]):
        worst = found[most - 1][0] if len(found) >= most else 0.0
        if bounds[k] <= worst or out_of_time():
            break
        profile, column = columns[k]
        again = solve(_with(problem, column, places))
        has = np.unique(again.pairs[:, 0])
        more, gain = len(has) - len(had), again.total - solution.total
        takes = again.pairs[again.pairs[:, 1] == problem.shape[1], 0]
        advice = Advice(profile, gain, more, takes, np.setdiff1d(has, had))
        found.append((gain + bonus * more, advice))
        found.sort(key=lambda one: -one[0])
    return tuple(advice for value, advice in found[:most] if value > 0)


def _whole(column: Column, n: int, profile: object) -> Column:
    score, forbidden = np.asarray(column.score), np.asarray(column.forbidden)
    if (score.shape, forbidden.shape) != ((n,), (n,)):
        raise BadShape(
            f"The column of {profile!r} has shapes {score.shape} and {forbidden.shape}; "
            f"both must be ({n},).",
            "column",
        )
    return Column(score, forbidden)


def wanted(
    researchers: Sequence[ResearcherProfile], lacking: Sequence[float]
) -> tuple[Wanted, ...]:
    """Profiles worth looking at: each pair of a domain and a first role goal that occurs.

    `lacking` float[n] >= 0 says how much each researcher misses (such as 1 for those without a
    mentor); with it the open skills are weighed of all in the domain and of all with the role
    among their goals (twice of those who are both), of which each profile has the five greatest.
    """
    in_domain, with_goal = (defaultdict[str, Counter[str]](Counter) for _ in range(2))
    for one, weight in zip(researchers, lacking, strict=True):
        need = {skill: gap * (0.1 + weight) for skill, gap in one.gaps.items()}
        for groups, names in ((in_domain, one.domains), (with_goal, one.role_goals)):
            for name in set(names):
                groups[name].update(need)
    pairs = sorted({(d, r.role_goals[0]) for r in researchers if r.role_goals for d in r.domains})
    return tuple(
        Wanted(domain, role, _greatest(in_domain[domain] + with_goal[role]))
        for domain, role in pairs
    )


def _greatest(need: Counter[str]) -> tuple[str, ...]:
    """The skills needed most; sums that differ in their last bits are equal, in any order."""
    return tuple(sorted(need, key=lambda skill: (-round(need[skill], 9), skill))[:SKILLS])


def most_it_could_add(problem: Problem, solution: Solution, column: Column, places: int) -> float:
    """No mentor with this column adds more, with the cover bonus for everybody placed.

    Nobody goes to a new mentor for more than the score less what she adds already. For one place,
    people who may have one mentor each, no pins and no minimums, this is what the mentor adds.
    """
    has = solution.prices.u if problem.single else 0.0
    gain = column.score + solution.cover_bonus - has
    gain[column.forbidden | (problem.demand == 0)] = 0.0
    gain[column.score < problem.floor] = 0.0
    best = np.sort(gain)[::-1][:places]
    return float(best.clip(min=0.0).sum())


def _with_room_for(problem: Problem, solution: Solution, columns: list[Column]) -> Solution:
    """The solution with a cover bonus that outweighs the columns' scores too."""
    largest = max((float(np.abs(one.score).max(initial=0.0)) for one in columns), default=0.0)
    if not problem.cover or largest <= np.abs(problem.scores).max(initial=0.0):
        return solution
    n = problem.shape[0]
    nobody = Column(np.full(n, largest), np.ones(n, dtype=np.bool_))
    return solve(_with(problem, nobody, 0))


def _with(problem: Problem, column: Column, places: int) -> Problem:
    ids = problem.mentor_ids
    new = next(name for k in range(len(ids) + 1) if (name := f"new {k}") not in ids)
    return replace(
        problem,
        scores=np.column_stack([problem.scores, column.score]),
        capacity=np.append(problem.capacity, places),
        min_load=np.append(problem.min_load, 0),
        forbidden=np.column_stack([problem.forbidden, column.forbidden]),
        mentor_ids=(*ids, new),
    )
