"""Why a researcher has no mentor, and what would help: counts, and sentences for the researcher."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.assignment.canonical import wanted_pairs
from cohort.assignment.problem import Bools, Ints, Problem
from cohort.pairing.explaining import counted, in_words, listed
from cohort.pairing.scores.scoring import Scores

ROWS_AT_ONCE = 256
CAUSES = {
    "conflict_of_interest": "with an organisation or an adviser in common with you",
    "common_language": "without a language in common with you",
    "shared_hours": "with too few weekly hours in common with you",
    "common_ground": "without a field, role goal or skill in common with you",
    "block": "ruled out for you",
    "declined": "where one of you declined before",
    "ended": "who was your mentor before",
    "veto": "ruled out for you by the organiser",
}
NEXT_STEPS = {
    "conflict_of_interest": "The organiser can invite mentors from other organisations.",
    "common_language": "Add every language that you could meet in to your profile.",
    "shared_hours": "Add more weekly hours to your profile, also early or late ones.",
    "common_ground": "Add more fields and role goals to your profile; the organiser can invite a "
    "mentor nearer to them.",
    "block": "Talk to the organiser about who could be your mentor.",
    "declined": "The organiser can invite another mentor.",
    "ended": "The organiser can invite another mentor.",
    "veto": "Talk to the organiser about who could be your mentor.",
}


@dataclass(frozen=True)
class WhyUnmatched:
    """`code` is no_mentors, no_allowed_mentor, below_floor or no_room; `detail` has its counts."""

    code: str
    sentence: str
    next_step: str
    detail: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What mentors there were for one researcher.

    removed   how many of the `mentors` each requirement rules out.
    best      the best score with a mentor whom none rules out; None if there is no such mentor.
    suitable  how many mentors neither a requirement nor the floor rules out; `places` is theirs.
    rivals    how many other researchers could have one of them; None where nobody counted.
    """

    mentors: int
    removed: Mapping[str, int]
    best: float | None
    suitable: int
    places: int
    rivals: int | None


def outlooks(scores: Scores, problem: Problem, rows: Sequence[int]) -> list[Outlook]:
    """What mentors there were for each of these researchers. O(n m) time for each of them."""
    forbidden, wanted = problem.forbidden, wanted_pairs(problem)
    rivals = _rivals(wanted, np.array(rows, dtype=np.int64))
    best = np.where(forbidden, -np.inf, scores.total).max(axis=1, initial=-np.inf)
    return [
        Outlook(
            mentors=problem.shape[1],
            removed={name: int(removes[i].sum()) for name, removes in scores.reasons.items()},
            best=float(best[i]) if np.isfinite(best[i]) else None,
            suitable=int(wanted[i].sum()),
            places=int(problem.capacity[wanted[i]].sum()),
            rivals=count,
        )
        for i, count in zip(rows, rivals, strict=True)
    ]


def _rivals(wanted: Bools, rows: Ints) -> list[int]:
    """How many others want a mentor whom each of these wants, as counts of a matrix product."""
    counts: list[int] = []
    everybody = wanted.T.astype(np.float32)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = wanted[rows[start : start + ROWS_AT_ONCE]].astype(np.float32)
        counts += ((some @ everybody > 0).sum(axis=1) - 1).clip(min=0).tolist()
    return counts


def why_unmatched(outlook: Outlook, floor: float | None) -> WhyUnmatched:
    """In words for the researcher, with the next step."""
    if outlook.mentors == 0:
        return WhyUnmatched(
            "no_mentors",
            "There is no mentor in this round yet.",
            "You take part in the next round; the organiser can invite mentors.",
            {"mentors": 0},
        )
    if outlook.best is None:
        return _no_allowed_mentor(outlook)
    if floor is not None and not outlook.suitable:
        return WhyUnmatched(
            "below_floor",
            f"Your best possible pair scores {_apart(outlook.best, floor)}, and this cohort pairs "
            f"nobody below {_apart(floor, outlook.best)}.",
            "Complete your fields, role goals and weekly hours; the organiser can lower the "
            "least score or invite a mentor nearer to your field.",
            {"best_score": outlook.best, "floor": floor},
        )
    return _no_room(outlook)


def _apart(share: float, other: float) -> str:
    """In percent, with as many digits as tell it from the other one."""
    digits = next((k for k in range(10) if f"{share:.{k}%}" != f"{other:.{k}%}"), 10)
    return f"{share:.{digits}%}"


def _no_allowed_mentor(outlook: Outlook) -> WhyUnmatched:
    m, counts = outlook.mentors, {name: count for name, count in outlook.removed.items() if count}
    by_size = sorted(counts, key=lambda name: -counts[name])
    sentence = (
        f"None of the {counted(m, 'mentor')} can be yours: "
        f"{listed([f'{in_words(counts[name])} {CAUSES[name]}' for name in by_size])}."
        if m > 1
        else "The one mentor in this round is one "
        f"{listed([CAUSES[name] for name in by_size])}, so cannot be yours."
    )
    return WhyUnmatched(
        "no_allowed_mentor", sentence, NEXT_STEPS[by_size[0]], {"mentors": m, **counts}
    )


def _no_room(outlook: Outlook) -> WhyUnmatched:
    alone = outlook.suitable == 1
    suit = f"{counted(outlook.suitable, 'mentor')} would suit you".capitalize()
    went = f"{counted(outlook.places, 'place')} with them went to others"
    detail: dict[str, float] = {"mentors": outlook.suitable, "places": outlook.places}
    if outlook.rivals is not None:
        detail["rivals"] = outlook.rivals
        went += f"; {counted(outlook.rivals, 'other researcher')} could have them too"
    return WhyUnmatched(
        "no_room",
        f"{suit}, but the {went}."
        if outlook.places
        else f"{suit}, but {'has no' if alone else 'none of them has a'} free place.",
        f"The organiser can ask {'this mentor' if alone else 'one of them'} for one more place, "
        "or invite another mentor.",
        detail,
    )
