"""The best groups of few people, by dynamic programming over all sets of them.

The first person of a set is alone, or in one of the groups that begin with her: so each set is
worth what its first person's group is worth and what remains, which is smaller. O(2^n) sets; up to
FEW people it takes a fraction of a second.
"""

from itertools import combinations

from cohort.grouping.problem import UNPLACED, Ordered

FEW = 12


def best_groups(people: Ordered) -> list[list[int]]:
    """Of what is equal, the one whose first person has the larger group, then the earlier ids."""
    n, problem = len(people.ids), people.problem
    beginning: list[list[tuple[int, float, tuple[int, ...]]]] = [[] for _ in range(n)]
    for size in range(problem.most, problem.least - 1, -1):
        for group in combinations(range(n), size):
            if people.fits(group):
                mask = sum(1 << one for one in group)
                beginning[group[0]].append((mask, people.worth_of(group), group))
    best = [0.0] * (1 << n)
    chosen: list[tuple[int, ...]] = [()] * (1 << n)
    for some in range(1, 1 << n):
        first = (some & -some).bit_length() - 1
        top = best[some ^ (1 << first)] - UNPLACED
        by: tuple[int, ...] = (first,)
        for mask, worth, group in beginning[first]:
            if mask & some == mask and worth + best[some ^ mask] > top + 1e-9:
                top, by = worth + best[some ^ mask], group
        best[some], chosen[some] = top, by
    groups, left = [], (1 << n) - 1
    while left:
        group = chosen[left]
        if len(group) > 1:
            groups.append(list(group))
        left ^= sum(1 << one for one in group)
    return groups
