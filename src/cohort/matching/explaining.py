"""Why this mentor, and why none: numbers, and sentences that a researcher understands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.matching.canonical import wanted_pairs
from cohort.matching.problem import UNMATCHED, Bools, Problem
from cohort.matching.profiles import Mentor, Researcher
from cohort.matching.scoring import Scores
from cohort.matching.solver import Solution

ORDINALS = ("first", "second", "third", "fourth", "fifth")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
STAGES = {"phd": "a PhD", "postdoc": "a postdoc", "researcher": "research"}
MOST_NAMED = 4
CLOSE = 0.5
"""What two domains have that share no more than a top branch, at most."""
CAUSES = {
    "conflict_of_interest": "with an organisation or an adviser in common with you",
    "common_language": "without a language in common with you",
    "shared_hours": "with too few weekly hours in common with you",
    "block": "ruled out for you",
    "declined": "where one of you declined before",
    "veto": "ruled out for you by the organiser",
}
NEXT_STEPS = {
    "conflict_of_interest": "The organiser can invite mentors from other organisations.",
    "common_language": "Add every language that you could meet in to your profile.",
    "shared_hours": "Add more weekly hours to your profile, also early or late ones.",
    "block": "Talk to the organiser about who could be your mentor.",
    "declined": "The organiser can invite another mentor.",
    "veto": "Talk to the organiser about who could be your mentor.",
}


@dataclass(frozen=True)
class Explanation:
    """The score of one pair, its factors in [0, 1], their shares of the weight, a sentence."""

    score: float
    factors: dict[str, float]
    shares: dict[str, float]
    sentence: str


@dataclass(frozen=True)
class WhyUnmatched:
    """`code` is no_mentors, no_allowed_mentor, below_floor or no_room; `detail` has its counts."""

    code: str
    sentence: str
    next_step: str
    detail: dict[str, float]


def explain(
    researchers: Sequence[Researcher],
    mentors: Sequence[Mentor],
    scores: Scores,
    i: int,
    j: int,
    *,
    titles: Mapping[str, str],
) -> Explanation:
    """Why mentor j suits researcher i; `titles` has the words for slugs and language codes."""
    researcher, mentor = researchers[i], mentors[j]
    clauses = [
        _shared_domain(researcher, mentor, scores, titles),
        _shared_role(researcher, mentor, titles),
        _open_skills(researcher, mentor, titles),
        _same_move(researcher, mentor),
        _wish(researcher, mentor),
    ]
    found = [clause for clause in clauses if clause]
    opening = f"{mentor.name} " + (
        "; ".join(found) or "meets every requirement, but shares none of your fields or goals"
    )
    meeting = [
        _hours(float(scores.hours[i, j])),
        _languages(researcher, mentor, titles),
    ]
    return Explanation(
        score=float(scores.total[i, j]),
        factors={name: float(factor[i, j]) for name, factor in scores.factors.items()},
        shares=scores.weights.shares(),
        sentence="; ".join([opening, *(one for one in meeting if one)]) + ".",
    )


def why_unmatched(
    scores: Scores, problem: Problem, solution: Solution, i: int, wanted: Bools | None = None
) -> WhyUnmatched:
    """Why researcher i has no mentor, and what would help.

    O(n m) time; whoever asks for many people hands in `wanted_pairs(problem)`.
    """
    m = problem.shape[1]
    if solution.mentor_of[i] != UNMATCHED:
        raise ValueError(f"Researcher {i} has mentor {solution.mentor_of[i]}.")
    if m == 0:
        return WhyUnmatched(
            "no_mentors",
            "There is no mentor in this round yet.",
            "You take part in the next round; the organiser can invite mentors.",
            {"mentors": 0},
        )
    allowed = ~np.asarray(problem.forbidden)[i]
    if not allowed.any():
        return _no_allowed_mentor(scores, i)
    wanted = wanted_pairs(problem) if wanted is None else wanted
    if problem.floor is not None and not wanted[i].any():
        best = float(problem.scores[i][allowed].max())
        return WhyUnmatched(
            "below_floor",
            f"Your best possible pair scores {best:.0%}, and this cohort pairs nobody below "
            f"{problem.floor:.0%}.",
            "Complete your fields, role goals and weekly hours; the organiser can lower the "
            "least score or invite a mentor nearer to your field.",
            {"best_score": best, "floor": problem.floor},
        )
    return _no_room(problem, wanted, i)


def _no_allowed_mentor(scores: Scores, i: int) -> WhyUnmatched:
    m = scores.total.shape[1]
    counts = {name: int(removes[i].sum()) for name, removes in scores.reasons.items()}
    counts = {name: count for name, count in counts.items() if count}
    by_size = sorted(counts, key=lambda name: -counts[name])
    causes = [f"{_number(counts[name])} {CAUSES[name]}" for name in by_size]
    said = f"None of the {_count(m, 'mentor')} can be yours: {listed(causes)}."
    if m == 1:
        because = listed([CAUSES[name] for name in by_size])
        said = f"The one mentor in this round is one {because}, so cannot be yours."
    return WhyUnmatched(
        "no_allowed_mentor",
        said,
        NEXT_STEPS[by_size[0]],
        {"mentors": m, **counts},
    )


def _no_room(problem: Problem, wanted: Bools, i: int) -> WhyUnmatched:
    suitable = wanted[i]
    mentors, places = int(suitable.sum()), int(problem.capacity[suitable].sum())
    rivals = int(wanted[:, suitable].any(axis=1).sum()) - 1
    suit = f"{_count(mentors, 'mentor')} would suit you".capitalize()
    taken = (
        f"{_count(places, 'place')} with them went to others; {_count(rivals, 'other researcher')} "
        "could have them too"
    )
    return WhyUnmatched(
        "no_room",
        f"{suit}, but the {taken}." if places else f"{suit}, but none of them has a free place.",
        "The organiser can ask one of them for one more place, or invite another mentor.",
        {"mentors": mentors, "places": places, "rivals": rivals},
    )


def _shared_domain(
    researcher: Researcher, mentor: Mentor, scores: Scores, titles: Mapping[str, str]
) -> str:
    position, closeness = scores.taxonomy.closeness
    near = [
        (closeness[position[hers], position[theirs]], hers, theirs)
        for hers in researcher.domains
        for theirs in mentor.domains
        if hers in position and theirs in position
    ]
    how_near, hers, theirs = max(near, key=lambda one: one[0], default=(0.0, "", ""))
    if how_near == 0:
        return ""
    if hers == theirs:
        return f"works on {titled(theirs, titles)}, as you do"
    where = "close to" if how_near > CLOSE else "in the same broad field as"
    return f"works on {titled(theirs, titles)}, {where} your {titled(hers, titles)}"


def _shared_role(researcher: Researcher, mentor: Mentor, titles: Mapping[str, str]) -> str:
    for rank, goal in enumerate(researcher.role_goals):
        if goal in mentor.roles:
            which = ORDINALS[min(rank, len(ORDINALS) - 1)]
            return f"knows the role of {titled(goal, titles)}, your {which} goal"
    shared = [one for one in researcher.contexts if one in mentor.contexts]
    return f"knows the setting you aim for ({titled(shared[0], titles)})" if shared else ""


def _open_skills(researcher: Researcher, mentor: Mentor, titles: Mapping[str, str]) -> str:
    by_weight = sorted(researcher.gaps, key=lambda skill: (-researcher.gaps[skill], skill))
    strong = [skill for skill in by_weight if skill in mentor.skills]
    if not strong:
        return ""
    named = [titled(skill, titles) for skill in strong[:MOST_NAMED]]
    more = len(strong) - len(named)
    listed = ", ".join(named) + (f" and {_number(more)} more" if more else "")
    of_all = (
        "the one skill"
        if len(by_weight) == 1
        else f"all {_number(len(by_weight))} skills"
        if len(strong) == len(by_weight)
        else f"{_number(len(strong))} of the {_number(len(by_weight))} skills"
    )
    return f"is strong in {of_all} that you still have to show ({listed})"


def _same_move(researcher: Researcher, mentor: Mentor) -> str:
    if not researcher.stage or researcher.stage != mentor.came_from:
        return ""
    same_end = any(goal in mentor.roles for goal in researcher.role_goals)
    start = STAGES.get(researcher.stage, researcher.stage)
    return f"made the same move, from {start}" if same_end else f"also came from {start}"


def _wish(researcher: Researcher, mentor: Mentor) -> str:
    hers, theirs = mentor.id in researcher.wishes, researcher.id in mentor.wishes
    if hers and theirs:
        return "is someone you asked for, and asked for you"
    return "is someone you asked for" if hers else "asked for you" if theirs else ""


def _hours(hours: float) -> str:
    return f"you share {hours:g} {'hour' if hours == 1 else 'hours'} a week" if hours else ""


def _languages(researcher: Researcher, mentor: Mentor, titles: Mapping[str, str]) -> str:
    both = [titles.get(one, one) for one in researcher.languages if one in mentor.languages]
    return f"you both speak {listed(both)}" if both else ""


def titled(slug: str, titles: Mapping[str, str]) -> str:
    """A term as it stands inside a sentence: small, unless it is an acronym or a person's name."""
    title = titles.get(slug, slug)
    first = title.partition(" ")[0]
    keeps = not first[1:].islower() or first.endswith("ian")  # MLOps, 3D; Bayesian, Gaussian
    return title if keeps else title[:1].lower() + title[1:]


def listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _count(number: int, noun: str) -> str:
    return f"{_number(number)} {noun}{'' if number == 1 else 's'}"


def _number(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)
