"""One augmenting path: the best answer after one small change, without solving again.

A best assignment with k places filled becomes a best one with one place more along the longest
path of its residual graph (successive shortest paths: Ahuja, Magnanti and Orlin 1993, section
9.7; for the assignment problem Volgenant 2006, "An addendum on sensitivity analysis of the
optimal assignment"). This holds for any weights that can be added and compared, so also for the
triples (score; incumbents kept, then pairs; lots), which `optimum.solve` maximises in this
order: the path of the greatest triple leads to the one answer that solving anew would give.

The proof is the search itself: the longest distances d from its start satisfy
d[q] >= d[p] + arc(p, q) for every arc, so no path to q gains more than d[q].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cohort.assignment.canonical import lots
from cohort.assignment.neighbourhood import Neighbourhood
from cohort.assignment.problem import UNMATCHED, Bools, Ints
from cohort.assignment.walks import NEVER, NO_ARC, bellman_ford, longest_walks

NOBODY = -1
LEVELS = 2  # that settle equals: incumbents kept, then pairs; and lots


class Ends(NamedTuple):
    """Where a path may end, one entry for each way: the last move is `person` from `node`.

    node    int[k]: whom the person gives up; the graph's last node for nobody.
    person  int[k]: who takes up the new place or the new pair; NOBODY where no one moves.
    target  int: the mentor whom the person goes to, m for one who is new.
    gain    int[k]: what the last move adds.
    """

    node: Ints
    person: Ints
    target: int
    gain: Ints


class Augmented(NamedTuple):
    """gain   in steps, with the cover bonus for each person more.
    moves  (person, origin, target): mentors by column, UNMATCHED for none, m for one who is new.
    """

    gain: int
    moves: tuple[tuple[int, int, int], ...]

    def newly(self, degree: Ints) -> list[int]:
        """Who has no mentor before, by `degree` int[n], and has one after."""
        return sorted(i for i, more in self._difference().items() if degree[i] == 0 < more)

    def losing(self, degree: Ints) -> list[int]:
        return sorted(i for i, more in self._difference().items() if degree[i] + more == 0)

    def _difference(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for i, p, q in self.moves:
            found[i] = found.get(i, 0) + (q != UNMATCHED) - (p != UNMATCHED)
        return {i: more for i, more in found.items() if more}


NO_CHANGE = Augmented(0, ())


def with_one_more_place(near: Neighbourhood, j: int) -> Augmented:
    """The best answer if mentor j had one place more."""
    ends = Ends(np.array([j]), np.array([NOBODY]), j, np.zeros(1, dtype=np.int64))
    found = _best(near, near.residual.unmatched, near.entering, ends)
    return found or NO_CHANGE


def with_pair(near: Neighbourhood, i: int, j: int, *, forced: bool) -> Augmented | None:
    """The best answer if i and j could be a pair, which they cannot now; or, forced, had to be.

    None where there is no such answer.
    """
    residual = near.residual
    nodes, gain = _given_up(near, i)
    ends = Ends(nodes, np.full(len(nodes), i), j, gain + near.worth.units[i, j])
    distance = longest_walks(residual.arcs, j)
    found = _best(near, j, distance, ends, forced=forced)
    return found if forced else found or NO_CHANGE


def with_new_mentor(near: Neighbourhood, units: Ints, allowed: Bools) -> Augmented:
    """The best answer with one mentor more, who has one place.

    units    int[n]: the new scores, in the steps of `near.worth`.
    allowed  bool[n]: who could go to the new mentor.
    """
    m, able = near.residual.unmatched, np.flatnonzero(allowed)
    value = units[able] + near.released()[able]
    best = able[value == value.max(initial=NEVER)]
    if not len(best) or value.max() <= NEVER // 2:
        return NO_CHANGE
    ways = [(i, *_given_up(near, i)) for i in best.tolist()]
    ends = Ends(
        np.concatenate([nodes for _, nodes, _ in ways]),
        np.concatenate([np.full(len(nodes), i) for i, nodes, _ in ways]),
        m,
        np.concatenate([gain + units[i] for i, _, gain in ways]),
    )
    return _best(near, near.residual.unmatched, near.entering, ends) or NO_CHANGE


def _given_up(near: Neighbourhood, i: int) -> tuple[Ints, Ints]:
    """Whom i could give up for another mentor, the last node for nobody; and what that adds."""
    residual = near.residual
    nodes = np.flatnonzero(residual.assigned[i] & ~residual.scope.fixed[i])
    gain = -residual.goal.worth[i, nodes]
    if residual.degree[i] < near.problem.demand[i]:
        nodes = np.append(nodes, residual.unmatched)
        gain = np.append(gain, residual.goal.first if residual.degree[i] == 0 else 0)
    return nodes, gain


def _best(
    near: Neighbourhood, start: int, distance: Ints, ends: Ends, *, forced: bool = False
) -> Augmented | None:
    """The path of the greatest triple; None where there is none or changing nothing is better."""
    value = distance[ends.node] + ends.gain
    gain = int(value.max(initial=NO_ARC))
    if gain <= NEVER // 2 or (gain < 0 and not forced):
        return None
    chosen = np.flatnonzero(value == gain)
    settling = _Settling(near, ends)
    arcs = _tight_arcs(near, start, distance, np.unique(ends.node[chosen]))
    tie: list[int] = []
    for level in range(LEVELS):
        if gain and len(chosen) == 1 and arcs.is_one_path:
            break
        arcs, chosen, best = _narrowed(arcs, start, ends, chosen, settling, level)
        tie.append(best)
    if gain == 0 and not forced and tie <= [0, 0]:
        return None
    end = int(chosen[0])
    moves = [
        (i, _column(p, near), _column(q, near))
        for i, p, q in arcs.path(start, int(ends.node[end]))
        if i != NOBODY
    ]
    if ends.person[end] != NOBODY:
        moves.append((int(ends.person[end]), _column(int(ends.node[end]), near), ends.target))
    return Augmented(gain, tuple(moves))


def _column(node: int, near: Neighbourhood) -> int:
    return UNMATCHED if node == near.residual.unmatched else node


@dataclass(frozen=True, eq=False)
class _Arcs:
    """Single moves, int[k] each: `person` goes from `tail` to `head`, NOBODY for a place alone."""

    tail: Ints
    head: Ints
    person: Ints

    @property
    def is_one_path(self) -> bool:
        return len(np.unique(self.head)) == len(self.head)

    def only(self, some: Bools) -> "_Arcs":
        return _Arcs(self.tail[some], self.head[some], self.person[some])

    def path(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """The moves of a path with the fewest arcs."""
        before: dict[int, tuple[int, int, int]] = {}
        newly = {start}
        while newly and end not in before and end != start:
            here = np.isin(self.tail, list(newly))
            newly = set()
            each = zip(
                self.person[here].tolist(),
                self.tail[here].tolist(),
                self.head[here].tolist(),
                strict=True,
            )
            for i, p, q in each:
                if q != start and q not in before:
                    before[q] = i, p, q
                    newly.add(q)
        moves = []
        while end != start:
            moves.append(before[end])
            end = before[end][1]
        return moves[::-1]


def _tight_arcs(near: Neighbourhood, start: int, distance: Ints, ends: Ints) -> _Arcs:
    """The moves that lie on some longest path from `start` to one of the ends. O(n m) at most."""
    nodes = _leading_to(near, start, distance, ends)
    found = [_moves_from_mentors(near, distance, nodes), _moves_from_last(near, distance, nodes)]
    return _Arcs(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _leading_to(near: Neighbourhood, start: int, distance: Ints, ends: Ints) -> Ints:
    arcs, reached = near.residual.arcs, distance > NEVER
    seen = np.zeros(len(arcs), dtype=np.bool_)
    newly = ends
    while len(newly):
        seen[newly] = True
        onward = newly[newly != start]
        tight = arcs[:, onward] + distance[:, None] == distance[onward]
        newly = np.flatnonzero((tight & reached[:, None]).any(axis=1) & ~seen)
    return np.flatnonzero(seen)


Moves = tuple[Ints, Ints, Ints]


def _moves_from_mentors(near: Neighbourhood, distance: Ints, nodes: Ints) -> Moves:
    residual = near.residual
    last, first = residual.unmatched, residual.goal.first
    mentors = nodes[nodes != last]
    rows, tails = near.loose_pairs
    here = np.isin(tails, mentors)
    rows, tails = rows[here], tails[here]
    own = distance[tails] - residual.goal.worth[rows, tails]
    k, to = np.nonzero(_able(near, rows, mentors, own, distance))
    found = [(tails[k], mentors[to], rows[k])]
    if last in nodes:
        leaves = residual.degree[rows] > residual.scope.least[rows]
        leaves &= own - first * (residual.degree[rows] == 1) == distance[last]
        found.append((tails[leaves], np.full(int(leaves.sum()), last), rows[leaves]))
        free = mentors[residual.load[mentors] < residual.scope.upper[mentors]]
        free = free[distance[free] == distance[last]]
        found.append((free, np.full(len(free), last), np.full(len(free), NOBODY)))
    tail, head, person = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return tail, head, person


def _moves_from_last(near: Neighbourhood, distance: Ints, nodes: Ints) -> Moves:
    residual = near.residual
    last, scope, mentors = residual.unmatched, residual.scope, nodes[nodes != residual.unmatched]
    if last not in nodes:
        return (np.zeros(0, dtype=np.int64),) * 3
    rows = np.flatnonzero(residual.degree < scope.most)
    own = distance[last] + residual.goal.first * (residual.degree[rows] == 0)
    k, to = np.nonzero(_able(near, rows, mentors, own, distance))
    empty = (residual.load > scope.lower) | (scope.lower == 0)
    may = mentors[empty[mentors] & (distance[mentors] == distance[last])]
    heads, people = np.append(mentors[to], may), np.append(rows[k], np.full(len(may), NOBODY))
    return np.full(len(heads), last), heads, people


def _able(near: Neighbourhood, rows: Ints, mentors: Ints, own: Ints, distance: Ints) -> Bools:
    """bool[k, l]: whose move to which mentor is the last one of a longest path to there."""
    residual, block = near.residual, np.ix_(rows, mentors)
    tight = residual.goal.worth[block] + own[:, None] == distance[mentors]
    able: Bools = tight & residual.scope.allowed[block] & ~residual.assigned[block]
    return able


def _narrowed(
    arcs: _Arcs, start: int, ends: Ends, chosen: Ints, settling: "_Settling", level: int
) -> tuple[_Arcs, Ints, int]:
    """What is left of the arcs and ends at the next level, and the level's best value."""
    nodes = np.unique(np.concatenate([arcs.tail, arcs.head, ends.node[chosen], [start]]))
    tail, head = np.searchsorted(nodes, arcs.tail), np.searchsorted(nodes, arcs.head)
    gains = settling.gains(level, arcs.person, arcs.tail, arcs.head)
    table = np.full((len(nodes), len(nodes)), NO_ARC, dtype=np.int64)
    np.maximum.at(table, (tail, head), gains)
    here = np.searchsorted(nodes, start)
    distance = np.full(len(nodes), NO_ARC, dtype=np.int64)
    distance[here] = 0
    distance, *_ = bellman_ford(table, distance, np.array([here]))
    last = settling.gains(level, ends.person[chosen], ends.node[chosen], ends.target)
    value = distance[np.searchsorted(nodes, ends.node[chosen])] + last
    tight = distance[tail] + gains == distance[head]
    return arcs.only(tight), chosen[value == value.max()], int(value.max())


