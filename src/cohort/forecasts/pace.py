"""A forecast of when somebody will be done, from her own pace and that of her cohort; pure.

The plan is the clock. In the time in which the plan asks for `asked` units, she does a Poisson
number of units with the mean `rate * asked`, where a unit is the mean milestone of her plan; who
keeps to the plan has a rate of 1. Nobody's rate is known. It is drawn from a gamma distribution,
one for the cohort, and what she has done sharpens it:

    rate         ~ Gamma(shape, weight)
    rate | facts ~ Gamma(shape + done, weight + asked)

What is older counts less, by half in `HALF_LIFE` weeks, so that a pace may change: the power
discount of Smith (1979), which Harvey and Fernandes (1989) use for counts. What the plan has to
ask for until `left` units are done is a gamma variable over a gamma variable, that is a beta prime
variable times `weight + asked`: its chances and quantiles are exact, and nothing is simulated.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv, gammaln, psi

Floats: TypeAlias = npt.NDArray[np.float64]

HALF_LIFE = 6.0
"""In weeks. Over simulated cohorts of six kinds 3, 4, 6 and 9 differ by less than 0.001 of a Brier
score, so it is no matter of taste or of tuning; `benchmarks/bench_pace.py` prints them."""
SHAPE, SHAPE_SPREAD, MEAN_SPREAD = 2.0, 0.7, 0.5
"""What is thought of a cohort before anybody has begun: people keep to the plan in the mean, and
their rates differ by about 70 %. The logarithms of shape and mean are normal around this, with
these spreads; with ten people the data weigh more."""
MOST = 1_000.0
"""Units; what would take longer is not forecast."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of n people: arrays of float[n], in units, each at least 0."""

    done: Floats
    """What she did, each unit discounted by its age."""
    asked: Floats
    """What the plan asked for, each unit discounted by how long it has been due."""
    left: Floats
    """What is left to do, not discounted."""

    def only(self, place: int) -> "Facts":
        """Of one of them."""
        one = slice(place, place + 1)
        return Facts(self.done[one], self.asked[one], self.left[one])


@dataclass(frozen=True, slots=True)
class Pace:
    """The gamma distribution of the rates of a cohort: their mean is `shape / weight`."""

    shape: float
    weight: float


def pace_of(facts: Facts) -> Pace:
    """The cohort's distribution, at the mode of what follows from the facts of all its people.

    The counts are negative binomial given shape and weight. O(n) for each of some ten steps of
    L-BFGS, which begins at the plan and so always ends at the same numbers.
    """
    # It takes 30 MB of a process, and most processes never ask for a forecast.
    from scipy.optimize import minimize  # noqa: PLC0415

    done, asked = facts.done, facts.asked

    def loss(point: Floats) -> tuple[float, Floats]:
        """With its slope."""
        log_mean, log_shape = point
        shape = np.exp(log_shape)
        weight = shape / np.exp(log_mean)
        both = np.log(weight + asked)
        # The log-likelihood without what does not depend on the point.
        of_counts = gammaln(shape + done) - gammaln(shape) + shape * np.log(weight)
        of_counts -= (shape + done) * both
        by_shape = shape * (psi(shape + done) - psi(shape) + np.log(weight) - both).sum()
        by_weight = (shape - weight * (shape + done) / (weight + asked)).sum()
        off_mean = log_mean / MEAN_SPREAD
        off_shape = (log_shape - np.log(SHAPE)) / SHAPE_SPREAD
        return float(-of_counts.sum() + (off_mean**2 + off_shape**2) / 2), np.array(
            [
                by_weight + off_mean / MEAN_SPREAD,
                off_shape / SHAPE_SPREAD - by_shape - by_weight,
            ]
        )

    start = np.array([0.0, np.log(SHAPE)])
    bounds = [(-4.0, 4.0), (np.log(0.1), np.log(200.0))]
    log_mean, log_shape = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Pace(float(np.exp(log_shape)), float(np.exp(log_shape - log_mean)))


def rates(facts: Facts, pace: Pace) -> Floats:
    """float[n]: the mean of what is known of each one's rate."""
    return np.asarray((pace.shape + facts.done) / (pace.weight + facts.asked))


def chance(facts: Facts, pace: Pace, ahead: Floats) -> Floats:
    """float[n] in [0, 1]: how probably each is done while the plan asks for `ahead` units more.

    1 where nothing is left. Grows with what was done and with what is ahead, falls with what is
    left to do.
    """
    # The distribution function of the beta prime, without the checks of `scipy.stats`.
    ahead = np.maximum(ahead, 0)
    share = ahead / (ahead + pace.weight + facts.asked)
    within = betainc(np.maximum(facts.left, 1e-9), pace.shape + facts.done, share)
    return np.where(facts.left > 0, within, 1.0)


def typical_chance(facts: Facts, pace: Pace, ahead: Floats) -> Floats:
    """As `chance`, had each of them from now on the pace of anybody in the cohort."""
    nothing = np.zeros_like(facts.left)
    return chance(Facts(nothing, nothing, facts.left), pace, ahead)


def still_asked(facts: Facts, pace: Pace, level: float) -> Floats:
    """float[n]: the units that the plan asks for until each is done with a chance of `level`.

    0 where nothing is left, and at most `MOST`.
    """
    # The quantiles of the beta prime, without `scipy.stats`, which takes half a second to load.
    share = betaincinv(np.maximum(facts.left, 1e-9), pace.shape + facts.done, level)
    most = MOST / (pace.weight + facts.asked)
    odds = share / np.maximum(1.0 - share, 1e-12)
    return np.where(facts.left > 0, np.minimum(odds, most) * (pace.weight + facts.asked), 0.0)
