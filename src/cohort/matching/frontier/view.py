"""The points of a run as a table and a picture; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cohort.matching.models import Run
from cohort.matching.results.service import advice_of

WIDTH, HEIGHT, LEFT, EDGE = 320, 190, 44, 22
"""Of a picture, in its own units; `LEFT` leaves room for the figures of the axis."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One point in a picture, under the number that it has in the table."""

    number: int
    x: float
    y: float
    chosen: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The sum of scores upwards, one other figure to the right."""

    title: str
    dots: Sequence[Dot]
    low_x: int
    high_x: int
    low_y: float
    high_y: float
    limit: str = ""
    """Points of a line, as SVG has them, above which no way lies."""


@dataclass(frozen=True, slots=True)
class FrontierView:
    """rows  as `advising.Way`, the highest sum of scores first; `kept` says that there was a run
    before, whose pairs could be kept.
    """

    rows: Sequence[Mapping[str, Any]]
    complete: bool
    kept: bool
    pictures: Sequence[Picture]

    @property
    def numbered(self) -> list[tuple[int, Mapping[str, Any]]]:
        return [*enumerate(self.rows, 1)]


def frontier_of(run: Run) -> FrontierView:
    advice = advice_of(run)
    rows = advice["ways"]
    kept = any(one["kept"] + one["changed"] for one in rows)
    axes = [("placed", "Sum of scores, by people with a mentor")]
    axes += [("kept", "Sum of scores, by pairs kept")] if kept else []
    shown = [axis for axis in axes if len({one[axis[0]] for one in rows}) > 1]
    pictures = [_picture(rows, *axis, advice["limits"]) for axis in shown]
    return FrontierView(rows, advice["complete"], kept, pictures)


def _picture(
    rows: Sequence[Mapping[str, Any]],
    figure: str,
    title: str,
    limits: Sequence[tuple[int, float]],
) -> Picture:
    xs, ys = [one[figure] for one in rows], [one["fit"] for one in rows]
    dots = [
        Dot(
            number,
            _along(one[figure], xs, LEFT, WIDTH - EDGE),
            _along(one["fit"], ys, HEIGHT - EDGE * 2, EDGE),
            one["chosen"],
        )
        for number, one in enumerate(rows, 1)
    ]
    line = [
        f"{_along(placed, xs, LEFT, WIDTH - EDGE)},{_along(fit, ys, HEIGHT - EDGE * 2, EDGE)}"
        for placed, fit in limits
        if figure == "placed"
    ]
    return Picture(title, dots, min(xs), max(xs), min(ys), max(ys), " ".join(line))


def _along(value: float, among: Sequence[float], start: float, end: float) -> float:
    """Where a value lies between two edges; in the middle where all are the same."""
    low, high = min(among), max(among)
    share = (value - low) / (high - low) if high > low else 0.5
    return round(start + share * (end - start), 1)