class _Settling:
    """What settles equals, as weights of single moves."""

    def __init__(self, near: Neighbourhood, ends: Ends) -> None:
        self.near, self.new = near, ends.target == near.residual.unmatched

    def gains(self, level: int, person: Ints, tail: Ints, head: Ints | int) -> Ints:
        """int[k]: what each move adds at this level; 0 where no one moves."""
        found, moved = np.zeros(len(person), dtype=np.int64), person != NOBODY
        heads = np.broadcast_to(head, person.shape)
        person, tail, heads = person[moved], tail[moved], heads[moved]
        # Only an end leads to the new mentor; elsewhere that column stands for nobody.
        to_new = self.new and not isinstance(head, np.ndarray)
        weigh = self._kept_then_pairs if level == 0 else self._lots
        found[moved] = weigh(person, heads, new=to_new) - weigh(person, tail, new=False)
        return found

    def _kept_then_pairs(self, person: Ints, mentor: Ints, *, new: bool) -> Ints:
        """As `tie_break` weighs it; one pair more may be assigned after the change than before."""
        last, problem = self.near.residual.unmatched, self.near.problem
        kept = (problem.incumbent[person] == mentor) & (mentor < last)
        pair = (mentor < last) | new
        weights: Ints = kept * np.int64(problem.most_pairs + 2) + pair
        return weights

    def _lots(self, person: Ints, mentor: Ints, *, new: bool) -> Ints:
        problem, last = self.near.problem, self.near.residual.unmatched
        rows, nth = np.unique(person, return_inverse=True)
        columns, which = np.unique(mentor, return_inverse=True)
        names: Sequence[str] = [*problem.mentor_ids, id_of_new(problem.mentor_ids) if new else ""]
        ids = [problem.researcher_ids[i] for i in rows]
        found = lots(ids, [names[j] for j in columns], nth, which)
        if not new:
            found[mentor == last] = 0
        return found


def id_of_new(mentor_ids: Sequence[str]) -> str:
    """The id of a new mentor, which nobody has."""
    return next(name for k in range(len(mentor_ids) + 1) if (name := f"new {k}") not in mentor_ids)
