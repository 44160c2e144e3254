"""How likely somebody is to pass the exam, from her answers by official section: pure.

What she can do in a section is a share p of its questions. Whoever is good in one section tends to
be good in the others, so each p lies around a share m of her own: given m, p is Beta(8m, 8(1 - m)),
as if she had answered eight questions before. m is anything with a half most likely, Beta(2, 2).
Her answers say how likely each m is (on a grid of 24), and move each p: a right answer adds to the
first number, another one to the second. An answer counts half after eight weeks, as people learn
and forget.

The exam asks of each section as many questions as its weight says. Given m, the number of right
answers in a section is beta-binomial, and the whole is their sum; the chance is that of a sum at or
above the pass mark. It is exact for the grid. Ranges are drawn from what p may be, always with the
same numbers: the range of the chance is that of the chances which somebody would have who knew p.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, comb, exp
from typing import Any

import numpy as np
from scipy.special import betaln, gammaln

ALIKE = 8.0
HALF_AFTER = timedelta(weeks=8)
ENOUGH = 20
"""With fewer answers, nothing is said about the chance: it would be about our prior, not her."""
LOW, HIGH = 0.1, 0.9
"""Ranges hold four times of five."""
GRID, DRAWS = 24, 1_000
SOME = 50
"""People whose chances are worked out at once: what that takes has room beside the processor."""
HOURS = 5.0
"""A gain is that of so many hours in one section."""
REACHED, SLOWNESS = 0.95, 20.0
"""Hours bring p nearer to 95 %: 20 of them 63 % of the way. An assumption, and told so."""

Floats = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]
Belief = tuple[Floats, Floats]
"""The two numbers of a section's Beta, for each m of the grid."""


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """What was answered in a section; `right` and `wrong` with the weights of their age."""

    questions: int
    """So many has the exam."""
    answered: int
    right: float
    wrong: float


@dataclass(frozen=True, slots=True)
class SectionForecast:
    mean: float
    low: float
    high: float
    gain: float
    """What an hour in this section adds to the chance."""


@dataclass(frozen=True, slots=True)
class ExamForecast:
    needed: int
    answered: int
    chance: float
    chance_low: float
    chance_high: float
    expected: float
    low: int
    high: int
    sections: Sequence[SectionForecast]

    @property
    def is_enough(self) -> bool:
        return self.answered >= ENOUGH


def weight_of(age: timedelta) -> float:
    """By whole days, so that what is said of somebody stays the same for a day."""
    return float(0.5 ** (max(age.days, 0) / HALF_AFTER.days))


def forecast(standings: Sequence[AnswerCounts], pass_mark: float) -> ExamForecast:
    counts = [one.questions for one in standings]
    needed = ceil(sum(counts) * pass_mark - 1e-9)
    likely, beliefs = _beliefs(standings)
    total = likely @ _sums(counts, beliefs)
    chance = _at_least(total, needed)
    shares = _draw(likely, beliefs)
    chances = _chances(counts, shares, needed)
    below = np.cumsum(total)
    return ExamForecast(
        needed=needed,
        answered=sum(one.answered for one in standings),
        chance=chance,
        chance_low=float(np.quantile(chances, LOW)),
        chance_high=float(np.quantile(chances, HIGH)),
        expected=float(np.arange(len(total)) @ total),
        low=int(np.searchsorted(below, LOW)),
        high=int(np.searchsorted(below, HIGH)),
        sections=[
            SectionForecast(
                mean=float(likely @ (a / (a + b))),
                low=float(np.quantile(shares[at], LOW)),
                high=float(np.quantile(shares[at], HIGH)),
                gain=(_chance_after_study(counts, likely, beliefs, at, needed) - chance) / HOURS,
            )
            for at, (a, b) in enumerate(beliefs)
        ],
    )


def _beliefs(standings: Sequence[AnswerCounts]) -> tuple[Floats, list[Belief]]:
    """How likely each m of the grid is, and what p may be in each section, given m."""
    m = (np.arange(GRID) + 0.5) / GRID
    log_likely = np.log(m) + np.log(1 - m)
    beliefs = []
    for one in standings:
        before = ALIKE * m, ALIKE * (1 - m)
        after = before[0] + one.right, before[1] + one.wrong
        log_likely += betaln(*after) - betaln(*before)
        beliefs.append(after)
    likely = np.exp(log_likely - log_likely.max())
    return likely / likely.sum(), beliefs


