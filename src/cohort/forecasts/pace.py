"""A forecast of when somebody will be done, from her own pace and that of her cohort; pure.

Work is modelled as a Poisson process: `rate` units a week, where a unit is the mean milestone of
her plan. Nobody's rate is known. It is drawn from a gamma distribution, one for the cohort, and
what she has done sharpens it:

    rate         ~ Gamma(shape, weeks)
    rate | facts ~ Gamma(shape + done, weeks + studied)

What is older counts less, by half in `HALF_LIFE` weeks, so that a pace may change: the power
discount of Smith (1979), which Harvey and Fernandes (1989) use for counts. The time that `left`
units still take is a gamma variable over a gamma variable, that is a beta prime variable times
`weeks + studied`: its chances and quantiles are exact, and nothing is simulated.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import betaprime

Floats: TypeAlias = npt.NDArray[np.float64]

HALF_LIFE = 6.0
"""In weeks. Over simulated cohorts of six kinds 3, 4, 6 and 9 differ by less than 0.001 of a Brier
score, so it is no matter of taste or of tuning; `benchmarks/bench_pace.py` prints them."""
SHAPE, SHAPE_SPREAD = 2.0, 0.7
"""What is thought of a cohort before anybody has begun: rates differ by about 70 %. The logarithms
of the shape and of the mean are normal around this and around the plan, with these spreads; with
ten people the data weigh more."""
MEAN_SPREAD = 0.5
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
LONGEST = 520.0
"""Weeks; what would take longer than ten years is not forecast."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of n people: arrays of float[n], in units and in weeks."""

    done: Floats
    """What she did, each unit discounted by its age; at least 0."""
    studied: Floats
    """How long she has studied, each week discounted by its age; at least 0."""
    left: Floats
    """What is left to do, in whole (not discounted) units; at least 0."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The gamma distribution of the rates of a cohort: their mean is `shape / weeks`."""

    shape: float
    weeks: float


def discounted_weeks(age: Floats) -> Floats:
    """How long `age` weeks are (at least 0), each discounted by how long ago it was."""
    return np.asarray(HALF_LIFE / np.log(2) * (1 - 0.5 ** (age / HALF_LIFE)))


def pace_of(facts: Facts, planned: float) -> Pace:
    """The cohort's distribution, at the mode of what follows from the facts of all its people.

    `planned` is the mean rate that the plan asks for, in units a week, above 0. The counts are
    negative binomial given shape and weeks. O(n) for each of some thirty steps of L-BFGS, which
    begins at the plan and so always ends at the same numbers.
    """
    done, studied = facts.done, facts.studied

    def loss(point: Floats) -> float:
        log_mean, log_shape = point
        shape = np.exp(log_shape)
        weeks = shape / np.exp(log_mean)
        of_counts = gammaln(shape + done) - gammaln(shape)
        of_counts += shape * np.log(weeks / (weeks + studied))
        # Without what does not depend on the point.
        of_counts -= done * np.log(weeks + studied)
        off_plan = (log_mean - np.log(planned)) / MEAN_SPREAD
        off_shape = (log_shape - np.log(SHAPE)) / SHAPE_SPREAD
        return float(-of_counts.sum() + (off_plan**2 + off_shape**2) / 2)

    start = np.log([planned, SHAPE])
    bounds = [(start[0] - 4, start[0] + 4), (np.log(0.1), np.log(200))]
    log_mean, log_shape = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return Pace(float(np.exp(log_shape)), float(np.exp(log_shape - log_mean)))


def chance(facts: Facts, pace: Pace, weeks_left: Floats) -> Floats:
    """float[n] in [0, 1]: how probably each is done within `weeks_left`; 1 where nothing is left.

    Grows with what was done lately and with the time left, falls with what is left to do.
    """
    scale = pace.weeks + facts.studied
    within = betaprime.cdf(
        np.maximum(weeks_left, 0) / scale, np.maximum(facts.left, 1e-9), pace.shape + facts.done
    )
    return np.where(facts.left > 0, within, 1.0)


def typical_chance(facts: Facts, pace: Pace, weeks_left: Floats) -> Floats:
    """As `chance`, had each of them from now on the pace of anybody in the cohort."""
    nobody = np.zeros_like(facts.left)
    return chance(Facts(nobody, nobody, facts.left), pace, weeks_left)


def weeks_to_go(facts: Facts, pace: Pace) -> Floats:
    """float[3, n]: the weeks within which each is done with a chance of a tenth, a half and nine
    tenths; 0 where nothing is left, and at most `LONGEST`."""
    levels = np.array([[LOW], [MIDDLE], [HIGH]])
    scale = pace.weeks + facts.studied
    found = scale * betaprime.ppf(
        levels, np.maximum(facts.left, 1e-9)[None], (pace.shape + facts.done)[None]
    )
    return np.where(facts.left > 0, np.minimum(found, LONGEST), 0.0)
