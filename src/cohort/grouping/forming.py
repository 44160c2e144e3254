"""Groups of everybody, as good as can be found, and how far from the best they may be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.grouping.bound import upper_bound
from cohort.grouping.covering import chosen_groups
from cohort.grouping.exact import FEW, best_groups
from cohort.grouping.problem import GroupProblem, Ordered, Singles
from cohort.grouping.repair import repaired
from cohort.grouping.search import improved
from cohort.grouping.start import from_present, grown

PROVED = 1e-6
MANY = 500
"""Of more people, one start is improved."""


Progress = Callable[[str, float], None]


def nobody_asks(_step: str, _share: float) -> None:
    """How far it is."""


@dataclass(frozen=True)
class Formed:
    """What was found, by ids.

    groups   each in the order of ids; the groups in the order of their first.
    left     who is in none.
    worth    of the groups, as `problem` says it.
    bound    what no groups can be worth more than; the same as `worth` where that is proved.
    """

    groups: Sequence[Sequence[str]]
    left: Sequence[str]
    worth: float
    bound: float

    @property
    def gap(self) -> float:
        """At most so much mean affinity for each person is missing to the best."""
        people = sum(map(len, self.groups)) + len(self.left)
        return max(self.bound - self.worth, 0.0) / people if people else 0.0


def form(problem: GroupProblem, progress: Progress = nobody_asks) -> Formed:
    """The best groups of few people, or where few groups fit; of more, good ones and a bound.

    The bound comes from an exact relaxation, whose prices tell the start whom many would like. With
    groups that stand now, the search begins with them too, and the better end counts. O(n^2)
    memory, and some dozens of products of n x n matrices.
    """
    people = Ordered(problem)
    if len(people.ids) <= FEW:
        groups = best_groups(people)
        return _told(people, groups, people.worth_of_all(groups))
    chosen = chosen_groups(people)
    if chosen is not None and people.worth_of_all(chosen[0]) >= chosen[1] - PROVED:
        return _told(people, chosen[0], people.worth_of_all(chosen[0]))
    progress("searching", 0.1)
    no_prices: Singles = np.zeros(len(people.ids), dtype=np.float32)
    first = improved(people, grown(people, no_prices))
    progress("bounding", 0.3)
    bound, prices = upper_bound(people, people.worth_of_all(first))
    progress("improving", 0.6)
    ends = [first]
    if len(people.ids) <= MANY:
        ends.append(improved(people, grown(people, prices)))
    if problem.present:
        ends.insert(0, improved(people, grown(people, prices, from_present(people))))
    if chosen is not None:
        ends.append(chosen[0])
        bound = min(bound, chosen[1])
    progress("mending", 0.8)
    best = repaired(people, max(ends, key=people.worth_of_all))
    best = improved(people, best)
    return _told(people, best, max(bound, people.worth_of_all(best)))


def _told(people: Ordered, groups: Sequence[Sequence[int]], bound: float) -> Formed:
    named = sorted([people.ids[one] for one in sorted(group)] for group in groups)
    inside = {one for group in named for one in group}
    left = [one for one in people.ids if one not in inside]
    return Formed(named, left, people.worth_of_all(groups), bound)


@dataclass(frozen=True)
class Place:
    """A group that may take somebody, and what all groups together are worth more by it."""

    group: str
    gain: float


def places_for(problem: GroupProblem, one: str) -> list[Place]:
    """The groups that stand now and may take one more: the best first; nobody else moves."""
    people = Ordered(problem)
    person = people.at[one]
    of: dict[str, list[int]] = {}
    for other, name in problem.present.items():
        if other != one:
            of.setdefault(name, []).append(people.at[other])
    places = []
    for name, members in of.items():
        joined = [*members, person]
        if len(joined) <= problem.most and people.fits(joined):
            places.append(Place(name, people.worth_of(joined) - _worth(people, members)))
    return sorted(places, key=lambda its: (-its.gain, its.group))


def _worth(people: Ordered, members: Sequence[int]) -> float:
    """Of one alone, who is no group, as if she had no partners."""
    return people.worth_of(members) if len(members) > 1 else 0.0


def worth_of(problem: GroupProblem, groups: Mapping[str, Sequence[str]]) -> float:
    """Of these groups as they stand, whoever may be in them."""
    people = Ordered(problem)
    its = [[people.at[one] for one in group] for group in groups.values()]
    return sum(_worth(people, one) for one in its)
