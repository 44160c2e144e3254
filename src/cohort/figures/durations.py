"""How long something takes, where it is not over for everybody; pure.

Those who are still at it have taken at least as long as they have: leaving them out, or counting
them as done, would make what is hard look quick. The share that is done by a day is the
Kaplan-Meier estimate, whose quantiles are told only as far as they are reached.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

FEW = 5
"""Of fewer people no quantile is told: one of them would move it."""
Z = 1.96


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Days by which a quarter, half and three quarters are done; None is not reached yet."""

    quarter: int | None = None
    half: int | None = None
    three_quarters: int | None = None


def days_until_done(done: Mapping[int, int], still: Mapping[int, int]) -> Quantiles:
    """From the number of people by days: of those who are done, and of those still at it.

    The same as `scipy.stats.ecdf` of right-censored data, which would look at each person; a
    cohort has a hundred thousand, in no more than a few hundred different days.
    """
    if sum(done.values()) + sum(still.values()) < FEW:
        return Quantiles()
    days = sorted(done.keys() | still.keys())
    ends = np.array([done.get(day, 0) for day in days])
    gone = ends + np.array([still.get(day, 0) for day in days])
    at_it = gone[::-1].cumsum()[::-1]
    left = (1 - ends / at_it).cumprod()

    def reached(share: float) -> int | None:
        there = np.flatnonzero(left <= 1 - share + 1e-12)
        return days[int(there[0])] if len(there) else None

    return Quantiles(reached(0.25), reached(0.5), reached(0.75))


def middle_of(values: Sequence[float]) -> float | None:
    """The median of what is over for everybody; None of few."""
    return float(np.median(values)) if len(values) >= FEW else None


def at_least(part: int, whole: int) -> float:
    """The lower end of Wilson's interval (1927) for a share: of few, little is certain.

    In [0, 1], with a confidence of 95 %; 0 of nobody.
    """
    if whole == 0:
        return 0.0
    share, spread = part / whole, Z**2 / whole
    middle = share + spread / 2
    width = Z * sqrt((share * (1 - share) + spread / 4) / whole)
    return max(0.0, (middle - width) / (1 + spread))
