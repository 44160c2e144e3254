"""The score of one pair from the definition, in plain Python: what the blocks must give."""

from collections.abc import Collection, Sequence
from math import log2
from typing import Any

from cohort.pairing.rules import OwnFactor, Requirements, Weights
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.requirements import plain
from cohort.pairing.scores.taxonomy import Taxonomy


def factors(
    researcher: ResearcherProfile,
    mentor: MentorProfile,
    mentors: Sequence[MentorProfile],
    tree: Taxonomy,
    hours: float,
) -> dict[str, float]:
    same_goal = any(goal in mentor.roles for goal in researcher.role_goals)
    same_start = bool(researcher.stage) and researcher.stage == mentor.came_from
    wish = _wish(researcher.wishes, mentor.id) + _wish(mentor.wishes, researcher.id)
    return {
        "domain": _domain(researcher.domains, mentor.domains, tree),
        "role": 0.7 * _goal(researcher.role_goals, mentor.roles)
        + 0.3 * _covered(researcher.contexts, mentor.contexts),
        "skills": _skills(researcher, mentor, mentors),
        "availability": min(hours, 4) / 4 if researcher.weekly_hours else 0.5,
        "language": _covered(researcher.languages, mentor.languages),
        "path": same_start * (0.5 + 0.5 * same_goal) if researcher.stage else 0.5,
        "wishes": wish / 2,
    }


def score(values: dict[str, float], weights: Weights) -> float:
    return sum(values[name] * share for name, share in weights.shares().items())


def removed(
    researcher: ResearcherProfile,
    mentor: MentorProfile,
    tree: Taxonomy,
    hours: float,
    asked: Requirements,
) -> dict[str, bool]:
    conflict = set(plain(researcher.organisations)) & set(plain(mentor.organisations))
    conflict |= set(plain(researcher.advisers)) & set(plain([mentor.name, mentor.email]))
    roots = [
        {tree.lineage(one)[-1] for one in domains if one in tree.parents}
        for domains in (researcher.domains, mentor.domains)
    ]
    shared = (roots[0] & roots[1], {*researcher.role_goals} & {*mentor.roles})
    told = researcher.domains or researcher.role_goals or researcher.gaps
    return {
        "conflict_of_interest": asked.conflict_of_interest and bool(conflict),
        "common_language": asked.common_language
        and not {*researcher.languages} & {*mentor.languages},
        "shared_hours": hours < asked.min_shared_hours,
        "common_ground": asked.common_ground
        and bool(told)
        and not any((*shared, {*researcher.gaps} & {*mentor.skills})),
    }


def _domain(sought: Collection[str], offered: Collection[str], tree: Taxonomy) -> float:
    near = [max((_near(one, other, tree) for other in offered), default=0.0) for one in set(sought)]
    return sum(near) / len(near) if near else 0.5


def _near(one: str, other: str, tree: Taxonomy) -> float:
    if one not in tree.parents or other not in tree.parents:
        return 0.0
    hers, theirs = tree.lineage(one), tree.lineage(other)
    return 2 * len({*hers} & {*theirs}) / (len(hers) + len(theirs))


def _goal(goals: Sequence[str], roles: Collection[str]) -> float:
    ranks = [rank for rank, goal in enumerate(goals) if goal in roles]
    return max((max(1 - 0.2 * rank, 0.2) for rank in ranks), default=0.0) if goals else 0.5


def _covered(needs: Collection[str], offers: Collection[str]) -> float:
    return len({*needs} & {*offers}) / len({*needs}) if needs else 0.5


def _skills(
    researcher: ResearcherProfile, mentor: MentorProfile, mentors: Sequence[MentorProfile]
) -> float:
    strong = {skill: sum(skill in m.skills for m in mentors) for skill in researcher.gaps}
    values = {s: gap / log2(1 + strong[s]) for s, gap in researcher.gaps.items() if strong[s]}
    enough = sum(sorted(values.values())[-3:])
    covered = sum(value for skill, value in values.items() if skill in mentor.skills)
    return min(covered / enough, 1.0) if values else 0.5


def _wish(wishes: Sequence[str], one: str) -> float:
    return 0.5 + 0.5 / (wishes.index(one) + 1) if one in wishes else 0.5


def own(factor: OwnFactor, hers: Any, theirs: Any) -> float:
    if hers in (None, "", []):
        return 0.5
    if theirs in (None, "", []):
        return 0.0
    if factor.compare == "overlap":
        wanted, offered = ({one.strip().casefold() for one in each} for each in (hers, theirs))
        return len(wanted & offered) / len(wanted)
    if factor.compare == "near":
        return max(0.0, 1 - abs(hers - theirs) / factor.width)
    if factor.compare == "at_least":
        return float(theirs >= hers)
    same = hers.strip().casefold() == theirs.strip().casefold()
    return float(same == (factor.compare == "same"))
