"""What we write to people who are introduced to each other."""

from collections.abc import Sequence

from cohort.introductions.models import Introduction
from cohort.mail import Message
from cohort.mentorships.models import Side
from cohort.people.models import Person


def introduced(introductions: Sequence[Introduction], side: Side, *, again: bool) -> Message:
    """All talks of one person; `again` asks how those were about which nothing was said."""
    me, _ = the_two(introductions[0], side)
    others = [(the_two(one, side)[1], one.reason) for one in introductions]
    context = {
        "name": me.name,
        "cohort": introductions[0].enrolment.cohort.name,
        "others": [{"name": one.name, "email": one.email, "reason": why} for one, why in others],
        "meets_mentors": side is Side.RESEARCHER,
        "again": again,
    }
    return Message(me.email, "introductions", context, kind="introductions")


def cancelled(introduction: Introduction, side: Side) -> Message:
    me, other = the_two(introduction, side)
    cohort = introduction.enrolment.cohort.name
    return Message(
        me.email,
        "introduction_cancelled",
        {"name": me.name, "other": other.name, "cohort": cohort},
        kind="introductions",
    )


def the_two(introduction: Introduction, side: Side) -> tuple[Person, Person]:
    """Whom we write to, and whom about."""
    researcher, mentor = introduction.enrolment.person, introduction.mentor.person
    return (researcher, mentor) if side is Side.RESEARCHER else (mentor, researcher)
