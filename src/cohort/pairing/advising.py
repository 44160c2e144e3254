"""What would help a cohort that was matched: places, people, other ways to match; pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cohort.assignment.counterfactual import value_of_places
from cohort.assignment.frontier import Point, frontier, spread
from cohort.assignment.neighbourhood import NotTheBest
from cohort.assignment.out_of_time import never
from cohort.assignment.problem import UNMATCHED
from cohort.pairing.find import Result, SolvedProblem
from cohort.pairing.inviting import Invitation, invitations
from cohort.pairing.placing import WayToPlace, ways_to_place_one
from cohort.pairing.pool import Pool
from cohort.pairing.scores.scorer import DIGITS

MOST_PLACES = 10
MOST_WAYS = 12
MOST_LIMITS = 50
SAME = 1e-9
WORK, FEWEST = 10_000_000, 6  # pairs looked at in search of other ways; and warm starts at least
AWhile = Callable[[], Callable[[], bool]]
"""Begins an allowance of time; what it gives says when that is over."""


def for_ever() -> Callable[[], bool]:
    return never


@dataclass(frozen=True)
class PlaceWorth:
    """What one more place with a mentor would add to the total, and how many more it would place.

    `placed` counts where the rules place people first; `gain` is then beside it.
    """

    mentor_id: str
    gain: float
    placed: int


@dataclass(frozen=True)
class Way:
    """One way to match: the sum of scores, people placed, pairs of the run before kept.

    `chosen` is the way of this run. By `placing` and `keeping`, what placing one person and keeping
    one pair counts in units of score, a run finds it; both are None where they are not known.
    """

    fit: float
    placed: int
    kept: int
    changed: int
    chosen: bool
    placing: float | None = None
    keeping: float | None = None


@dataclass(frozen=True)
class Advice:
    """complete: whether all ways that are the best for some weights are there, or only some.

    limits  for numbers of people placed, the most that the sum of scores could be with as many.
    """

    places: tuple[PlaceWorth, ...] = ()
    ways_to_place: tuple[WayToPlace, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    ways: tuple[Way, ...] = ()
    complete: bool = True
    limits: tuple[tuple[int, float], ...] = ()


def advise(pool: Pool, solved: SolvedProblem, a_while: AWhile = for_ever) -> Advice:
    """What is worth knowing beside the pairs; each question gets `a_while`.

    Places and invitations are only known where the pairs are proved the best by total.
    """
    ways, complete, limits = ways_to_match(solved, out_of_time=a_while())
    to_place = ways_to_place_one(solved, out_of_time=a_while())
    try:
        places = _helpful(worth_of_places(solved))
        invited = invitations(pool, solved, out_of_time=a_while())
    except NotTheBest:
        places, invited = (), ()
    return Advice(places, to_place, invited, ways, complete, limits)


def advise_from_prices(result: Result) -> Advice:
    """What the prices alone tell, of a pool whose scores are too many to hold. O(m).

    The prices of `solve_large` are the lowest that prove the pairs the best: each is the worth of
    one more place, as in `value_of_places`. Nothing is known where time ran out before the proof,
    nor where people are placed first: there the prices hold for a bonus that may be too small to
    tell people and scores apart.
    """
    if result.stopped or result.gap > 0 or result.cover_bonus:
        return Advice()
    worth = [PlaceWorth(one, price, 0) for one, price in result.mentor_prices.items()]
    return Advice(places=_helpful(sorted(worth, key=_most_worth)))


def _helpful(worth: Sequence[PlaceWorth]) -> tuple[PlaceWorth, ...]:
    return tuple([one for one in worth if one.placed > 0 or one.gain > 0][:MOST_PLACES])


def _most_worth(one: PlaceWorth) -> tuple[int, float, str]:
    return -one.placed, -one.gain, one.mentor_id


def worth_of_places(solved: SolvedProblem) -> list[PlaceWorth]:
    """Of every mentor, the most worth first. Raises NotTheBest as `SolvedProblem.near` does."""
    gains, more = value_of_places(solved.near)
    each = zip(solved.problem.mentor_ids, gains.tolist(), more.tolist(), strict=True)
    return sorted((PlaceWorth(*one) for one in each), key=_most_worth)


def ways_to_match(
    solved: SolvedProblem, *, most_solves: int = 500, out_of_time: Callable[[], bool] = never
) -> tuple[tuple[Way, ...], bool, tuple[tuple[int, float], ...]]:
    """A dozen ways at most, the highest fit first, whether these are all, and the limits of all.

    Only where there is something to choose: somebody is left out, or was paired before. The
    search starts from the pairs of this run. A warm start is O(n m), and there are so many as
    `WORK` allows: every way of a cohort of a hundred, half a dozen for two thousand.
    """
    chosen = _chosen(solved)
    if chosen.placed == solved.problem.shape[0] and not chosen.kept + chosen.changed:
        return (), True, ()
    found = frontier(
        solved.unweighted,
        start=solved.solution.pairs,
        most_solves=min(most_solves, max(FEWEST, WORK // max(solved.problem.scores.size, 1))),
        settle=False,
        out_of_time=out_of_time,
    )
    some = spread(found.points, MOST_WAYS)
    ways = [_way(one, chosen) for one in some]
    if not any(one.chosen for one in ways):
        ways.append(chosen)
    complete = found.complete and len(some) == len(found.points)
    in_order = tuple(sorted(ways, key=lambda one: (-one.fit, one.placed)))
    return in_order, complete, _some(found.limits)


def _some(limits: Sequence[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    """As many as a picture needs, the first and the last among them."""
    step = max(math.ceil((len(limits) - 1) / MOST_LIMITS), 1)
    kept = [*limits[:-1:step], *limits[-1:]]
    return tuple((placed, round(fit, DIGITS)) for placed, fit in kept)


def _way(point: Point, chosen: Way) -> Way:
    way = Way(point.fit, point.placed, point.kept, point.changed, chosen=False)
    if point.balance is None:
        return way
    placing, keeping = (round(weight, DIGITS) for weight in point.balance)
    return replace(way, chosen=_same(way, chosen), placing=placing, keeping=keeping)


def _chosen(solved: SolvedProblem) -> Way:
    problem, pairs = solved.problem, solved.solution.pairs
    incumbent = problem.incumbent
    kept = int((incumbent[pairs[:, 0]] == pairs[:, 1]).sum())
    return Way(
        fit=math.fsum(solved.scores.total[tuple(pairs.T)].tolist()),
        placed=len(np.unique(pairs[:, 0])),
        kept=kept,
        changed=int((incumbent != UNMATCHED).sum()) - kept,
        chosen=True,
    )


def _same(one: Way, other: Way) -> bool:
    near = math.isclose(one.fit, other.fit, rel_tol=SAME, abs_tol=SAME)
    return near and (one.placed, one.kept) == (other.placed, other.kept)
