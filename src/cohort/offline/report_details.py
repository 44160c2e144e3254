"""Wiring: what the report tells beside the pairs: how firm they are, other ways, whom to invite."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypedDict

from cohort.pairing import saying
from cohort.pairing.advising import Way, ways_to_match, worth_of_places
from cohort.pairing.find import Result, SolvedProblem
from cohort.pairing.insight import Insight, Other, Stake, insight
from cohort.pairing.inviting import invitations
from cohort.pairing.placing import ways_to_place_one
from cohort.pairing.pool import IdPair, Pool
from cohort.sheets.two_sheets import Gathered

MOST_COMPARED = 1_000
"""Researchers for whom advice is worked out: each piece solves the pool again."""
MOST_SOLVES = 200

FAIR = (
    "What other pairs would cost is only worked out where the sum of all scores is made the best."
)
OUT_OF_TIME = (
    "Time ran out. What other pairs would cost, whom to invite and what would place more people is "
    "only known of pairs that are proved the best; give it more time."
)


@dataclass(frozen=True)
class Details:
    """Sentences, and figures where a table needs them; what is empty was not worked out.

    stakes, others   by pair: how firm it is, and who else could be the mentor.
    openings         by researcher without a mentor: whom they could have, and who would move.
    worth            by mentor: what one more place would add, the most first.
    invited          the mentors who would add most.
    to_place         single changes that would place more people: what to do, what comes of it.
    ways             other ways to match, with this answer among them.
    missing          what was not worked out, and why.
    """

    stakes: Mapping[IdPair, str] = field(default_factory=dict)
    others: Mapping[IdPair, str] = field(default_factory=dict)
    openings: Mapping[str, str] = field(default_factory=dict)
    worth: Mapping[str, str] = field(default_factory=dict)
    invited: Sequence[str] = ()
    to_place: Sequence[tuple[str, str]] = ()
    ways: Sequence[Way] = ()
    missing: str = ""


def details_of(gathered: Gathered, result: Result) -> Details:
    """The sentences for a report. Minutes at most: above a size, less is worked out, aloud."""
    pool, solved = gathered.pool, result.solved
    if solved is None:
        all_the_same = "" if result.stopped else " The pairs are proved the best all the same."
        return Details(
            worth=_most_worth(pool, result),
            missing=f"With {len(pool.researchers):,} researchers and {len(pool.mentors):,} mentors "
            "no table of all scores is held. So the report does not say what other pairs would "
            f"cost, nor whom to invite.{all_the_same}",
        )
    if result.stopped:
        return Details(missing=OUT_OF_TIME)
    names = {**gathered.researcher_names, **gathered.mentor_names}
    small = len(pool.researchers) <= MOST_COMPARED
    around = Details(
        to_place=_to_place(solved, names, result.total) if small else (),
        ways=ways_to_match(solved, most_solves=MOST_SOLVES)[0] if small else (),
        missing=""
        if small
        else "Whom to invite, what would place more people, and other ways to match are worked out "
        f"for up to {MOST_COMPARED:,} researchers.",
    )
    found = insight(pool, solved)
    if found is None:
        return replace(around, missing=f"{FAIR} {around.missing}".strip())
    return replace(
        around,
        **_in_words(gathered, result, found),
        worth=_worth(solved, result.total),
        invited=[saying.invitation(one, names, pool.titles) for one in invitations(pool, solved)]
        if small
        else (),
    )


class _InWords(TypedDict):
    stakes: Mapping[IdPair, str]
    others: Mapping[IdPair, str]
    openings: Mapping[str, str]


def _in_words(gathered: Gathered, result: Result, found: Insight) -> _InWords:
    names = {**gathered.researcher_names, **gathered.mentor_names}
    stakes, others = {}, {}
    for pair in result.pairs:
        key = (pair.researcher, pair.mentor)
        stakes[key] = _stake(found.stakes[key], pair.score, result.total)
        others[key] = _other(found.others.get(pair.researcher), names, result.total)
    left = [one for one in result.unmatched if one in found.others]
    openings = {one: _opening(found.others[one], gathered, result.total) for one in left}
    return {"stakes": stakes, "others": others, "openings": openings}


def _worth(solved: SolvedProblem, total: float) -> dict[str, str]:
    each = worth_of_places(solved)
    return {one.mentor_id: saying.gain(one.gain, one.placed, total) for one in each}


def _most_worth(pool: Pool, result: Result) -> dict[str, str]:
    """A price bounds what a place would add; with `cover` it counts the people placed, too."""
    if pool.cover or result.gap > 0:
        return {}
    dearest = sorted(result.mentor_prices.items(), key=lambda one: -one[1])
    return {
        mentor: f"at most {saying.amount(price, result.total)}" if price > 0 else "nothing"
        for mentor, price in dearest
    }


def _stake(stake: Stake, score: float, total: float) -> str:
    if math.isinf(stake.loss):
        return "Settled: without this pair, what must hold could not be kept."
    return saying.stake(stake.loss, stake.fewer_placed, score, total)


def _other(other: Other | None, names: Mapping[str, str], total: float) -> str:
    if other is None:
        return "No other mentor is possible."
    if other.fewer_placed:
        return f"Next best: {names[other.mentor]}, but then fewer people would have a mentor."
    if other.cost <= 0:
        return f"Just as good: {names[other.mentor]}; the total would stay the same."
    cost = saying.amount(other.cost, total)
    return f"Next best: {names[other.mentor]}, which would cost {cost}."


def _opening(other: Other, gathered: Gathered, total: float) -> str:
    """Whom somebody without a mentor could have, and who would pay for it."""
    names = {**gathered.researcher_names, **gathered.mentor_names}
    mentor = gathered.mentor_names[other.mentor]
    cost = saying.amount(other.cost, total) if other.cost > 0 else "nothing"
    moves = " ".join(saying.move(change, names) for change in other.changes[1:])
    return f"{mentor} could be the mentor; it would cost {cost}. {moves}".strip()


def _to_place(
    solved: SolvedProblem, names: Mapping[str, str], total: float
) -> list[tuple[str, str]]:
    return [
        (saying.way_to_place(way, names), saying.what_comes(way, names, total))
        for way in ways_to_place_one(solved)
    ]


def cut_short(pool: Pool, result: Result) -> str:
    """How far from the best these pairs may be; empty where time did not run out."""
    if not result.stopped:
        return ""
    return saying.cut_short(
        result.total,
        result.gap,
        fair=pool.objective == "fair",
        cover=pool.cover,
        bonus=result.solved.solution.cover_bonus if result.solved else None,
        without=len(result.unmatched),
    )


def proof(pool: Pool, result: Result) -> str:
    """What is proved of these pairs, in plain words."""
    total, bound = f"{result.total:.6g}", f"{result.bound:.6g}"
    # What outweighs all scores together was lowered to what does just that, and so it counted.
    counted = result.solved.problem.stickiness if result.solved else pool.stickiness
    sticky = pool.incumbents and counted
    added = f" (with {counted:.6g} more for each that stays together)" if sticky else ""
    checked = "the proof was checked on its own, apart from the search."
    if result.stopped:
        return (
            f"Time ran out. The scores of these pairs{added} add up to {total}. "
            f"{cut_short(pool, result)} That was checked on its own, apart from the search."
        )
    if pool.objective == "fair":
        return (
            "No assignment is fairer: as many people as possible have a mentor, then the worst "
            "score is as high as it can be, then the next worst, and so on. Of what is as fair, no "
            f"pairs add up to more than these{added}: {total}; {checked}"
        )
    if pool.cover:
        return (
            "No assignment that keeps to the rules gives more people a mentor. Of those that give "
            f"as many, no pairs add up to more than these{added}: {total}. Prices on people and "
            f"places prove it; {checked}"
        )
    return (
        f"The scores of these pairs{added} add up to {total}. Prices on people and places prove "
        f"that no other pairs that keep to the rules can reach more than {bound}; {checked} No "
        "other assignment can be better."
    )
