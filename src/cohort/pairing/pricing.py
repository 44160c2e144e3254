"""What decisions cost: a pool matched with them, held against the same pool without; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cohort.assignment import Problem, Solution, solve
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import UNMATCHED, Ints
from cohort.pairing.alternatives import Change
from cohort.pairing.dense import scored
from cohort.pairing.pool import IdPair, Pool


@dataclass(frozen=True)
class DecisionCost:
    """loss  of the total; None where fairness is the aim, which has no one figure.

    fewer_placed  how many people fewer have a mentor.
    changes       who would move if the decisions were not there, from the mentor with them.
    stopped       time ran out; nothing is known.
    """

    loss: float | None
    fewer_placed: int
    changes: Sequence[Change]
    stopped: bool = False


def cost_of_pins(
    pool: Pool, pins: Sequence[IdPair], *, out_of_time: Callable[[], bool] = never
) -> DecisionCost:
    """What these pins cost beside those of the pool. Two solves. Raises ValueError with a
    sentence where they cannot hold."""
    pinned = replace(pool, pins=sorted({*pool.pins, *pins}))
    return _difference(pinned, pool, out_of_time)


def cost_of_decisions(pool: Pool, *, out_of_time: Callable[[], bool] = never) -> DecisionCost:
    """What all pins and vetoes of the pool cost together. Two solves; raises as above."""
    return _difference(pool, replace(pool, pins=(), vetoes=()), out_of_time)


def _difference(held: Pool, free: Pool, out_of_time: Callable[[], bool]) -> DecisionCost:
    problem, best = scored(held)[1], scored(free)[1]
    bound, loose = (solve(one, out_of_time=out_of_time) for one in (problem, best))
    if bound.stopped or loose.stopped:
        return DecisionCost(None, 0, (), stopped=True)
    has, had = (_mentor_of(problem, one) for one in (bound, loose))
    mentors = [*problem.mentor_ids, None]  # -1, no mentor, is the last one
    changes = [
        Change(problem.researcher_ids[i], mentors[has[i]], mentors[had[i]])
        for i in np.flatnonzero(has != had).tolist()
    ]
    fair = held.objective == "fair"
    return DecisionCost(
        loss=None if fair else loose.total - bound.total,
        fewer_placed=int((had != UNMATCHED).sum() - (has != UNMATCHED).sum()),
        changes=changes,
    )


def _mentor_of(problem: Problem, solution: Solution) -> Ints:
    found = np.full(problem.shape[0], UNMATCHED)
    found[solution.pairs[:, 0]] = solution.pairs[:, 1]
    return found
