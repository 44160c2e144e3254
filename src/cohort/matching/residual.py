"""What could move in a matching, and at what gain: prices, ties and chains come from here.

Nodes are the m mentors and, last, the bench. An arc p -> q says: hand one place's worth of
people from p to q, at this gain. Somebody with p moves to q; a free place at p swallows one
(p -> bench, gain 0); a place at q is left empty (bench -> q, gain 0). All gains are integers.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from cohort.matching.problem import Bools, Ints

NO_ARC = -(2**61)


def own_worth(worth: Ints, mentor_of: Ints) -> Ints:
    """What each researcher's present place is worth: int[n], 0 on the bench."""
    if worth.shape[1] == 0:
        return np.zeros(len(mentor_of), dtype=np.int64)
    rows = np.arange(len(mentor_of))
    return np.where(mentor_of >= 0, worth[rows, np.maximum(mentor_of, 0)], 0)


def gains(worth: Ints, allowed: Bools, mentor_of: Ints, capacity: Ints) -> Ints:
    """The best gain of each arc, int[m + 1, m + 1], `NO_ARC` where nobody can move.

    O(n m) time and memory; `mentor_of` is -1 on the bench.
    """
    n, m = worth.shape
    node = np.where(mentor_of >= 0, mentor_of, m)
    change = np.zeros((n, m + 1), dtype=np.int64)
    np.copyto(change[:, :m], worth)
    change -= own_worth(worth, mentor_of)[:, None]
    change[:, :m][~allowed] = NO_ARC
    arcs = np.full((m + 1, m + 1), NO_ARC, dtype=np.int64)
    if n:
        order = np.argsort(node, kind="stable")
        present, starts = np.unique(node[order], return_index=True)
        arcs[present] = np.maximum.reduceat(change[order], starts, axis=0)
    has_room = np.bincount(node, minlength=m + 1)[:m] < capacity
    arcs[:m, m][has_room] = np.maximum(arcs[:m, m][has_room], 0)
    arcs[m] = np.maximum(arcs[m], 0)
    return arcs


def lowest_prices(arcs: Ints) -> Ints:
    """The lowest optimal prices v, int[m] >= 0: the longest walk from the bench to each mentor.

    Bellman-Ford on the mentors; it ends within m + 1 rounds exactly when the matching that the
    arcs belong to is optimal. The lowest price is what one more place with the mentor is worth.
    """
    price = np.zeros(len(arcs), dtype=np.int64)
    for _ in range(len(arcs) + 1):
        higher = np.maximum(price, (arcs + price[:, None]).max(axis=0))
        if np.array_equal(higher, price):
            return price[:-1]
        price = higher
    raise ArithmeticError("the matching is not optimal: a round of moves would improve it")


@dataclass(frozen=True, eq=False)
class Face:
    """All optimal matchings: who may still go where, and what each of them fills.

    pairs        bool[n, m]: pairs that occur in some optimal matching.
    must_match   bool[n]: matched in every optimal matching.
    must_fill    bool[m]: every optimal matching fills all places.
    settled      bool[n]: has the same place, or none, in every optimal matching.
    """

    pairs: Bools
    must_match: Bools
    must_fill: Bools
    settled: Bools


def optimal_face(worth: Ints, allowed: Bools, mentor_of: Ints, capacity: Ints) -> Face:
    """What all optimal matchings have in common, from one of them.

    A move keeps the total exactly when it lies on a cycle of moves that lose nothing: inside
    one strongly connected component of the arcs whose gain equals the difference in price.
    """
    n, m = worth.shape
    arcs = gains(worth, allowed, mentor_of, capacity)
    price = np.append(lowest_prices(arcs), 0)
    free = arcs + price[:, None] == price[None, :]
    _, component = connected_components(csr_array(free), connection="strong")
    node = np.where(mentor_of >= 0, mentor_of, m)
    surplus = own_worth(worth, mentor_of) - price[node]
    tight = allowed & (worth - price[:m] == surplus[:, None])
    pairs = tight & (component[:m] == component[node][:, None])
    may_leave = (surplus == 0) & (component[node] == component[m])
    options = pairs.sum(axis=1) + may_leave
    return Face(
        pairs=pairs,
        must_match=~may_leave,
        must_fill=(price[:m] > 0) | (component[:m] != component[m]),
        settled=(options == 1) if n else np.zeros(0, dtype=np.bool_),
    )
