"""A rubric, and the levels that a review finds in it: pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cohort.errors import Invalid

Rubric = Sequence[Mapping[str, Any]]
"""Criteria with a title and levels that rise, as a milestone has them."""
FAR_APART = 2
"""Levels between two reviews, from which on they disagree."""


class Chosen(NamedTuple):
    """The level of one criterion, by their titles: they outlive a change of the order."""

    criterion: str
    level: str


def version_of(rubric: Rubric) -> str:
    """The same for the same rubric, and another for every other."""
    packed = json.dumps(list(rubric), sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(packed.encode(), digest_size=12).hexdigest()


def found_in(rubric: Rubric, chosen: Iterable[Chosen]) -> list[dict[str, Any]]:
    """What is kept of a review: each criterion with its level, the lowest counted as 1.

    All criteria, or none. Raises Invalid at `levels`.
    """
    by_criterion: dict[str, str] = {}
    for one in chosen:
        if one.criterion in by_criterion:
            raise Invalid.at("levels", f"“{one.criterion}” is there twice.")
        by_criterion[one.criterion] = one.level
    if not by_criterion:
        return []
    levels = []
    for criterion in rubric:
        title = criterion["title"]
        if title not in by_criterion:
            raise Invalid.at("levels", f"Choose a level for “{title}” too.")
        levels.append(_level_of(criterion, by_criterion.pop(title)))
    if by_criterion:
        raise Invalid.at("levels", f"“{next(iter(by_criterion))}” is not in this rubric.")
    return levels


def _level_of(criterion: Mapping[str, Any], title: str) -> dict[str, Any]:
    each = criterion["levels"]
    for rank, level in enumerate(each, 1):
        if level["title"] == title:
            says = level.get("says", "")
            where = {"rank": rank, "of": len(each)}
            return {"criterion": criterion["title"], "level": title, "says": says, **where}
    raise Invalid.at("levels", f"“{criterion['title']}” has no level “{title}”.")


def ranks_of(levels: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """By criterion."""
    return {one["criterion"]: one["rank"] for one in levels}


def furthest(some: Iterable[Mapping[str, Any]], others: Iterable[Mapping[str, Any]]) -> int:
    """How many levels two reviews are apart where they are apart most; 0 with none in common."""
    one, other = ranks_of(some), ranks_of(others)
    return max((abs(one[its] - other[its]) for its in one.keys() & other.keys()), default=0)
