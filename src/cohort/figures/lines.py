"""Lines over weeks as a picture: where each point, mark and label stands; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 150, 12, 34
LABELS_APART = 16.0
MOST_MARKS = 12
"""Weeks that are named below the picture."""


@dataclass(frozen=True, slots=True)
class Line:
    """Shares in [0, 1], a week each; None ends the line."""

    label: str
    style: int
    """Which dash and colour; lines of one picture have different ones."""
    shares: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class DrawnLine:
    label: str
    style: int
    points: str
    ends: tuple[float, float]
    label_at: float
    """How high its label stands: near its end, and not on another label."""


@dataclass(frozen=True, slots=True)
class LinePicture:
    lines: Sequence[DrawnLine]
    across: Sequence[tuple[float, int]]
    """Where a share's grid line stands, and its percent."""
    down: Sequence[tuple[float, int]]
    """Where a week stands, and its number."""
    width: int = WIDTH
    height: int = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


def picture_of(lines: Sequence[Line]) -> LinePicture:
    """Each begins at nothing, before the first week."""
    weeks = max((len(line.shares) for line in lines), default=0)
    step = max(1, -(-weeks // MOST_MARKS))
    drawn = [(line, [(0, 0.0), *_told(line.shares)]) for line in lines]
    heights = _apart([_y(points[-1][1]) for _, points in drawn])
    return LinePicture(
        lines=[
            DrawnLine(
                label=line.label,
                style=line.style,
                points=" ".join(f"{_x(week, weeks):.1f},{_y(share):.1f}" for week, share in points),
                ends=(round(_x(points[-1][0], weeks), 1), round(_y(points[-1][1]), 1)),
                label_at=round(at, 1),
            )
            for (line, points), at in zip(drawn, heights, strict=True)
        ],
        across=[(round(_y(percent / 100), 1), percent) for percent in (0, 25, 50, 75, 100)],
        down=[(round(_x(week, weeks), 1), week) for week in range(step, weeks + 1, step)],
    )


def _told(shares: Sequence[float | None]) -> list[tuple[int, float]]:
    return [(week, share) for week, share in enumerate(shares, start=1) if share is not None]


def _x(week: int, weeks: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * week / max(weeks, 1)


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(max(share, 0.0), 1.0))


def _apart(heights: Sequence[float]) -> list[float]:
    """The same, moved down as far as labels need it, and all up again where they leave the page."""
    order = sorted(range(len(heights)), key=lambda one: (heights[one], one))
    placed = list(heights)
    for before, one in pairwise(order):
        placed[one] = max(placed[one], placed[before] + LABELS_APART)
    too_low = max(placed, default=0.0) - (HEIGHT - BOTTOM)
    return [at - max(too_low, 0.0) for at in placed]
