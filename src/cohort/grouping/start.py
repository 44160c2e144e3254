"""Groups to begin with: one after another, from those who have the fewest partners."""

from collections.abc import Sequence

import numpy as np

from cohort.assignment.problem import Bools
from cohort.grouping.problem import ALONE, Ordered, Singles


def from_present(people: Ordered) -> list[list[int]]:
    """What stands now; whoever does not fit any more is let go, the last ids first."""
    groups = []
    for number in sorted(set(people.present.tolist()) - {ALONE}):
        group: list[int] = []
        for one in np.flatnonzero(people.present == number).tolist():
            if len(group) < people.problem.most and _shares(people, [*group, one]):
                group.append(one)
        groups.append(group)
    groups = _bundled(people, groups)
    return [one for one in groups if len(one) >= people.problem.least]


def grown(people: Ordered, prices: Singles, begun: Sequence[Sequence[int]] = ()) -> list[list[int]]:
    """With `begun`, groups of those who are left; popular people are dear, by their prices."""
    groups = [list(one) for one in begun]
    left = np.ones(len(people.ids), dtype=np.bool_)
    left[[one for group in groups for one in group]] = False
    for bundle in people.bundles:
        if left[bundle].all() and people.fits(bundle):
            _grow(people, prices, bundle, left, groups)
    bound = {one for bundle in people.bundles for one in bundle}
    left[sorted(bound)] = False
    partners = (people.compatible & left).sum(axis=1)
    for seed in sorted(np.flatnonzero(left).tolist(), key=lambda one: (partners[one], one)):
        if left[seed]:
            _grow(people, prices, [seed], left, groups)
    return groups


def _grow(
    people: Ordered,
    prices: Singles,
    seed: Sequence[int],
    left: Bools,
    groups: list[list[int]],
) -> None:
    """To the size that is wanted; with too few, everyone stays where she was."""
    group = list(seed)
    near = people.affinity[group].sum(axis=0) - prices
    may = left & people.compatible[group].all(axis=0)
    may[group] = False
    shared = [one[group].all(axis=0) for one in people.common]
    while len(group) < people.problem.size:
        some = np.flatnonzero(may)
        for mine, one in zip(shared, people.common, strict=True):
            some = some[(one[some] & mine).any(axis=1)]
        if not some.size:
            break
        chosen = int(some[near[some].argmax()])
        group.append(chosen)
        near = near + people.affinity[chosen]
        may = may & people.compatible[chosen]
        may[chosen] = False
        shared = [mine & one[chosen] for mine, one in zip(shared, people.common, strict=True)]
    if len(group) >= people.problem.least:
        left[group] = False
        groups.append(group)


def _shares(people: Ordered, group: Sequence[int]) -> bool:
    shares = all(one[list(group)].all(axis=0).any() for one in people.common)
    return shares and not people.apart[np.ix_(group, group)].any()


def _bundled(people: Ordered, groups: list[list[int]]) -> list[list[int]]:
    """People who must be together leave the groups in which they are not."""
    gone = set()
    for bundle in people.bundles:
        if not any(set(bundle) <= set(group) for group in groups):
            gone.update(bundle)
    return [[one for one in group if one not in gone] for group in groups]
