"""Which factors went with good mentorships, honest about small numbers; pure.

A hierarchical logistic regression: the log-odds of a good mentorship are a linear function of the
factors, each in standard deviations, and of an intercept for each mentor, so that many mentorships
of one mentor do not count as many pieces of news. Effects have the prior N(0, 1) and intercepts
N(0, 0.5) in log-odds: Gelman et al., A weakly informative default prior distribution for logistic
models (2008), say why some prior is needed where numbers are small. Intervals are those of the
normal approximation at the mode (Laplace's); `benchmarks/bench_outcomes.py` measures how often
they hold.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

LEAST = 20
"""Mentorships of which something was said; with fewer, intervals only tell the prior."""
EFFECT_SD, MENTOR_SD, INTERCEPT_SD = 1.0, 0.5, 3.0
WIDTH = 1.96
"""Standard deviations on each side of an interval of 95 %."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effect:
    """Of one factor: the log-odds of a good mentorship for one standard deviation more of it."""

    middle: float
    low: float
    high: float
    spread: float
    """The standard deviation of the factor in these mentorships; 0 where nothing can be told."""

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves "no effect" out."""
        return self.low > 0 or self.high < 0


def effects(scores: Matrix, outcomes: Matrix, mentors: Sequence[Hashable]) -> list[Effect]:
    """The effect of each factor on the outcome, each with the others held fixed.

    scores    float[n, k] in [0, 1]: of n mentorships and k factors.
    outcomes  float[n] in [0, 1]: 1 is good, 0 is not, halves are in between.
    mentors   who was the mentor of each.

    A factor that hardly varies (a spread below 0.02) has the interval of its prior alone. Raises
    ValueError where the shapes do not fit or a value is not in [0, 1]. O(steps · n · (k + m)²).
    """
    scores, outcomes = np.asarray(scores, float), np.asarray(outcomes, float)
    if scores.ndim != 2 or outcomes.shape != scores.shape[:1] or len(mentors) != len(outcomes):
        raise ValueError("scores must be n by k, with n outcomes and n mentors")
    for values in (scores, outcomes):
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError("scores and outcomes must be between 0 and 1")
    spread = scores.std(axis=0)
    varies = spread >= 0.02
    design, precision = _design(scores[:, varies], spread[varies], mentors)
    middle, sd = _posterior(design, outcomes, precision)
    found = iter(range(1, 1 + int(varies.sum())))
    told = []
    for column, does_vary in enumerate(varies):
        if not does_vary:
            told.append(Effect(0.0, -WIDTH * EFFECT_SD, WIDTH * EFFECT_SD, 0.0))
            continue
        at = next(found)
        reach = WIDTH * sd[at]
        its = float(middle[at]), float(middle[at] - reach), float(middle[at] + reach)
        told.append(Effect(*its, float(spread[column])))
    return told


def _design(scores: Matrix, spread: Matrix, mentors: Sequence[Hashable]) -> tuple[Matrix, Matrix]:
    """One column for all, one for each factor, one for each mentor; and their prior precisions."""
    standard = (scores - scores.mean(axis=0)) / spread
    known = list(dict.fromkeys(mentors))
    of_mentor = np.array([[one == each for each in known] for one in mentors], float)
    design = np.hstack([np.ones((len(scores), 1)), standard, of_mentor])
    sds = [INTERCEPT_SD, *[EFFECT_SD] * standard.shape[1], *[MENTOR_SD] * len(known)]
    return design, 1 / np.square(np.array(sds))


def _posterior(design: Matrix, outcomes: Matrix, precision: Matrix) -> tuple[Matrix, Matrix]:
    """The mode of each coefficient, and its standard deviation there."""
    # It takes 18 MB of a process, and most processes never learn.
    from scipy.optimize import minimize  # noqa: PLC0415

    def loss(beta: Matrix) -> float:
        eta = design @ beta
        fits = np.logaddexp(0, eta) - outcomes * eta
        return float(fits.sum() + 0.5 * (precision * beta**2).sum())

    def slope(beta: Matrix) -> Matrix:
        result: Matrix = design.T @ (expit(design @ beta) - outcomes) + precision * beta
        return result

    def bend(beta: Matrix) -> Matrix:
        share = expit(design @ beta)
        result: Matrix = (design.T * (share * (1 - share))) @ design + np.diag(precision)
        return result

    start = np.zeros(design.shape[1])
    mode = minimize(loss, start, jac=slope, hess=bend, method="trust-exact").x
    return mode, np.sqrt(np.diag(np.linalg.inv(bend(mode))))
