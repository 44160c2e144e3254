"""For which weights each of several answers is the best: convex areas of a plane, exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd

from cohort.assignment.problem import Ints

Weights = tuple[int, int]
"""What placing one person and what keeping one incumbent counts, in steps."""
Corner = tuple[int, int, int]
"""The weights (a / c, b / c) as whole numbers a, b and c > 0 (homogeneous coordinates)."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The pairs of an assignment, int[k, 2], and its three figures; `fit` in steps."""

    pairs: Ints
    fit: int
    placed: int
    kept: int

    def worth(self, corner: Corner) -> int:
        """What it is worth at these weights, times their common denominator."""
        a, b, c = corner
        return self.fit * c + self.placed * a + self.kept * b


@dataclass(frozen=True, eq=False)
class Tile:
    """An answer, and the corners, in order, of the weights at which no other is better."""

    answer: Answer
    corners: Sequence[Corner]


def laid(new: Answer, tiles: Sequence[Tile], plane: Sequence[Corner]) -> list[Tile]:
    """The tiles with one more answer among them; those that it covers are gone."""
    left = []
    for tile in tiles:
        plane = _where_better(plane, new, tile.answer)
        corners = _where_better(tile.corners, tile.answer, new)
        if _has_inside(corners):
            left.append(Tile(tile.answer, corners))
    return [*left, Tile(new, plane)]


def within(tile: Tile, most: Weights) -> Tile:
    """The part of a tile whose weights are at most so many steps."""
    corners = tile.corners
    for axis, limit in enumerate(most):
        corners = _kept(corners, [limit * corner[2] - corner[axis] for corner in corners])
    return Tile(tile.answer, corners)


def rounded(corner: Corner) -> Weights:
    a, b, c = corner
    return (2 * a + c) // (2 * c), (2 * b + c) // (2 * c)


def middle(tile: Tile) -> Weights:
    places, keeps = zip(*map(rounded, tile.corners), strict=True)
    return sum(places) // len(places), sum(keeps) // len(keeps)


def _where_better(corners: Sequence[Corner], one: Answer, other: Answer) -> Sequence[Corner]:
    """The part of a convex area in which `one` is at least as good."""
    return _kept(corners, [one.worth(corner) - other.worth(corner) for corner in corners])


def _kept(corners: Sequence[Corner], ahead: Sequence[int]) -> Sequence[Corner]:
    """The part of a convex area that is not behind a line (Sutherland and Hodgman 1974).

    `ahead` is how far each corner is on the good side of it, times its denominator.
    """
    if min(ahead, default=0) >= 0:
        return corners
    kept = []
    for k, corner in enumerate(corners):
        if ahead[k - 1] * ahead[k] < 0:
            kept.append(_between(corners[k - 1], abs(ahead[k]), corner, abs(ahead[k - 1])))
        if ahead[k] >= 0:
            kept.append(corner)
    return kept


def _between(one: Corner, share: int, other: Corner, others_share: int) -> Corner:
    a, b, c = (share * x + others_share * y for x, y in zip(one, other, strict=True))
    common = gcd(a, b, c)
    return a // common, b // common, c // common


def _has_inside(corners: Sequence[Corner]) -> bool:
    """Whether three of the corners are not on one line."""
    if len(corners) < 3:
        return False
    (a, b, c), *others = corners
    return any(
        a * (e * z - f * y) - b * (d * z - f * x) + c * (d * y - e * x) != 0
        for (d, e, f), (x, y, z) in pairwise(others)
    )
