"""What a researcher needs from her mentor this month, each with its reason; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cohort.quizzes.weak_sections import WeakSection


class NeedKind(StrEnum):
    """In the order in which they are told."""

    ASKED = "asked"
    AGAIN = "again"
    LATE = "late"
    WEAK_SECTION = "weak_section"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class MenteeNeed:
    kind: NeedKind
    title: str
    reason: str
    strengths: Sequence[str] = ()
    """Titles of the skills that it asks for and in which the mentor is strong."""
    item_id: UUID | None = None
    due_at: datetime | None = None


REASONS = {
    NeedKind.AGAIN: "The review asks for another version.",
    NeedKind.LATE: "It is past its date, and not handed in.",
    NeedKind.DUE: "It is due in the next four weeks.",
}


def needs_of(
    *,
    asked: Sequence[str],
    lists: Mapping[str, Sequence[Mapping[str, Any]]],
    weak: Sequence[WeakSection],
    strengths: Collection[str],
    titles: Mapping[str, str],
) -> list[MenteeNeed]:
    """What she wrote on the agenda, what her plan says, and where her quizzes went badly.

    lists     as `building.lists_of` makes them, with the skills of each item
    strengths slugs of the skills in which the mentor is strong: of what is due and of weak
              sections, those come first
    titles    of skills, by slug

    Weak sections come by what they cost in the exam: their weight times the share that is wrong.
    """

    def shared(skills: Collection[str]) -> list[str]:
        return [titles.get(one, one) for one in skills if one in strengths]

    def of_list(kind: NeedKind) -> list[MenteeNeed]:
        found = [
            MenteeNeed(
                kind,
                one["title"],
                REASONS[kind],
                shared(one["skills"]),
                one["item_id"],
                one["due_at"],
            )
            for one in lists[kind.value]
        ]
        return sorted(found, key=lambda one: kind is NeedKind.DUE and not one.strengths)

    costly = sorted(weak, key=lambda one: -one.weight * (1 - one.share))
    sections = [
        MenteeNeed(
            NeedKind.WEAK_SECTION,
            one.title,
            f"{one.share:.0%} of {one.answered} questions right, each answered for the first time; "
            f"{one.weight}% of the exam is about it.",
            shared(one.skills),
        )
        for one in costly
    ]
    on_agenda = "It is on the agenda for the next meeting."
    return [
        *(MenteeNeed(NeedKind.ASKED, text, on_agenda) for text in asked),
        *of_list(NeedKind.AGAIN),
        *of_list(NeedKind.LATE),
        *sections,
        *of_list(NeedKind.DUE),
    ]
