"""What an organiser asks of a solved pool, answered by name; pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from cohort.matching.counterfactual import Counterfactuals, Move, chain, counterfactuals, robustness
from cohort.matching.explaining import listed
from cohort.matching.flow import never
from cohort.matching.frontier import frontier
from cohort.matching.pairing import REMOVED_BY, scored
from cohort.matching.pool import IdPair, Pool
from cohort.matching.problem import UNMATCHED, Ints, Problem
from cohort.matching.scoring import Scores
from cohort.matching.solver import Solution, solve


@dataclass(frozen=True, eq=False)
class Matched:
    """A pool with its scores and its best answer: what every question starts from."""

    pool: Pool
    scores: Scores
    problem: Problem
    solution: Solution

    @cached_property
    def otherwise(self) -> Counterfactuals:
        return counterfactuals(self.problem, self.solution)

    def researcher(self, i: int) -> str:
        return self.pool.researchers[i].id

    def mentor(self, j: int) -> str:
        return self.pool.mentors[j].id

    def pairs(self, pairs: Ints) -> tuple[IdPair, ...]:
        return tuple((self.researcher(i), self.mentor(j)) for i, j in pairs.tolist())

    def name(self, one: str) -> str:
        return self.pool.names.get(one, one)


def matched(pool: Pool) -> Matched:
    """Score and solve a pool as a run does. O(n m) memory; raises as `find_pairs` does."""
    scores, problem = scored(pool)
    return Matched(pool, scores, problem, solve(problem))


@dataclass(frozen=True)
class NamedMove:
    """A researcher goes from one mentor to another, by id; None is to have no mentor."""

    researcher: str
    origin: str | None
    target: str | None


@dataclass(frozen=True)
class WhatIf:
    """What it would mean that this researcher had this mentor.

    loss     of the total, in the units of the scores; None where it cannot be. Negative where a
             pin may go below the least score and the total would gain by it.
    moves    who would move, the researcher first; none where the pair stands already.
    unplaced who would lose their mentor.
    against  the names of the requirements that rule the pair out.
    """

    researcher: str
    mentor: str
    loss: float | None
    moves: tuple[NamedMove, ...]
    unplaced: tuple[str, ...]
    against: tuple[str, ...]
    sentence: str


def what_if(solved: Matched, researcher: str, mentor: str) -> WhatIf:
    """What a pin of these two would lose, and whom it would move; exact. KeyError if unknown."""
    i = _position((one.id for one in solved.pool.researchers), researcher)
    j = _position((one.id for one in solved.pool.mentors), mentor)
    against = tuple(name for name, removes in solved.scores.reasons.items() if removes[i, j])
    chained = None if against else chain(solved.problem, solved.solution, i, j)
    if chained is None:
        sentence = _why_not(solved, i, j, against)
        return WhatIf(researcher, mentor, None, (), (), against, sentence)
    moves = tuple(_named(solved, move) for move in chained)
    loss = float(solved.otherwise.regret[i, j])
    return WhatIf(
        researcher,
        mentor,
        loss,
        moves,
        tuple(move.researcher for move in moves if move.target is None),
        (),
        _what_happens(solved, researcher, mentor, moves, loss),
    )


def importance(solved: Matched) -> Mapping[IdPair, float]:
    """For each pair of the answer, what the total would lose without it; inf for a pin."""
    losses = robustness(solved.problem, solved.solution).loss.tolist()
    return dict(zip(solved.pairs(solved.solution.pairs), losses, strict=True))


@dataclass(frozen=True)
class Choice:
    """One way to match the pool: the sum of scores, people placed, incumbents kept, the pairs."""

    fit: float
    placed: int
    kept: int
    changed: int
    pairs: tuple[IdPair, ...]


@dataclass(frozen=True)
class Choices:
    """The highest fit first; complete: whether none is missing."""

    ways: tuple[Choice, ...]
    complete: bool


def choices(
    solved: Matched, *, most_solves: int = 1_000, out_of_time: Callable[[], bool] = never
) -> Choices:
    """Fit against people placed against incumbents kept (`frontier`)."""
    found = frontier(solved.problem, most_solves=most_solves, out_of_time=out_of_time)
    ways = (
        Choice(one.fit, one.placed, one.kept, one.changed, solved.pairs(one.pairs))
        for one in found.points
    )
    return Choices(tuple(ways), found.complete)


def amount(loss: float) -> str:
    """A sum of scores in a sentence."""
    return "less than 0.01" if 0 < abs(loss) < 0.01 else f"{abs(loss):.2f}"


def _position(ids: Iterable[str], one: str) -> int:
    return {name: k for k, name in enumerate(ids)}[one]


def _named(solved: Matched, move: Move) -> NamedMove:
    origin, target = (
        None if j == UNMATCHED else solved.mentor(j) for j in (move.origin, move.target)
    )
    return NamedMove(solved.researcher(move.researcher), origin, target)


def _why_not(solved: Matched, i: int, j: int, against: tuple[str, ...]) -> str:
    researcher, mentor = solved.name(solved.researcher(i)), solved.name(solved.mentor(j))
    pinned_to = [k for one, k in solved.problem.pinned if one == i]
    if against:
        because = listed([REMOVED_BY[name] for name in against])
    elif pinned_to:
        because = f"{researcher} is pinned to {solved.name(solved.mentor(pinned_to[0]))}"
    elif solved.problem.capacity[j] == 0:
        because = f"{mentor} has no free place"
    else:
        because = f"others are pinned to every place of {mentor}"
    return f"{researcher} cannot have {mentor}: {because}."


def _what_happens(
    solved: Matched, researcher: str, mentor: str, moves: tuple[NamedMove, ...], loss: float
) -> str:
    pair = f"{solved.name(researcher)} and {solved.name(mentor)}"
    if not moves:
        return f"{pair} are a pair already."
    change = (
        f"would {'fall' if loss > 0 else 'rise'} by {amount(loss)}" if loss else "stays the same"
    )
    return " ".join(
        [f"If {pair} were a pair, the total {change}.", *(_said(solved, one) for one in moves[1:])]
    )


def _said(solved: Matched, move: NamedMove) -> str:
    who = solved.name(move.researcher)
    if move.target is None:
        return f"{who} would have no mentor."
    if move.origin is None:
        return f"{who} would get {solved.name(move.target)}."
    return f"{who} would move from {solved.name(move.origin)} to {solved.name(move.target)}."
