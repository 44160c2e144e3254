"""What the matching knows of a person: profiles without names of tables or sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cohort.pairing.scores.availability import WeeklyHours


@dataclass(frozen=True, kw_only=True)
class ResearcherProfile:
    """A researcher who needs a mentor; everything but `id` may be left unsaid.

    gaps: the weight (> 0) of each skill that a milestone still open would show, the greater
    the sooner it is due. role_goals and wishes (ids of mentors) are ranked, dearest first.
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


@dataclass(frozen=True, kw_only=True)
class MentorProfile:
    """A mentor; wishes are ids of researchers, ranked, dearest first."""

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
