"""What the matching knows of a person: profiles without names of tables or sessions."""

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from math import inf

import numpy as np

from cohort.assignment.problem import Bools, Floats, Ints
from cohort.pairing.rules import OwnFactor
from cohort.pairing.scores.availability import WeeklyHours, availability
from cohort.pairing.scores.skills import needs_of
from cohort.pairing.scores.taxonomy import Taxonomy

Answer = str | float | Sequence[str]
"""To a question of the organiser's own: a word, a number, or several choices."""
LARGEST = 1e12
"""Of the numbers in answers: their differences are numbers too."""


class BadProfile(ValueError):
    """A profile holds what cannot be used; `person` is its position."""

    def __init__(self, sentence: str, person: int) -> None:
        super().__init__(sentence)
        self.person = person


@dataclass(frozen=True, kw_only=True)
class ResearcherProfile:
    """A researcher who needs a mentor; everything but `id` may be left out.

    gaps: the weight (> 0) of each skill that a milestone still open would show, the greater
    the sooner it is due. role_goals and wishes (ids of mentors) are ranked, dearest first.
    answers: to questions of the organiser's own, by name; what is empty is no answer.
    matters: 1 for a factor that counts more to her than the rules say, -1 for less, by name.
    talks: by the ids of mentors whom she has met, what she said of that: 1 for gladly, 0.5 for one
    who could do.
    """

    id: str
    stage: str = ""
    domains: Sequence[str] = ()
    contexts: Sequence[str] = ()
    role_goals: Sequence[str] = ()
    gaps: Mapping[str, float] = field(default_factory=dict)
    languages: Sequence[str] = ()
    time_zone: str = "UTC"
    weekly_hours: WeeklyHours = ()
    organisations: Sequence[str] = ()
    advisers: Sequence[str] = ()
    wishes: Sequence[str] = ()
    talks: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    matters: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MentorProfile:
    """A mentor; wishes are ids of researchers, ranked, dearest first; the others as above."""

    id: str
    name: str
    email: str = ""
    came_from: str = ""
    domains: Sequence[str] = ()
    contexts: Sequence[str] = ()
    roles: Sequence[str] = ()
    skills: Sequence[str] = ()
    languages: Sequence[str] = ()
    time_zone: str = "UTC"
    weekly_hours: WeeklyHours = ()
    organisations: Sequence[str] = ()
    wishes: Sequence[str] = ()
    talks: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    matters: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Profiles:
    """Who is compared with whom: n researchers and m mentors.

    taxonomy   the tree of domains.
    week       the Monday of the week whose hours are compared.
    strengths  how many mentors are strong in each skill: of all in the pool, where these are some.
    own        the factors that compare answers, by the name of the question.

    Raises BadProfile for two people with one id, for a gap that is not above 0, and for an answer
    that is no number where numbers are compared.
    """

    researchers: Sequence[ResearcherProfile]
    mentors: Sequence[MentorProfile]
    taxonomy: Taxonomy
    week: date
    strengths: Mapping[str, int]
    own: Mapping[str, OwnFactor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _refuse_twins([one.id for one in self.researchers])
        _refuse_twins([one.id for one in self.mentors])
        for i, one in enumerate(self.researchers):
            for skill, weight in one.gaps.items():
                if not 0 < weight < inf:
                    raise BadProfile(
                        f"Researcher {i} ({one.id}) has weight {weight} for the skill {skill!r}; "
                        "it must be above 0. Leave a skill without a gap out.",
                        i,
                    )
        self._refuse_no_numbers(self.researchers)
        self._refuse_no_numbers(self.mentors)

    def _refuse_no_numbers(self, side: Iterable["ResearcherProfile | MentorProfile"]) -> None:
        counted = [name for name, one in self.own.items() if one.compare in {"near", "at_least"}]
        for place, one in enumerate(side):
            for name in counted:
                answer = answer_of(one, name)
                if answer is not None and not (
                    isinstance(answer, int | float) and abs(answer) <= LARGEST
                ):
                    raise BadProfile(
                        f"{one.id} answered {answer!r} to “{name}”, which compares numbers. "
                        f"Give one of at most {LARGEST:.0e}.",
                        place,
                    )

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.researchers), len(self.mentors)

    @cached_property
    def needs(self) -> list[dict[str, float]]:
        """What each open skill of each researcher adds, as `skills.needs_of` weighs it."""
        return [needs_of(one.gaps, self.strengths) for one in self.researchers]

    @cached_property
    def silent(self) -> dict[str, Floats]:
        """Which researchers say nothing of what a factor asks: float[n] of 0 and 1, by name."""
        own = self.researchers
        said: dict[str, list[Sized]] = {
            "domain": [one.domains for one in own],
            "role_goals": [one.role_goals for one in own],
            "contexts": [one.contexts for one in own],
            "skills": [*self.needs],
            "availability": [one.weekly_hours for one in own],
            "language": [one.languages for one in own],
            "path": [one.stage for one in own],
        }
        unasked = {name: [answer_of(one, name) is None for one in own] for name in self.own}
        silent = {name: [not one for one in each] for name, each in said.items()} | unasked
        return {name: np.array(each, dtype=np.float64) for name, each in silent.items()}

    @cached_property
    def free(self) -> tuple[Bools, Bools]:
        """Who is free in which quarter of the week: bool[n, 672] and bool[m, 672]."""
        everybody: list[ResearcherProfile | MentorProfile] = [*self.researchers, *self.mentors]
        free = availability(
            [one.weekly_hours for one in everybody], [one.time_zone for one in everybody], self.week
        )
        return free[: len(self.researchers)], free[len(self.researchers) :]

    def beside(
        self, rows: Ints, mentors: Sequence[MentorProfile], strengths: Mapping[str, int]
    ) -> "Profiles":
        """Some of the researchers with other mentors; what is known of them stays known."""
        some = [self.researchers[i] for i in rows.tolist()]
        other = replace(self, researchers=some, mentors=mentors, strengths=strengths)
        hours, zones = [one.weekly_hours for one in mentors], [one.time_zone for one in mentors]
        known: dict[str, object] = {
            "free": (self.free[0][rows], availability(hours, zones, self.week))
        }
        if strengths == self.strengths:
            known["needs"] = [self.needs[i] for i in rows.tolist()]
            known["silent"] = {name: each[rows] for name, each in self.silent.items()}
        vars(other).update(known)  # where `cached_property` looks first
        return other

    def rows_by_id(self) -> dict[str, int]:
        return {one.id: i for i, one in enumerate(self.researchers)}

    def columns_by_id(self) -> dict[str, int]:
        return {one.id: j for j, one in enumerate(self.mentors)}


def answer_of(one: ResearcherProfile | MentorProfile, name: str) -> Answer | None:
    """None where there is none; 0 is an answer, an empty text or list is not."""
    answer = one.answers.get(name)
    return None if isinstance(answer, Sized) and not answer else answer


def _refuse_twins(ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for position, one in enumerate(ids):
        if one in seen:
            raise BadProfile(f"Two people have the id {one!r}.", position)
        seen.add(one)
