"""Lines over weeks as a picture: where each point and mark stands; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 50, 14, 12, 44
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
    last: float | None
    """The share at its end; None of a line that has no week yet."""


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
    return LinePicture(
        lines=[_drawn(line, weeks) for line in lines],
        across=[(round(_y(percent / 100), 1), percent) for percent in (0, 25, 50, 75, 100)],
        down=[(round(_x(week, weeks), 1), week) for week in range(step, weeks + 1, step)],
    )


def _drawn(line: Line, weeks: int) -> DrawnLine:
    told = _told(line.shares)
    points = [(0, 0.0), *told]
    last_week, last = points[-1]
    return DrawnLine(
        label=line.label,
        style=line.style,
        points=" ".join(f"{_x(week, weeks):.1f},{_y(share):.1f}" for week, share in points),
        ends=(round(_x(last_week, weeks), 1), round(_y(last), 1)),
        last=last if told else None,
    )


def _told(shares: Sequence[float | None]) -> list[tuple[int, float]]:
    return [(week, share) for week, share in enumerate(shares, start=1) if share is not None]


def _x(week: int, weeks: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * week / max(weeks, 1)


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(max(share, 0.0), 1.0))
