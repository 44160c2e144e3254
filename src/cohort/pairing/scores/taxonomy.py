"""How near two sets of domains are in a tree of domains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cohort.assignment.problem import Floats

GRAINS = 2.0**40
"""How finely closeness and weights are told apart: thousands of grains still add up exactly."""


class BadTaxonomy(ValueError):
    """The tree has a parent that it does not hold, or a circle; `slug` says where."""

    def __init__(self, sentence: str, slug: str) -> None:
        super().__init__(sentence)
        self.slug = slug


@dataclass(frozen=True)
class Taxonomy:
    """A tree of domains: the parent of each slug, None for a top branch."""

    parents: Mapping[str, str | None]

    def __post_init__(self) -> None:
        for slug in self.parents:
            self.lineage(slug)

    def lineage(self, slug: str) -> tuple[str, ...]:
        """The slug, its parent, and so on up to the top branch."""
        line: list[str] = []
        above: str | None = slug
        while above is not None:
            if above in line:
                raise BadTaxonomy(f"{slug!r} is its own ancestor; break the circle.", slug)
            if above not in self.parents:
                raise BadTaxonomy(f"{above!r} is not in the tree; add it as a domain.", slug)
            line.append(above)
            above = self.parents[above]
        return tuple(line)

    @cached_property
    def closeness(self) -> tuple[dict[str, int], Floats]:
        """The position of each slug, and float[d, d]: how near any two domains are.

        2 * depth(nearest common ancestor) / (depth(a) + depth(b)), with top branches at depth 1
        (Wu and Palmer 1994): 1 for the same domain, 0 for different branches; siblings at depth
        2 have 0.5, at depth 3 0.67.
        """
        position = {slug: k for k, slug in enumerate(sorted(self.parents))}
        above = np.zeros((len(position), len(position)))
        for slug, k in position.items():
            above[k, [position[one] for one in self.lineage(slug)]] = 1.0
        depth = above.sum(axis=1)
        return position, 2 * (above @ above.T) / np.maximum(depth[:, None] + depth, 1)


def domain_similarity(
    sought: Sequence[Sequence[str]], offered: Sequence[Sequence[str]], taxonomy: Taxonomy
) -> Floats:
    """How well each offered set covers each sought one: float[n, m] in [0, 1].

    The mean, over the sought domains, of the closeness of the nearest offered one. It is not
    symmetric: a broad mentor is not marked down for what the researcher does not seek, and one
    more offered domain never lowers it. An empty set on either side gives 0; a slug that the
    tree does not hold is near to nothing. O(n m d + m d^2) for d domains, and O(d^3) once a tree.
    """
    position, closeness = taxonomy.closeness
    reach = np.zeros((len(position), len(offered)))
    for j, domains in enumerate(offered):
        known = [position[one] for one in set(domains) if one in position]
        if known:
            reach[:, j] = closeness[:, known].max(axis=1)
    named = np.zeros((len(sought), len(position)))
    for i, domains in enumerate(sought):
        named[i, [position[one] for one in set(domains) if one in position]] = 1.0
    # Rounded to grains, the sum is the same in whatever order a matrix product adds it up.
    grains = named @ np.rint(reach * GRAINS)
    asked = np.array([max(len(set(domains)), 1) for domains in sought]).reshape(-1, 1)
    near: Floats = grains / GRAINS / asked
    return near
