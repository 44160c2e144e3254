"""What would be lost, gained and moved if one thing were otherwise; exact, for all pairs."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from cohort.assignment.canonical import Canonical, canonical
from cohort.assignment.flow import Residual
from cohort.assignment.infeasible import Crowd, crowds
from cohort.assignment.neighbourhood import Neighbourhood, neighbourhood
from cohort.assignment.problem import UNMATCHED, Bools, Floats, Ints, Problem
from cohort.assignment.solution import Solution
from cohort.assignment.walks import NEVER, longest_walk


@dataclass(frozen=True, eq=False)
class Counterfactuals:
    """What each other decision would cost, in the units of the scores.

    regret         float[n, m]: what the total would lose if i had to have j; never negative,
                   and 0 for a pair of some optimum. Below the floor it is the loss by a pin,
                   which may go there, and negative where the total would gain from it. inf
                   where it cannot be: a forbidden pair, a researcher pinned to somebody else,
                   a mentor without places or with pins on all of them.
    fewer_placed   int[n, m]: with `cover`, how many people fewer would be placed; `regret` is
                   then the loss of total beside it and may be negative. Otherwise 0.
    mentor_price   float[m] >= 0: what one more place with j would add to the total.
    more_placed    int[m]: with `cover`, how many people more would be placed by that place
                   (0 or 1); `mentor_price` is then the gain beside it and may be negative.
    """

    regret: Floats
    fewer_placed: Ints
    mentor_price: Floats
    more_placed: Ints


@dataclass(frozen=True)
class Move:
    """A researcher goes from one mentor to another; -1 is no mentor."""

    researcher: int
    origin: int
    target: int


@dataclass(frozen=True, eq=False)
class Around:
    """The moves around one best assignment, in steps; node m is that of who is unmatched.

    back  float[m + 1, m + 1]: what the cheapest moves lose that hand one place's worth of
          people from one node to another.
    """

    near: Neighbourhood
    back: Floats

    @property
    def worth(self) -> Canonical:
        return self.near.worth

    @property
    def residual(self) -> Residual:
        return self.near.residual

    @property
    def price(self) -> Ints:
        return self.near.price


def counterfactuals(problem: Problem, solution: Solution) -> Counterfactuals:
    """All regrets and prices at once, from a best solution by total.

    Giving j to i costs what the pair is below its prices, and the cheapest moves that hand one
    place's worth of people from j back to a mentor whom i gives up. O(n m) time and memory, and
    a search from each mentor over the moves that are cheaper than those through being unmatched.
    """
    return regrets(look_around(neighbourhood(problem, solution)))


def regrets(around: Around) -> Counterfactuals:
    """As `counterfactuals`, for whoever asks more around the same solution."""
    worth = around.worth
    loss = losses(around)
    loss[around.near.problem.forbidden] = np.inf
    people, steps = split(loss, worth.bonus)
    price, more = value_of_places(around.near)
    return Counterfactuals(
        regret=steps / worth.steps,
        fewer_placed=people,
        mentor_price=price,
        more_placed=more,
    )


def value_of_places(near: Neighbourhood) -> tuple[Floats, Ints]:
    """`mentor_price` and `more_placed` of `Counterfactuals`: the marginal value of each place.

    One search from the last node for all mentors at once. The lowest prices are these values, so
    that they prove themselves: the bound by the prices rises by as much (Gusfield and Irving 1989
    for the lattice of prices; Volgenant 2006). A mentor whom no path from the last node reaches
    would leave one more place empty.
    """
    one_more = np.maximum(near.entering[:-1], 0).astype(np.float64)
    more, gained = split(one_more, near.worth.bonus)
    return gained / near.worth.steps, more


def regrets_in(
    problem: Problem, solution: Solution, rows: Ints, columns: Ints
) -> tuple[Floats, Ints]:
    """`regret` and `fewer_placed` of `Counterfactuals` for some rows int[r] and columns int[c].

    float[r, c] and int[r, c], exactly as `counterfactuals` has them. O(n m) to look around, and a
    search from each of the columns, in place of one from every mentor.
    """
    near = neighbourhood(problem, solution)
    loss = _losses(near, _cheapest(near, columns), rows, columns)
    loss[problem.forbidden[np.ix_(rows, columns)]] = np.inf
    people, steps = split(loss, near.worth.bonus)
    return steps / near.worth.steps, people


def possible(problem: Problem, found: Counterfactuals) -> Bools:
    """bool[n, m]: the pairs that occur in some best assignment; the other rules only chose."""
    none_lost: Bools = (found.regret == 0) & (found.fewer_placed == 0)
    return canonical(problem).allowed & none_lost


@dataclass(frozen=True, eq=False)
class Robustness:
    """For each pair of the solution, what the total would lose if the pair were forbidden.

    loss          float[k] >= 0, in the units of the scores; inf where no assignment would be
                  left (a pin, or a minimum that needs the pair).
    fewer_placed  int[k]: with `cover`, how many people fewer would be placed; `loss` is then
                  the loss of total beside it and may be negative.
    """

    loss: Floats
    fewer_placed: Ints


def robustness(problem: Problem, solution: Solution) -> Robustness:
    """How much each pair matters. O(k m) beside the search that `counterfactuals` makes."""
    return firmness(look_around(neighbourhood(problem, solution)), solution.pairs)


def firmness(around: Around, pairs: Ints) -> Robustness:
    """As `robustness`, for whoever asks more around the solution of these pairs int[k, 2]."""
    residual, price, m = around.residual, around.price, around.near.problem.shape[1]
    i, p = pairs.T
    goal, scope = residual.goal, residual.scope
    open_ = scope.allowed[i] & ~residual.assigned[i]
    others = np.where(open_, goal.worth[i] - price[:m] - around.back[:m, p].T, -np.inf)
    degree = residual.degree[i]
    left_out = np.where(
        degree > scope.least[i], -around.back[m, p] - goal.first * (degree == 1), -np.inf
    )
    best = np.maximum(others.max(axis=1, initial=-np.inf), left_out)
    loss = goal.worth[i, p] - price[p] - best
    loss[scope.fixed[i, p]] = np.inf
    people, steps = split(loss, around.worth.bonus)
    return Robustness(loss=steps / around.worth.steps, fewer_placed=people)


def unplaced(problem: Problem, solution: Solution) -> tuple[Crowd, ...]:
    """Who is too many for whom: a proof for everybody whom even `cover` leaves without a mentor."""
    return crowds(problem, neighbourhood(problem, solution).residual)


def chain(problem: Problem, solution: Solution, i: int, j: int) -> tuple[Move, ...] | None:
    """The moves that pinning i to j would cause, i first; None where it cannot be.

    One cheapest chain. Where several people could make the same move at the same cost, it is
    the one whose id comes first. Raises IndexError where there is no such researcher or mentor.
    """
    n, m = problem.shape
    if not (0 <= i < n and 0 <= j < m):
        raise IndexError(f"({i}, {j}) is no pair: there are {n} researchers and {m} mentors.")
    return chain_around(problem, neighbourhood(problem, solution).residual, i, j)


def chain_around(problem: Problem, residual: Residual, i: int, j: int) -> tuple[Move, ...] | None:
    """As `chain`, for whoever asks for many and has the residual graph of the solution."""
    m = problem.shape[1]
    if residual.assigned[i, j]:
        return ()
    if problem.forbidden[i, j]:
        return None
    ways = []
    for origin, kept in _ways_to_make_room(residual, i):
        walk = longest_walk(residual.arcs, j, origin)
        if walk is not None:
            gain = sum(int(residual.arcs[p, q]) for p, q in pairwise(walk))
            ways.append((gain - kept, -len(walk), walk))
    if not ways:
        return None
    walk = max(ways)[2]
    moves = [(i, walk[-1], j)]
    for p, q in pairwise(walk):
        if not residual.is_place(p, q):
            moves.append((residual.mover(p, q, problem.researcher_ids), p, q))
    return tuple(
        Move(k, UNMATCHED if p == m else p, UNMATCHED if q == m else q) for k, p, q in moves
    )


def _ways_to_make_room(residual: Residual, i: int) -> list[tuple[int, int]]:
    """Whom i could give up for another mentor, and what that is worth; nobody if there is none."""
    free = residual.assigned[i] & ~residual.scope.fixed[i]
    ways = [(j, int(residual.goal.worth[i, j])) for j in np.flatnonzero(free).tolist()]
    if residual.degree[i] < residual.scope.most[i]:
        ways.append((residual.unmatched, -residual.goal.first if residual.degree[i] == 0 else 0))
    return ways


def look_around(near: Neighbourhood) -> Around:
    return Around(near, _cheapest(near, np.arange(len(near.price))))


def losses(around: Around) -> Floats:
    """What every pair would lose if it had to be, allowed or not, in steps with the bonus."""
    n, m = around.residual.assigned.shape
    return _losses(around.near, around.back[:m], np.arange(n), np.arange(m))


def _losses(near: Neighbourhood, back: Floats, rows: Ints, columns: Ints) -> Floats:
    """As `losses`, float[r, c]; `back` is that of the columns alone, float[c, m + 1]."""
    residual, price, here = near.residual, near.price, np.ix_(rows, columns)
    loss = _cheapest_to_make_room(near, back, rows)
    loss -= residual.goal.worth[here] - price[columns]
    loss[residual.assigned[here]] = 0.0
    loss[(residual.degree[rows] == 0) & (residual.scope.most[rows] == 0)] = np.inf
    return loss


def _cheapest_to_make_room(near: Neighbourhood, back: Floats, people: Ints) -> Floats:
    """float[r, c]: what each gives up for a mentor, and the moves from there, at the least."""
    residual, price = near.residual, near.price
    most, degree = residual.scope.most[people], residual.degree[people]
    first = residual.goal.first * (degree == 0)
    from_unmatched = np.where(degree < most, -first, np.inf)
    least: Floats = from_unmatched[:, None] + back[:, -1]
    rows, mentors = np.nonzero((residual.assigned & ~residual.scope.fixed)[people])
    gives_up = (residual.goal.worth[people[rows], mentors] - price[mentors]).astype(np.float64)
    if (most <= 1).all():
        least[rows] = back.T[mentors] + gives_up[:, None]
    else:
        for i, p, kept in zip(rows, mentors, gives_up, strict=True):
            np.minimum(least[i], back[:, p] + kept, out=least[i])
    return least


def split(steps: Floats, bonus: int) -> tuple[Ints, Floats]:
    """Whole people and the rest, from numbers in which a person counts as `bonus` steps."""
    if not bonus:
        return np.zeros(steps.shape, dtype=np.int64), steps
    people = np.rint(np.where(np.isfinite(steps), steps, 0.0) / bonus)
    return people.astype(np.int64), steps - people * bonus


def _cheapest(near: Neighbourhood, sources: Ints) -> Floats:
    """The least loss from some nodes to all: float[s, m + 1], inf where there is no way.

    What goes through the unmatched node is known from two searches. Only arcs that cost less than
    that can be part of a better way, and they are few: people differ less than mentors are apart.
    """
    arcs, price = near.residual.arcs, near.price
    costs = (price - price[:, None] - arcs).astype(np.float64)
    costs[arcs <= NEVER] = np.inf
    out, home = near.entering, near.leaving
    to_unmatched = np.where(home <= NEVER, np.inf, -price - home)
    from_unmatched = np.where(out <= NEVER, np.inf, price - out)
    through = to_unmatched[:, None] + from_unmatched
    rows, columns = np.nonzero(costs < through)
    graph = csr_array((costs[rows, columns], (rows, columns)), shape=costs.shape)
    cheapest: Floats = np.minimum(dijkstra(graph, indices=sources), through[sources])
    cheapest[np.arange(len(sources)), sources] = 0.0
    return cheapest
