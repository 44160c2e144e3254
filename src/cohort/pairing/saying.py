"""Costs, moves and what rules a pair out, in words for organisers; pure."""

from collections.abc import Mapping, Sequence

from cohort.pairing.alternatives import (
    ASKS_FOR_NOBODY,
    MINIMUMS,
    NO_PLACE,
    NOT_TOLD,
    PINNED_ELSEWHERE,
    PLACES_PINNED,
    Alternative,
    Change,
)
from cohort.pairing.explaining import listed, some_of, titled
from cohort.pairing.inviting import Invitation
from cohort.pairing.pins import REMOVED_BY
from cohort.pairing.placing import LEAST_SCORE, WayToPlace

EASILY = 0.1
"""A pair is easily replaced when the total would lose less than this share of the pair's score."""
WHY_NOT = REMOVED_BY | {
    PINNED_ELSEWHERE: "the researcher is pinned to another mentor",
    NO_PLACE: "the mentor has no free place",
    PLACES_PINNED: "every free place with the mentor is pinned to someone",
    ASKS_FOR_NOBODY: "the researcher asks for no mentor",
    MINIMUMS: "some mentor would have fewer people than the least number",
    NOT_TOLD: "you are one of the two, so the reason is not told",
}
ASKS = {
    "conflict_of_interest": "Ask whether {researcher} and {mentor} still share an organisation, or "
    "one still advises the other.",
    "common_language": "Ask {researcher} and {mentor} for a language that both can meet in.",
    "shared_hours": "Ask {researcher} and {mentor} for more weekly hours in common.",
    "common_ground": "Let the rules pair people who have no field, role goal or skill in common.",
    "veto": "Lift the veto of {researcher} and {mentor}.",
    LEAST_SCORE: "Let {researcher} and {mentor} be a pair, though below the least score.",
    PINNED_ELSEWHERE: "Lift the pin of {researcher} first.",
    NO_PLACE: "Ask {mentor} for one more place.",
    PLACES_PINNED: "Ask {mentor} for one more place, or lift a pin to {mentor}.",
}
"""What an organiser can do about what rules a pair out; a no of theirs stands."""
SAME = 1e-9


def amount(cost: float, total: float) -> str:
    """`0.12 (1.5% of the total)`: what is more than nothing never reads as nothing."""
    words = "less than 0.01" if 0 < cost < 0.005 else f"{cost:.2f}"
    if total <= 0:
        return words
    share = 100 * cost / total
    percent = "less than 0.1%" if 0 < share < 0.05 else f"{share:.1f}%"
    return f"{words} ({percent} of the total)"


def stake(loss: float | None, fewer_placed: int, score: float, total: float) -> str:
    """How much a pair matters; empty where that is not known."""
    if loss is None:
        return ""
    if fewer_placed:
        return f"Firm: without this pair, {fewer(fewer_placed)} would have a mentor."
    if loss <= 0:
        return "Easily replaced: other pairs would be just as good without this one."
    lost = f"without this pair, the total would fall by {amount(loss, total)}."
    return f"{'Easily replaced' if loss < EASILY * score else 'Firm'}: {lost}"


def cut_short(
    total: float,
    gap: float,
    *,
    fair: bool = False,
    cover: bool = False,
    bonus: float | None = None,
    without: int = 0,
) -> str:
    """How far from the best pairs may be that were found when time ran out.

    `without` have no mentor. `bonus` is what the bound counts for each person placed, where the
    rules cover first; it outweighs all scores, so that the gap says how many more there could be.
    """
    if fair:
        return "Fairer pairs may exist; how much fairer is not known."
    if cover and without and not bonus:
        return "More people might have a mentor, or as many people better ones."
    more = min(int(gap / bonus + 0.5), without) if cover and bonus else 0
    if more:
        return f"At best, {_more(more)} would have a mentor."
    nobody = "Nobody more could have a mentor. " if cover and without else ""
    return f"{nobody}At best, the total would be {amount(gap, total)} higher."


def gain(added: float, placed: int, total: float) -> str:
    """`0.83 (6.9% of the total), and a mentor for 1 person more`."""
    people = f"a mentor for {placed} {'person' if placed == 1 else 'people'} more" if placed else ""
    if added <= 0:
        return people or "nothing"
    return f"{amount(added, total)}, and {people}" if people else amount(added, total)


