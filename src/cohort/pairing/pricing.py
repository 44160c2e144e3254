"""What decisions cost: a pool matched with them, held against the same pool without; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cohort.assignment import Problem, Solution, solve
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import UNMATCHED, Ints
from cohort.pairing.alternatives import Change
from cohort.pairing.dense import scored
from cohort.pairing.pins import pins_by_position
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
    held = scored(replace(pool, pins=sorted({*pool.pins, *pins})))[1]
    return _difference(held, replace(held, pinned=tuple(pins_by_position(pool))), out_of_time)


def cost_of_decisions(pool: Pool, *, out_of_time: Callable[[], bool] = never) -> DecisionCost:
    """What all pins and vetoes of the pool cost together. Two solves; raises as above."""
    free = scored(replace(pool, pins=(), vetoes=()))[1]
    return _difference(scored(pool)[1], free, out_of_time)


def _difference(held: Problem, free: Problem, out_of_time: Callable[[], bool]) -> DecisionCost:
    bound, loose = (solve(one, out_of_time=out_of_time) for one in (held, free))
    if bound.stopped or loose.stopped:
        return DecisionCost(None, 0, (), stopped=True)
    has, had = (_mentor_of(held, one) for one in (bound, loose))
    mentors = [*held.mentor_ids, None]  # -1, no mentor, is the last one
    changes = [
        Change(held.researcher_ids[i], mentors[has[i]], mentors[had[i]])
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