def _sums(counts: Sequence[int], beliefs: Sequence[Belief]) -> Floats:
    """For each m, the probabilities of 0, 1, 2… right answers: the sum of beta-binomials."""
    size = sum(counts) + 1
    wave = np.ones((GRID, size // 2 + 1), dtype=np.complex128)
    for count, (a, b) in zip(counts, beliefs, strict=True):
        right = np.arange(count + 1)
        ways = gammaln(count + 1) - gammaln(right + 1) - gammaln(count - right + 1)
        a, b = a[:, None], b[:, None]  # noqa: PLW2901
        each = np.exp(ways + betaln(right + a, count - right + b) - betaln(a, b))
        wave *= np.fft.rfft(each, size, axis=1)
    return np.clip(np.fft.irfft(wave, size, axis=1), 0, 1)


def _at_least(total: Floats, needed: int) -> float:
    return float(np.clip(total[needed:].sum(), 0, 1))


def _chance_after_study(
    counts: Sequence[int], likely: Floats, beliefs: Sequence[Belief], at: int, needed: int
) -> float:
    """With p of one section nearer to what can be reached, and as sure as it is now."""
    a, b = beliefs[at]
    mean, sure = a / (a + b), a + b
    nearer = mean + np.maximum(REACHED - mean, 0) * (1 - exp(-HOURS / SLOWNESS))
    studied = list(beliefs)
    studied[at] = nearer * sure, (1 - nearer) * sure
    return _at_least(likely @ _sums(counts, studied), needed)


def _draw(likely: Floats, beliefs: Sequence[Belief]) -> list[Floats]:
    """What p may be in each section, many times."""
    dice = np.random.default_rng(0)
    which = dice.choice(GRID, DRAWS, p=likely)
    return [dice.beta(a[which], b[which]) for a, b in beliefs]


def _chances(counts: Sequence[int], shares: Sequence[Floats], needed: int) -> Floats:
    """The chance for each of the drawn p: of a sum of binomials, section after section."""
    total = np.ones((1, DRAWS))
    for count, p in zip(counts, shares, strict=True):
        longer = np.zeros((total.shape[0] + count, DRAWS))
        for right, each in enumerate(_binomial(count, p)):
            longer[right : right + total.shape[0]] += total * each
        total = longer
    passed: Floats = np.clip(total[needed:].sum(axis=0), 0, 1)
    return passed


def _binomial(count: int, p: Floats) -> list[Floats]:
    return [
        comb(count, right) * p**right * (1 - p) ** (count - right) for right in range(count + 1)
    ]


def chances(counts: Sequence[int], right: Floats, wrong: Floats, pass_mark: float) -> Floats:
    """float[n]: the chance of each of n people, as `forecast` says it; of all of them at once.

    right, wrong  float[n, sections], weighted by age as in AnswerCounts
    """
    parts = range(0, len(right), SOME)
    told = [
        _chances_of_some(counts, right[one : one + SOME], wrong[one : one + SOME], pass_mark)
        for one in parts
    ]
    return np.concatenate(told) if told else np.zeros(0)


def _chances_of_some(
    counts: Sequence[int], right: Floats, wrong: Floats, pass_mark: float
) -> Floats:
    needed = ceil(sum(counts) * pass_mark - 1e-9)
    m = (np.arange(GRID) + 0.5) / GRID
    log_likely = np.tile(np.log(m) + np.log(1 - m), (len(right), 1))
    total = np.ones((1, len(right), GRID))
    for at, count in enumerate(counts):
        a0, b0 = ALIKE * m, ALIKE * (1 - m)
        a, b = a0 + right[:, at, None], b0 + wrong[:, at, None]
        log_likely += betaln(a, b) - betaln(a0, b0)
        longer = np.zeros((total.shape[0] + count, *total.shape[1:]))
        # None right; then each number from the one before it.
        each = np.ones_like(a)
        for k in range(count):
            each *= (b + k) / (a + b + k)
        for k in range(count + 1):
            longer[k : k + total.shape[0]] += total * each
            each *= ((count - k) / (k + 1)) * (a + k) / np.maximum(b + count - k - 1, 1e-12)
        total = longer
    likely = np.exp(log_likely - log_likely.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    passed = total[needed:].sum(axis=0)
    told: Floats = np.clip((likely * passed).sum(axis=1), 0, 1)
    return told
