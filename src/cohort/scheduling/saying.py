"""The reasons of a move as one plain sentence."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from cohort.scheduling.reasons import MoveReason, MoveReasonKind

BY_URGENCY = {MoveReasonKind.LESS_URGENT, MoveReasonKind.MORE_URGENT}


def sentence(
    before: int,
    after: int,
    reasons: Sequence[MoveReason],
    titles: Mapping[str, str],
    *,
    to_herself: bool = True,
) -> str:
    """From the calendar's week to that of the plan; `titles` of tasks by their id.

    What somebody knows well or little is said to herself alone.
    """
    if before == after:
        return f"In week {after}, as in the cohort’s calendar."
    words = [
        _words(one, titles, to_herself=to_herself)
        for one in reasons
        if one.kind not in BY_URGENCY or (to_herself and one.kind is MoveReasonKind.LESS_URGENT)
    ]
    moved = f"Moved from week {before} to week {after}"
    because = f"{moved}, because {_listed(words)}." if words else f"{moved}."
    ahead = [one for one in reasons if to_herself and one.kind is MoveReasonKind.MORE_URGENT]
    return " ".join([because, *(_words(one, titles, to_herself=True) for one in ahead)])


def _words(reason: MoveReason, titles: Mapping[str, str], *, to_herself: bool) -> str:
    title = titles.get(reason.task or "", "another milestone")
    match reason.kind:
        case MoveReasonKind.PAST:
            return "its week is past"
        case MoveReasonKind.DEADLINE:
            return f"it has to be done before {'your' if to_herself else 'the'} exam"
        case MoveReasonKind.AWAY:
            return f"{'you are' if to_herself else 'she is'} away in {_weeks(reason.weeks)}"
        case MoveReasonKind.NEEDS:
            return f"it needs “{title}” first"
        case MoveReasonKind.NEEDED:
            return f"“{title}” needs it in {_weeks(reason.weeks)}"
        case MoveReasonKind.LESS_URGENT:
            return f"“{title}”, which you know less well, comes first"
        case MoveReasonKind.MORE_URGENT:
            return f"It comes before “{title}”, which you know better."
        case MoveReasonKind.FULL if reason.weeks:
            verb = "is" if len(reason.weeks) == 1 else "are"
            whose = "your" if to_herself else "her"
            return f"{_weeks(reason.weeks)} {verb} full with {whose} other work"
    return "other work comes first"


def _weeks(numbers: Sequence[int]) -> str:
    """ "week 8", "weeks 8 and 9", "weeks 3, 5 and 8 to 11"."""
    runs = [[numbers[0], numbers[0]]]
    for one, following in pairwise(numbers):
        if following == one + 1:
            runs[-1][1] = following
        else:
            runs.append([following, following])
    words = []
    for first, last in runs:
        words += [str(first)] if first == last else []
        words += [str(first), str(last)] if last == first + 1 else []
        words += [f"{first} to {last}"] if last > first + 1 else []
    return ("week " if len(numbers) == 1 else "weeks ") + _listed(words)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
