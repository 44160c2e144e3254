"""Policies side by side, over several seeds, as lines for a terminal; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from scipy.stats import t as student

from cohort.season.measures import Measures

LEVEL = 0.95
ROWS: Mapping[str, tuple[str, float, str]] = {
    "waited_days": ("days until the first mentor", 1, ".1f"),
    "placed": ("researchers who had a mentor, %", 100, ".1f"),
    "mentored_time": ("their time with a mentor, %", 100, ".1f"),
    "fit": ("score of the mentorships", 1, ".3f"),
    "changes": ("changes of mentor, for each", 1, ".2f"),
    "said_no": ("proposals declined, %", 100, ".1f"),
    "ran_out": ("proposals lapsed, %", 100, ".1f"),
    "mails": ("mails for each person", 1, ".1f"),
}


@dataclass(frozen=True)
class Interval:
    """The mean over seeds, and half the width of its 95 % interval by Student's t."""

    mean: float
    half: float | None
    """None of a single seed, which says nothing of how much seeds differ."""


def interval_of(values: Sequence[float]) -> Interval:
    """Seeds are independent draws. Raises ValueError without any. O(len(values))."""
    if not values:
        raise ValueError("an interval needs at least one value")
    count = len(values)
    if count == 1:
        return Interval(values[0], None)
    quantile = float(student.ppf((1 + LEVEL) / 2, count - 1))
    return Interval(fmean(values), quantile * stdev(values) / sqrt(count))


def table(played: Mapping[str, Sequence[Measures]]) -> Iterator[str]:
    """Of each policy the means; of each but the first, how it differs from the first one.

    The difference is taken seed by seed: the same people come in both seasons, so that its
    interval is narrower than the two policies' own.
    """
    names = list(played)
    label, wide = max(len(title) for title, *_ in ROWS.values()), 16
    yield " " * label + "".join(f"{name:>{wide}}" for name in names)
    for field, (title, scale, form) in ROWS.items():
        means = [_values(played[name], field, scale) for name in names]
        cells = [_cell(interval_of(one), form) for one in means]
        yield f"{title:<{label}}" + "".join(f"{cell:>{wide}}" for cell in cells)
        if len(names) > 1:
            apart = [
                _cell(interval_of([b - a for a, b in zip(means[0], one, strict=True)]), "+" + form)
                for one in means[1:]
            ]
            first = f"  against {names[0]}"
            cells = ["", *apart]
            yield f"{first:<{label}}" + "".join(f"{cell:>{wide}}" for cell in cells)


def _values(measured: Sequence[Measures], field: str, scale: float) -> list[float]:
    return [scale * float(getattr(one, field)) for one in measured]


def _cell(interval: Interval, form: str) -> str:
    mean = format(interval.mean, form)
    if interval.half is None:
        return mean
    return f"{mean} ± {format(interval.half, form.lstrip('+'))}"