def invitation(one: Invitation, names: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """`A mentor in robotics who knows the role of ML engineer would give Ada a mentor.`"""
    skills = [titled(skill, titles) for skill in one.skills]
    strong = f", strong in {listed(skills)}," if skills else ""
    added = [f"add {one.gain:.2f} to the total"] if one.gain >= 0.005 else []
    placed = [f"give {listed([names[who] for who in one.newly])} a mentor"] if one.newly else []
    return (
        f"A mentor in {titled(one.domain, titles)} who knows the role of "
        f"{titled(one.role, titles)}{strong} would "
        f"{' and '.join([*added, *placed]) or 'add less than 0.01 to the total'}."
    )


def way_to_place(way: WayToPlace, names: Mapping[str, str]) -> str:
    """What to ask, and of whom."""
    who, mentor = names.get(way.researcher_id or "", ""), names.get(way.mentor_id or "", "")
    if way.kind == "cover":
        return "Let the rules place as many people as possible."
    if way.kind == "place":
        return ASKS[NO_PLACE].format(mentor=mentor)
    return ASKS[way.ruled_out_by or ""].format(researcher=who, mentor=mentor)


def what_comes(way: WayToPlace, names: Mapping[str, str], total: float) -> str:
    """`Ada would have a mentor; the total would rise by 0.60 (8.2% of the total).`"""
    people = f"{some_of([names[one] for one in way.newly])} would have a mentor"
    if way.losing:
        people += f", {some_of([names[one] for one in way.losing])} would have none"
    if way.gain is None:
        return f"{people}."
    if abs(way.gain) < SAME:
        return f"{people}; the total would stay the same."
    changed = "rise" if way.gain > 0 else "fall"
    return f"{people}; the total would {changed} by {amount(abs(way.gain), total)}."


def ruled_out(one: Alternative) -> str:
    """Why the pair cannot be; empty where it can."""
    return " and ".join(WHY_NOT[name] for name in one.ruled_out)


def what_to_ask(one: Alternative, researcher: str, mentor: str) -> str:
    """What would let the two be a pair; empty where they can be, or nothing would."""
    if not all(cause in ASKS for cause in one.ruled_out):
        return ""
    asks = (ASKS[cause].format(researcher=researcher, mentor=mentor) for cause in one.ruled_out)
    return " ".join(asks)


def cost(one: Alternative, total: float) -> str:
    """What the pair would cost, as a line of a list."""
    if one.cost is None:
        return f"Cannot be: {ruled_out(one)}"
    if one.chosen:
        return "The pair of this run"
    if one.as_good:
        return "Nothing: just as good"
    words = amount(one.cost, total) if one.cost > 0 else "nothing of the total"
    if one.fewer_placed:
        words = f"{fewer(one.fewer_placed)} with a mentor"
    return f"{words}; only by a pin, as it is below the least score" if one.below_floor else words


def consequence(one: Alternative, total: float) -> str:
    """What the cohort would lose if the pair had to be, as sentences."""
    if one.cost is None:
        return f"This pair cannot be: {ruled_out(one)}."
    if one.chosen:
        return "This is the pair that the run found."
    opening = ""
    if one.below_floor:
        opening = f"The score of {one.score:.2f} is below the least one, so only a pin can do it. "
    if one.fewer_placed:
        return f"{opening}{fewer(one.fewer_placed).capitalize()} would have a mentor."
    if one.cost <= 0:
        return f"{opening}Nothing would be lost: the total would be just as high."
    return (
        f"{opening}The total of all scores would fall by {amount(one.cost, total)}, "
        f"from {total:.2f} to {total - one.cost:.2f}."
    )


def move(change: Change, names: Mapping[str, str]) -> str:
    """`Ada would move from Max to Mia.`"""
    who = names[change.researcher]
    if change.origin is None:
        return f"{who}, who has no mentor in this run, would get {names[change.target or '']}."
    if change.target is None:
        return f"{who} would lose {names[change.origin]}, and have no mentor."
    return f"{who} would move from {names[change.origin]} to {names[change.target]}."


def moves(changes: Sequence[Change], names: Mapping[str, str]) -> list[str]:
    sentences = [move(change, names) for change in changes]
    return [*sentences, "Nobody else would move."] if len(sentences) == 1 else sentences


def fewer(count: int) -> str:
    """`one person fewer`"""
    return "one person fewer" if count == 1 else f"{count} people fewer"


def _more(count: int) -> str:
    return "one person more" if count == 1 else f"{count} people more"
