"""How a matching goes on when somebody drops out, and what swapping two would cost; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cohort.assignment.canonical import canonical
from cohort.assignment.counterfactual import Move
from cohort.assignment.dropouts import WayOn, without_mentor, without_pair, without_researcher
from cohort.assignment.neighbourhood import NotTheBest, improved, neighbourhood
from cohort.assignment.problem import UNMATCHED
from cohort.pairing.alternatives import Change
from cohort.pairing.evidence import Evidence
from cohort.pairing.pool import IdPair


@dataclass(frozen=True)
class RepairOption:
    """One way to go on without somebody, held against the best of those who are left.

    moved         how many of the others lose the mentor whom they had.
    loss          of the total of all scores, 0 for the best.
    fewer_placed  how many people fewer have a mentor than by the best; may be negative.
    """

    moved: int
    loss: float
    fewer_placed: int
    total: float
    placed: int
    changes: Sequence[Change]

    @property
    def is_best(self) -> bool:
        return self.loss == 0 and self.fewer_placed == 0


def options_without(
    evidence: Evidence, researcher: str | None, mentor: str | None
) -> list[RepairOption]:
    """The ways on when a researcher leaves, a mentor leaves, or, with both, the pair must not be.

    The fewest moves first, each better than the one before; the last is a best one. O(n m), for a
    mentor with several people a dozen times that. Raises KeyError where one of them took no part
    or the two were no pair, and NotTheBest as `dropouts` does.
    """
    problem, solution = evidence.problem, evidence.solution
    i = None if researcher is None else _position(problem.researcher_ids, researcher)
    j = None if mentor is None else _position(problem.mentor_ids, mentor)
    if i is not None and j is not None:
        ways = without_pair(problem, solution, i, j)
    elif i is not None:
        ways = without_researcher(problem, solution, i)
    elif j is not None:
        ways = without_mentor(problem, solution, j)
    else:
        raise KeyError("nobody")
    return [_option(evidence, one, ways[-1]) for one in ways]


def pairs_after(evidence: Evidence, option: RepairOption, *, gone: str | None) -> list[IdPair]:
    """All pairs once its moves are made, by id; `gone` is a researcher or mentor who has left."""
    mentors, researchers = evidence.problem.mentor_ids, evidence.problem.researcher_ids
    had = [(researchers[i], mentors[j]) for i, j in evidence.solution.pairs.tolist()]
    leaving = {(one.researcher, one.origin) for one in option.changes}
    stay = [pair for pair in had if pair not in leaving and gone not in pair]
    return sorted([*stay, *[(c.researcher, c.target) for c in option.changes if c.target]])


@dataclass(frozen=True)
class SwapPrice:
    """What it costs that two researchers have each other's mentor.

    alone     what the total changes by if nobody else moves.
    cost      what it loses at the least, when the others may move: `changes` says who then would.
    fewer_placed  as in `RepairOption`.
    ruled_out  what forbids one of the new pairs, as (researcher, mentor, requirements by name);
              nothing else is known then.
    """

    pins: Sequence[IdPair]
    alone: float
    cost: float
    fewer_placed: int
    changes: Sequence[Change]
    ruled_out: Sequence[tuple[str, str, tuple[str, ...]]]


class NothingToSwap(ValueError):
    """The two have one mentor, or one of them has none."""


def swap_of(evidence: Evidence, one: str, other: str) -> SwapPrice:
    """O(n m). Raises KeyError where one took no part, NothingToSwap, and NotTheBest where the
    solution is not proved the best by total."""
    problem, solution = evidence.problem, evidence.solution
    a, b = (_position(problem.researcher_ids, who) for who in (one, other))
    if problem.objective != "total" or solution.gap > 0 or not problem.single:
        raise NotTheBest("A swap has a price where each has one mentor, by the highest total.")
    p, q = int(solution.mentor_of[a]), int(solution.mentor_of[b])
    if p == q or UNMATCHED in (p, q):
        raise NothingToSwap
    pins = ((a, q), (b, p))
    named = [(problem.researcher_ids[i], problem.mentor_ids[j]) for i, j in pins]
    ruled_out = [
        (*pair, tuple(name for name, removes in evidence.removed.items() if removes[at]))
        for pair, at in zip(named, pins, strict=True)
        if problem.forbidden[at]
    ]
    if ruled_out:
        return SwapPrice(named, 0.0, 0.0, 0, (), ruled_out)
    kept = solution.pairs[~np.isin(solution.pairs[:, 0], (a, b))]
    others = tuple(pin for pin in problem.pinned if pin[0] not in (a, b))
    pinned = replace(problem, pinned=(*others, *pins))
    worth = canonical(pinned)
    near = improved(pinned, np.vstack([kept, pins]), worth)
    if near is None:  # only a clock could stop it
        raise NotTheBest("Time ran out.")
    units = [int(worth.units[at]) for at in (*pins, (a, p), (b, q))]
    had, has = solution.mentor_of, near.residual.assigned
    now = np.where(has.any(axis=1), has.argmax(axis=1), UNMATCHED)
    moving = sorted(np.flatnonzero(now != had).tolist(), key=lambda i: (i != a, i != b, i))
    return SwapPrice(
        pins=named,
        alone=(units[0] + units[1] - units[2] - units[3]) / worth.steps,
        cost=neighbourhood(problem, solution).total - near.total,
        fewer_placed=int((had != UNMATCHED).sum() - (now != UNMATCHED).sum()),
        changes=[_change(evidence, Move(i, int(had[i]), int(now[i]))) for i in moving],
        ruled_out=(),
    )


def cost_of_pin(evidence: Evidence, researcher: str, mentor: str) -> float | None:
    """What the total loses if the two must be a pair; None where they cannot be, or people would
    have no mentor for it. O(n m), from the pairs as they are. Raises KeyError and NotTheBest."""
    problem, pairs = evidence.problem, evidence.solution.pairs
    i = _position(problem.researcher_ids, researcher)
    j = _position(problem.mentor_ids, mentor)
    if problem.objective != "total" or evidence.solution.gap > 0 or not problem.single:
        raise NotTheBest("A pin has a price where each has one mentor, by the highest total.")
    fixed = tuple(pin for pin in problem.pinned if pin != (i, j))
    if problem.forbidden[i, j] or problem.capacity[j] == 0 or any(pin[0] == i for pin in fixed):
        return None
    others = [(k, q) for k, q in pairs.tolist() if k != i]
    there = [two for two in others if two[1] == j]
    if len(there) >= problem.capacity[j]:
        loose = [two for two in there if two not in fixed]
        if not loose:
            return None
        others.remove(loose[0])
    pinned = replace(problem, pinned=(*fixed, (i, j)))
    near = improved(pinned, np.array([*others, (i, j)]), canonical(pinned))
    if near is None:  # only a clock could stop it
        return None
    if problem.cover and near.residual.assigned.any(axis=1).sum() < len(pairs):
        return None
    return neighbourhood(problem, evidence.solution).total - near.total


def _option(evidence: Evidence, way: WayOn, best: WayOn) -> RepairOption:
    return RepairOption(
        moved=way.moved,
        loss=0.0 if way is best else best.total - way.total,
        fewer_placed=best.placed - way.placed,
        total=way.total,
        placed=way.placed,
        changes=[_change(evidence, move) for move in way.moves],
    )


def _change(evidence: Evidence, move: Move) -> Change:
    mentors = [*evidence.problem.mentor_ids, None]  # -1, no mentor, is the last one
    researcher = evidence.problem.researcher_ids[move.researcher]
    return Change(researcher, mentors[move.origin], mentors[move.target])


def _position(ids: Sequence[str], one: str) -> int:
    try:
        return list(ids).index(one)
    except ValueError as absent:
        raise KeyError(one) from absent
