"""The kinds of mail that there are: what people choose by.

A kind that nobody may switch off is about one's account, answers what one did oneself, or wants an
answer that somebody else waits for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class MailWhen(StrEnum):
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


ALWAYS = (MailWhen.AT_ONCE,)
TOLD = (MailWhen.AT_ONCE, MailWhen.DAILY)
OR_NOT = (MailWhen.AT_ONCE, MailWhen.OFF)
"""What is of no use when it comes late."""
FREE = tuple(MailWhen)


@dataclass(frozen=True, slots=True)
class MailKind:
    """choices  what its reader may choose; the first is what holds until she does.
    waits    whether it waits for the end of her quiet hours.
    """

    title: str
    about: str
    choices: tuple[MailWhen, ...]
    waits: bool = True

    @property
    def may_be_off(self) -> bool:
        return MailWhen.OFF in self.choices

    @property
    def default(self) -> MailWhen:
        return self.choices[0]


KINDS: Mapping[str, MailKind] = {
    "account": MailKind(
        "Your account",
        "Links that sign in or prove an address, and word of every change of how you sign in.",
        ALWAYS,
        waits=False,
    ),
    "confirmations": MailKind(
        "What you did yourself",
        "A link to confirm a form, a receipt of your application, the place that you took.",
        ALWAYS,
        waits=False,
    ),
    "invitations": MailKind(
        "Invitations", "To study, to mentor or to organise in a cohort.", ALWAYS, waits=False
    ),
    "places": MailKind(
        "Your place in a cohort", "What was decided about it, and who runs the cohort.", ALWAYS
    ),
    "proposals": MailKind(
        "Proposals", "Somebody is proposed to you, and waits for your answer.", ALWAYS
    ),
    "introductions": MailKind(
        "Introductions", "Whom you are to meet, and talks that were called off.", ALWAYS
    ),
    "meetings": MailKind(
        "Meetings", "A meeting is proposed, agreed, moved or cancelled by the other one.", ALWAYS
    ),
    "sessions": MailKind(
        "Sessions that you signed up for", "One was moved or cancelled, or a seat is yours.", ALWAYS
    ),
    "circles": MailKind(
        "Your study circle", "You are in one, or its people, its time or its call changed.", TOLD
    ),
    "essential": MailKind(
        "Announcements that everyone must get",
        "Organisers may send a few of these, such as a new date of the exam.",
        ALWAYS,
    ),
    "mentorships": MailKind(
        "Your mentorships", "One began, paused, ended, or a proposal came to nothing.", TOLD
    ),
    "concerns": MailKind(
        "Mentorships that need an organiser", "For organisers: somebody asks for you.", TOLD
    ),
    "session_reminders": MailKind(
        "Reminders of sessions", "The morning before a session that you signed up for.", OR_NOT
    ),
    "plans": MailKind("Dates of your plan", "Somebody else set them anew.", TOLD),
    "reviews": MailKind("Reviews of your work", "What you handed in was reviewed.", FREE),
    "to_review": MailKind("Work that waits for you", "Somebody handed in, or asks for time.", FREE),
    "mentees": MailKind(
        "What your mentees need", "For mentors: on the first of each month, mentee by mentee.", FREE
    ),
    "check_ins": MailKind(
        "Check-ins", "How a mentorship goes, and what it was worth in the end.", FREE
    ),
    "nudges": MailKind(
        "Reminders", "Of your plan, or of a mentorship in which nobody met for a while.", FREE
    ),
    "announcements": MailKind("Announcements", "What the organisers of a cohort write.", FREE),
    "organising": MailKind(
        "Running a cohort",
        "For organisers: new mentors, rounds that wait, proposals that were declined.",
        FREE,
    ),
}
DIGEST = "digest"
"""The kind of the mail that holds others: to end it ends those that would come in it."""
