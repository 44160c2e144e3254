"""Groups formed anew by the best of a neighbourhood, where small steps do not help any more.

Around somebody who is in no group, and around each group where there are not many: a few groups
that are near are taken apart, and the best of their people's groups is put in their place.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from cohort.grouping.covering import chosen_groups
from cohort.grouping.problem import Ordered

NEAR = 6
MOST_CENTRES = 100
MOST_GROUPS = 5_000
EFFORT = 0.2


def repaired(people: Ordered, groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """At least as good as before; a bounded number of neighbourhoods is tried, once each."""
    held = [list(one) for one in groups]
    for centre in _centres(people, held):
        near = _around(people, held, centre)
        some = sorted({*centre, *(one for number in near for one in held[number])})
        part = people.only(some)
        now = [[some.index(one) for one in held[number]] for number in near]
        found = chosen_groups(part, now, most=MOST_GROUPS, effort=EFFORT)
        if found is None or part.worth_of_all(found[0]) <= part.worth_of_all(now) + 1e-6:
            continue
        better = [[some[one] for one in group] for group in found[0]]
        held = [one for number, one in enumerate(held) if number not in near] + better
    return held


def _centres(people: Ordered, groups: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    placed = {one for group in groups for one in group}
    alone = [one for one in range(len(people.ids)) if one not in placed]
    yield from ([one] for one in alone[:MOST_CENTRES] if people.compatible[one].any())
    if len(groups) <= MOST_CENTRES:
        yield from (list(group) for group in groups)


def _around(people: Ordered, groups: Sequence[Sequence[int]], centre: Sequence[int]) -> list[int]:
    """The groups with the most people who suit the centre, and those that it is in."""
    suit = people.affinity[list(centre)].sum(axis=0) * people.compatible[list(centre)].any(axis=0)
    near = [float(suit[list(one)].sum()) + 100 * bool({*centre} & {*one}) for one in groups]
    ranked = np.argsort(-np.array(near), kind="stable")
    return [int(one) for one in ranked[:NEAR]]
