"""What only the prices can tell of a solved pool: how firm each pair is, and the way to others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.assignment.canonical import wanted_pairs
from cohort.assignment.counterfactual import (
    Around,
    Counterfactuals,
    chain_around,
    firmness,
    look_around,
    regrets,
)
from cohort.assignment.flow import Residual
from cohort.assignment.neighbourhood import NotTheBest
from cohort.pairing.alternatives import Change
from cohort.pairing.pool import IdPair, Pool
from cohort.pairing.result import SolvedProblem

MOST_CHAINS = 300


@dataclass(frozen=True)
class Other:
    """The mentor whom a researcher could have at the least cost, other than those of the answer.

    cost          what the total would lose; with `cover`, beside `fewer_placed` people.
    changes       who would move, the researcher first; empty where that was not followed.
    """

    mentor: str
    cost: float
    fewer_placed: int
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Stake:
    """What the total would lose without a pair, beside `fewer_placed` people with a mentor.

    The loss is inf where nothing would be left that keeps to what must hold.
    """

    loss: float
    fewer_placed: int


@dataclass(frozen=True)
class Insight:
    """stakes by pair; others by researcher, of whom everybody with a second way has one."""

    stakes: Mapping[IdPair, Stake]
    others: Mapping[str, Other]


def insight(pool: Pool, solved: SolvedProblem) -> Insight | None:
    """None where nothing can be compared: the answer is not the best by total.

    O(n m) time and memory beside the search of `counterfactuals`; the moves are followed for
    the first 300 researchers without a mentor.
    """
    try:
        around = look_around(solved.near)
    except NotTheBest:
        return None
    return Insight(_stakes(solved, around), dict(_others(pool, solved, regrets(around))))


def stakes(solved: SolvedProblem) -> dict[IdPair, Stake]:
    """How much each pair matters. Raises NotTheBest where nothing can be compared."""
    return _stakes(solved, look_around(solved.near))


def _stakes(solved: SolvedProblem, around: Around) -> dict[IdPair, Stake]:
    firm = firmness(around, solved.solution.pairs)
    researchers, mentors = solved.problem.researcher_ids, solved.problem.mentor_ids
    pairs = [(researchers[i], mentors[j]) for i, j in solved.solution.pairs.tolist()]
    each = map(Stake, firm.loss.tolist(), firm.fewer_placed.tolist())
    return dict(zip(pairs, each, strict=True))


def _others(
    pool: Pool, solved: SolvedProblem, found: Counterfactuals
) -> Iterator[tuple[str, Other]]:
    problem, pairs = solved.problem, solved.solution.pairs
    open_ = wanted_pairs(problem) & np.isfinite(found.regret)
    open_[tuple(pairs.T)] = False
    has = np.zeros(problem.shape[0], dtype=np.bool_)
    has[pairs[:, 0]] = True
    residual, followed = solved.near.residual, 0
    for i in np.flatnonzero(open_.any(axis=1)).tolist():
        columns = np.flatnonzero(open_[i]).tolist()
        j = min(columns, key=lambda j: _dearness(pool, solved, found, i, j))
        follow = not has[i] and followed < MOST_CHAINS
        followed += follow
        changes = _changes(pool, solved, residual, i, j) if follow else ()
        cost, fewer = float(found.regret[i, j]), int(found.fewer_placed[i, j])
        yield pool.researchers[i].id, Other(pool.mentors[j].id, cost, fewer, changes)


def _dearness(
    pool: Pool, solved: SolvedProblem, found: Counterfactuals, i: int, j: int
) -> tuple[int, float, float, str]:
    fewer, cost = int(found.fewer_placed[i, j]), float(found.regret[i, j])
    return fewer, cost, -float(solved.problem.scores[i, j]), pool.mentors[j].id


def _changes(
    pool: Pool, solved: SolvedProblem, residual: Residual, i: int, j: int
) -> tuple[Change, ...]:
    mentors: Sequence[str | None] = [*(one.id for one in pool.mentors), None]
    return tuple(
        Change(pool.researchers[move.researcher].id, mentors[move.origin], mentors[move.target])
        for move in chain_around(solved.problem, residual, i, j) or ()
    )
