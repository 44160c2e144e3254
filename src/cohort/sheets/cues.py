"""Which column a question means, by words inside it; pure."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from cohort.sheets.columns import Column, column_of

CUES: Mapping[str, tuple[str, ...]] = {
    "name": ("your name", "full name", "first and last name", "name and surname"),
    "given": ("first name", "given name"),
    "family": ("last name", "family name", "surname"),
    "email": ("email", "e mail", "mail address"),
    "domains": (
        *("discipline", "subdiscipline", "field", "research area", "area of research", "topic"),
        *("research interest", "expertise", "speciality", "specialty", "specialisation"),
        *("specialization", "subject", "work on", "area of interest"),
    ),
    "contexts": ("sector", "kind of company", "type of company", "kind of organisation"),
    "languages": ("language", "languages do you speak"),
    "time_zone": ("time zone", "timezone"),
    "weekly_hours": ("availability", "available", "free time", "hours", "days and times", "when"),
    "organisations": (
        *("university", "institution", "institute", "affiliation", "employer", "company"),
        *("organisation", "organization", "where do you work", "where do you study"),
    ),
    "stage": ("career stage", "academic stage", "stage of your career", "career level", "degree"),
    "role_goals": (
        *("career goal", "dream job", "target role", "role would you like", "want to become"),
        *("career path", "career aspiration", "role are you aiming", "job would you like"),
        *("roles interest you", "role interests you"),
    ),
    "advisers": ("supervisor", "adviser", "advisor", "principal investigator"),
    "gaps": ("skill", "want to learn", "like to learn", "like to improve", "want to improve"),
    "roles": ("job title", "current role", "current position", "your role", "position", "role"),
    "skills": ("skill", "strength", "strong in", "can you help with", "could you teach"),
    "came_from": ("before industry", "before you moved", "previous stage", "your background"),
    "capacity": (
        *("how many mentees", "number of mentees", "how many researchers", "how many students"),
        *("how many people", "how many can you", "mentees can you", "mentees could you"),
    ),
    "at_least": ("at least how many", "minimum number"),
    "mentors_wanted": ("how many mentors", "number of mentors"),
    "current_mentor": ("current mentor", "mentor now", "already have a mentor"),
    "wishes": (
        *("preferred mentor", "preferred mentee", "like to be matched with", "mentor would you"),
        *("mentee would you", "who would you like"),
    ),
}
"""The longest of these that a title holds counts; plurals make no difference."""
QUESTION = re.compile(
    r"^(?:what|which|who|whom|where|when|how|do|does|are|is|would|will|can|could|please|your|list"
    r"|select|tell|describe|i|if)\b|\?",
    re.IGNORECASE,
)


def meant_by(title: str, known: Sequence[Column]) -> tuple[Column, str] | None:
    """The column that the words of a title mean, and the words."""
    words = _words(title)
    found = [
        (len(cue), -place, column, cue)
        for place, column in enumerate(known)
        for cue in CUES.get(column.field, ())
        if f" {_words(cue)} " in f" {words} "
    ]
    if not found:
        return None
    *_, column, cue = max(found, key=lambda one: one[:2])
    return column, cue


def is_title(text: str, known: Sequence[Column]) -> bool:
    """Whether this is the title of a column that we know, or a question that means one."""
    if column_of(text, known) is not None:
        return True
    return bool(QUESTION.search(text)) and meant_by(text, known) is not None


@lru_cache(maxsize=2**12)
def _words(text: str) -> str:
    """Small words without plurals: sub-discipline(s) is subdiscipline and sub discipline."""
    bare = re.sub(r"\((?:e?s)\)", "", text.casefold())
    joined = re.sub(r"(?<=\bsub)-", "", bare)
    return " ".join(one.removesuffix("s") for one in re.findall(r"\w+", joined))
