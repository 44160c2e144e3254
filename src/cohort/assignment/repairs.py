"""Single changes that would help where something cannot be met, each with what it leads to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from cohort.assignment.canonical import wanted_pairs
from cohort.assignment.counterfactual import look_around, losses, residual_of, split
from cohort.assignment.flow import Residual
from cohort.assignment.infeasible import CannotMeet
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Bools, Ints, Problem
from cohort.assignment.solution import Solution
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
    worth, near, _ = residual_of(can_be, solution)
    # What is missing stays missing: nobody leaves a place that the minimums ask for.
    residual = Residual(near.goal, whole(problem, worth), near.held)
    found = list(_that_fill(problem, _Ways.around(problem, residual, short.tolist())))
    found.sort(key=lambda one: (-one.gain, *_by_id(problem, one)))
    return tuple(
        Repair(kind, i, j, missing, *_figures(solution, gain, worth.bonus, worth.steps))
        for gain, kind, i, j in found[:most]
    )


def ways_to_place(
    problem: Problem, solution: Solution, *, may_allow: Bools | None = None, most: int = 10
) -> tuple[Repair, ...]:
    """The changes by which one more researcher would have a mentor, the best answer first.

    Only with `cover`: without it the aim is the total, and there are none. Of the pairs that a
    requirement or the floor rules out, those are weighed that `may_allow` bool[n, m] marks; all
    by default. Exact, from one search around the solution for all pairs and places at once.
    """
    around = look_around(problem, solution)
    bonus, m = around.worth.bonus, problem.shape[1]
    free = ~np.isin(np.arange(problem.shape[0]), [i for i, _ in problem.pinned])
    new = free[:, None] & ~around.residual.scope.allowed
    gains = np.where(new if may_allow is None else new & may_allow, -losses(around), -np.inf)
    people, _ = split(gains, bonus)
    found = [
        _Found(int(gains[i, j]), "pair", i, j)
        for i, j in np.argwhere((people == 1) & np.isfinite(gains)).tolist()
    ]
    price = longest_walks(around.residual.arcs, m)[:m]
    more, _ = split(price.clip(min=0).astype(np.float64), bonus)
    found += [_Found(int(price[j]), "place", NOBODY, j) for j in np.flatnonzero(more).tolist()]
    found.sort(key=lambda one: (-one.gain, *_by_id(problem, one)))
    return tuple(
        Repair(kind, i, j, 0, *_figures(solution, gain, bonus, around.worth.steps))
        for gain, kind, i, j in found[:most]
    )


class _Found(NamedTuple):
    gain: int
    kind: Kind
    researcher: int
    mentor: int


def _by_id(problem: Problem, one: _Found) -> tuple[str, str, str]:
    researchers, mentors = problem.researcher_ids, problem.mentor_ids
    return (
        one.kind,
        "" if one.researcher == NOBODY else researchers[one.researcher],
        "" if one.mentor == NOBODY else mentors[one.mentor],
    )


def _figures(solution: Solution, gain: int, bonus: int, steps: float) -> tuple[float, int]:
    people = round(gain / bonus) if bonus else 0
    return solution.total + (gain - people * bonus) / steps, people


class _Ways(NamedTuple):
    """Gains of the walks around the best answer with as few places missing as can be.

    out   int[m + 1]: from the unmatched node to each mentor, whose next place it fills.
    home  int[m + 1]: from each mentor to one who is short, whose place it fills.
    """

    residual: Residual
    wanted: Bools
    out: Ints
    home: Ints

    @classmethod
    def around(cls, problem: Problem, residual: Residual, short: Sequence[int]) -> "_Ways":
        arcs = residual.arcs
        home = np.max([longest_walks(arcs.T, j) for j in short], axis=0)
        return cls(residual, wanted_pairs(problem), longest_walks(arcs, residual.unmatched), home)

    def onward(self, i: int) -> int:
        """The most that i can gain by one more pair from which a place is filled."""
        to = self.wanted[i] & ~self.residual.held[i]
        gain = self.residual.goal.worth[i] + self.home[:-1]
        return int(gain.max(initial=NO_ARC, where=to & (self.home[:-1] > NEVER)))

    def spared(self) -> Ints:
        """int[n]: what it gains that each gives something up, and that what is left is filled."""
        residual, out = self.residual, self.out[:-1]
        gives = residual.held & ~residual.scope.fixed & (out > NEVER)
        most: Ints = np.where(gives, out - residual.goal.worth, NO_ARC).max(axis=1, initial=NO_ARC)
        first = residual.goal.first * (residual.degree == 0)
        return np.where(residual.degree < residual.scope.most, np.maximum(most, first), most)


def _that_fill(problem: Problem, ways: _Ways) -> Iterator[_Found]:
    residual, home = ways.residual, ways.home[:-1]
    least = problem.min_load
    for j in np.flatnonzero((home > NEVER) & (least > 0)).tolist():
        yield _Found(int(home[j]), "minimum", NOBODY, j)
    spared = ways.spared()
    new = ~residual.scope.allowed & (spared > NEVER)[:, None] & (home > NEVER)
    for i, j in np.argwhere(new).tolist():
        yield _Found(int(residual.goal.worth[i, j] + spared[i] + home[j]), "pair", i, j)
    for i, j in problem.pinned:
        gain = int(ways.out[j]) - int(residual.goal.worth[i, j]) + ways.onward(i)
        if gain > LEAST_GAIN:
            yield _Found(gain, "pin", i, j)
    for i in np.flatnonzero(residual.degree >= residual.scope.most).tolist():
        gain = ways.onward(i) + residual.goal.first * (residual.degree[i] == 0)
        if gain > LEAST_GAIN:
            yield _Found(int(gain), "demand", i, NOBODY)
