"""Single changes that would help where something cannot be met, each with what it leads to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from cohort.assignment.canonical import wanted_pairs
from cohort.assignment.flow import Residual, pairs_in
from cohort.assignment.infeasible import CannotMeet
from cohort.assignment.neighbourhood import Neighbourhood, neighbourhood
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Bools, Ints, Problem
from cohort.assignment.stages import whole
from cohort.assignment.walks import NEVER, NO_ARC, longest_walks

Kind = Literal["minimum", "pair", "pin", "demand", "place"]
LEAST_GAIN = NEVER // 2  # anything below is no way at all, whatever was added to it
NOBODY = -1


@dataclass(frozen=True)
class Repair:
    """One change, and the best answer that it leads to.

    kind     "minimum": mentor j must have one person less. "pair": the pair (i, j), which a
             requirement or the floor rules out, is allowed (the answer then holds it). "pin":
             the pin (i, j) is lifted. "demand": i may have one mentor more. "place": j has one
             place more.
    missing  the places of minimums that would still be missing.
    total    of the best answer that misses no more.
    more_placed  with `cover`, how many researchers more (or fewer) that answer places than the
             best one without the change. Otherwise 0.
    """

    kind: Kind
    researcher: int
    mentor: int
    missing: int
    total: float
    more_placed: int

    def in_words(self, researchers: Sequence[str], mentors: Sequence[str]) -> str:
        """The change as a request, with these names by row and by column."""
        i = "" if self.researcher == NOBODY else researchers[self.researcher]
        j = "" if self.mentor == NOBODY else mentors[self.mentor]
        return {
            "minimum": f"Ask for one person less with {j}.",
            "pair": f"Allow {i} and {j} to be a pair.",
            "pin": f"Lift the pin of {i} to {j}.",
            "demand": f"Let {i} have one mentor more.",
            "place": f"Find one more place with {j}.",
        }[self.kind]

    def applied_to(self, problem: Problem) -> Problem:
        """The problem with this change made."""
        i, j = self.researcher, self.mentor
        if self.kind == "minimum":
            return replace(problem, min_load=_with_more(problem.min_load, j, -1))
        if self.kind == "demand":
            return replace(problem, demand=_with_more(problem.demand, i, 1))
        if self.kind == "place":
            return replace(problem, capacity=_with_more(problem.capacity, j, 1))
        if self.kind == "pin":
            return replace(problem, pinned=tuple(p for p in problem.pinned if p != (i, j)))
        forbidden = problem.forbidden.copy()
        forbidden[i, j] = False
        return replace(problem, forbidden=forbidden, pinned=(*problem.pinned, (i, j)))


def _with_more(numbers: Ints, k: int, more: int) -> Ints:
    changed = numbers.copy()
    changed[k] += more
    return changed


def repairs(problem: Problem, refusal: CannotMeet, *, most: int = 10) -> tuple[Repair, ...]:
    """The changes after which one place less is missing, the best answer first: `most` of them.

    All such changes are weighed, exactly and without solving for each: the change must be part
    of whatever fills the place, so that the place is filled along the best walk to the change
    and on to a mentor who is short. One more place with a mentor never helps here. Fairness is
    weighed as what comes nearest to it: the most people with a mentor, then the total.
    """
    if problem.objective == "fair":
        problem = replace(problem, objective="total", cover=True)
        try:
            solve(problem)
        except CannotMeet as by_total:
            refusal = by_total
    can_be = replace(problem, min_load=refusal.lower)
    solution = solve(can_be)
    short = np.flatnonzero(refusal.lower < problem.min_load)
    missing = int((problem.min_load - refusal.lower).sum()) - 1
    near = neighbourhood(can_be, solution)
    worth = near.worth
    # What is missing stays missing: nobody leaves a place that the minimums ask for.
    residual = Residual(near.residual.goal, whole(problem, worth), near.residual.assigned)
    short_of = Neighbourhood(problem, worth, residual)
    found = list(_that_fill(problem, _Ways.around(short_of, short.tolist())))
    found.sort(key=lambda one: (-one.gain, *_by_id(problem, one)))
    return tuple(
        Repair(kind, i, j, missing, *_figures(near, gain)) for gain, kind, i, j in found[:most]
    )


def ways_to_place(
    near: Neighbourhood, *, may_allow: Bools | None = None, most: int = 10
) -> tuple[Repair, ...]:
    """The changes by which one more researcher would have a mentor, the best answer first.

    Only with `cover`: without it the aim is the total, and there are none. Of the pairs that a
    requirement or the floor rules out, those are weighed that `may_allow` bool[n, m] marks; all
    by default. Exact, from two searches for all pairs and places at once, O(n m): whatever places
    one more goes through the node of those without a mentor, so that what i gives up for j is
    filled along the best path from there, and j makes room along the best path to there.
    """
    problem, m = near.problem, near.problem.shape[1]
    ruled_out = ~near.residual.scope.allowed
    if problem.single and not (near.residual.load < near.residual.scope.upper).any():
        ruled_out = np.zeros_like(ruled_out)  # where all places are taken, no pair adds a person
    rows, columns = pairs_in(ruled_out if may_allow is None else ruled_out & may_allow)
    free = np.ones(problem.shape[0], dtype=np.bool_)
    free[[i for i, _ in problem.pinned]] = False
    released, leaving = near.released()[rows], near.leaving[columns]
    can = free[rows] & (released > NEVER) & (leaving > NEVER)
    rows, columns = rows[can], columns[can]
    gain = near.worth.units[rows, columns] + released[can] + leaving[can]
    kinds: list[Kind] = ["pair"] * len(rows)
    kinds += ["place"] * m
    found = _Changes(
        gain=np.append(gain, near.entering[:-1].clip(min=0)),
        kind=np.arange(len(kinds)) >= len(rows),
        researcher=np.append(rows, np.full(m, NOBODY)),
        mentor=np.append(columns, np.arange(m)),
    )
    return tuple(
        Repair(kinds[k], int(found.researcher[k]), int(found.mentor[k]), 0, *figures)
        for k in found.best(problem, _places_one_more(found.gain, near.worth.bonus), most).tolist()
        for figures in [_figures(near, int(found.gain[k]))]
    )


@dataclass(frozen=True, eq=False)
class _Changes:
    """int[k] each; `kind` False for a pair and True for a place."""

    gain: Ints
    kind: Bools
    researcher: Ints
    mentor: Ints

    def best(self, problem: Problem, some: Bools, most: int) -> Ints:
        """At most so many of some of them, the greatest gain first, then by kind and by ids."""
        left = np.flatnonzero(some)
        if len(left) > most > 0:
            least = np.partition(self.gain[left], len(left) - most)[len(left) - most]
            left = left[self.gain[left] >= least]
        researchers, mentors = map(_ranks, (problem.researcher_ids, problem.mentor_ids))
        by_id = mentors[self.mentor[left]], np.append(researchers, -1)[self.researcher[left]]
        order = np.lexsort((*by_id, self.kind[left], -self.gain[left]))
        return left[order[:most]]


def _ranks(ids: Sequence[str]) -> Ints:
    """The place of each id in their alphabetical order: int[k]."""
    ranks = np.empty(len(ids), dtype=np.int64)
    ranks[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    return ranks


def _places_one_more(gain: Ints, bonus: int) -> Bools:
    """bool[k]; beside a bonus for each person placed, a gain is less than half a bonus."""
    one: Bools = (2 * gain > bonus) & (2 * gain < 3 * bonus)
    return one


class _Candidate(NamedTuple):
    gain: int
    kind: Kind
    researcher: int
    mentor: int


def _by_id(problem: Problem, one: _Candidate) -> tuple[str, str, str]:
    researchers, mentors = problem.researcher_ids, problem.mentor_ids
    return (
        one.kind,
        "" if one.researcher == NOBODY else researchers[one.researcher],
        "" if one.mentor == NOBODY else mentors[one.mentor],
    )


def _figures(near: Neighbourhood, gain: int) -> tuple[float, int]:
    bonus, steps = near.worth.bonus, near.worth.steps
    people = round(gain / bonus) if bonus else 0
    return near.total + (gain - people * bonus) / steps, people


class _Ways(NamedTuple):
    """Gains of the paths around the best answer with as few places missing as can be.

    home  int[m + 1]: from each mentor to one who is short, whose place it fills.
    """

    near: Neighbourhood
    wanted: Bools
    home: Ints

    @classmethod
    def around(cls, near: Neighbourhood, short: Sequence[int]) -> "_Ways":
        arcs = near.residual.arcs
        home = np.max([longest_walks(arcs.T, j) for j in short], axis=0)
        return cls(near, wanted_pairs(near.problem), home)

    def onward(self, i: int) -> int:
        """The most that i can gain by one more pair from which a place is filled."""
        residual = self.near.residual
        to = self.wanted[i] & ~residual.assigned[i]
        gain = residual.goal.worth[i] + self.home[:-1]
        return int(gain.max(initial=NO_ARC, where=to & (self.home[:-1] > NEVER)))


def _that_fill(problem: Problem, ways: _Ways) -> Iterator[_Candidate]:
    residual, home = ways.near.residual, ways.home[:-1]
    least = problem.min_load
    for j in np.flatnonzero((home > NEVER) & (least > 0)).tolist():
        yield _Candidate(int(home[j]), "minimum", NOBODY, j)
    spared = ways.near.released()
    new = ~residual.scope.allowed & (spared > NEVER)[:, None] & (home > NEVER)
    for i, j in np.argwhere(new).tolist():
        yield _Candidate(int(residual.goal.worth[i, j] + spared[i] + home[j]), "pair", i, j)
    for i, j in problem.pinned:
        gain = int(ways.near.entering[j]) - int(residual.goal.worth[i, j]) + ways.onward(i)
        if gain > LEAST_GAIN:
            yield _Candidate(gain, "pin", i, j)
    for i in np.flatnonzero(residual.degree >= residual.scope.most).tolist():
        gain = ways.onward(i) + residual.goal.first * (residual.degree[i] == 0)
        if gain > LEAST_GAIN:
            yield _Candidate(int(gain), "demand", i, NOBODY)
