"""How a mentorship stands, and by which signs; pure.

The thresholds that depend on a programme are settings of its cohort (`quiet_after_days` and the
rhythm of the check-ins); the others stand here, each with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from cohort.checkins.models import Going
from cohort.mentorships.models import Side

SILENT_AFTER = timedelta(days=7)
"""A check-in is missing a week after it was asked: nobody reads all mail at once."""


class Reason(StrEnum):
    ASKS_FOR_HELP = "asks_for_help"
    GOING_BADLY = "going_badly"
    GOING_SO_SO = "going_so_so"
    NO_MEETING = "no_meeting"
    RESEARCHER_SILENT = "researcher_silent"
    MENTOR_SILENT = "mentor_silent"


OF_ANSWERS = frozenset({Reason.ASKS_FOR_HELP, Reason.GOING_BADLY, Reason.GOING_SO_SO})
"""What one of the two said in confidence: nothing that the other one reads may come of it."""


class Health(StrEnum):
    """From the worst to the best, as lists have them."""

    NEEDS_HELP = "needs_help"
    NEEDS_A_LOOK = "needs_a_look"
    BEGINS = "begins"
    GOOD = "good"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Said:
    """What one side answered and was asked, as far as it may be read."""

    answers: Sequence[Going] = ()
    """The oldest first."""
    needs_help: bool = False
    """In the last answer."""
    asked_at: datetime | None = None
    """When the one that waits for an answer was asked."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one mentorship."""

    mentorship_id: UUID
    cohort_id: UUID
    researcher: str
    mentor: str
    began_at: datetime
    paused_at: datetime | None
    ended_at: datetime | None
    met_at: datetime
    """Their last sign of a meeting: one that took place or was agreed to, or the word of a
    check-in; without any, the beginning."""
    last_meeting_at: datetime | None
    next_meeting_at: datetime | None
    said: dict[Side, Said]
    nudged_at: datetime | None
    check_in_after_days: int
    quiet_after_days: int


def reasons_of(one: Standing, now: datetime) -> list[Reason]:
    """Why it needs somebody, the gravest first; what pauses or has ended needs nobody."""
    if one.ended_at is not None or one.paused_at is not None:
        return []
    last = [side.answers[-1] for side in one.said.values() if side.answers]
    silent = {
        side: said.asked_at is not None and now - said.asked_at >= SILENT_AFTER
        for side, said in one.said.items()
    }
    holds = {
        Reason.ASKS_FOR_HELP: any(side.needs_help for side in one.said.values()),
        Reason.GOING_BADLY: Going.BADLY in last,
        Reason.NO_MEETING: now - one.met_at >= timedelta(days=one.quiet_after_days),
        Reason.GOING_SO_SO: Going.SO_SO in last,
        Reason.RESEARCHER_SILENT: silent[Side.RESEARCHER],
        Reason.MENTOR_SILENT: silent[Side.MENTOR],
    }
    return [reason for reason, does_hold in holds.items() if does_hold]


def health_of(one: Standing, now: datetime) -> Health:
    """In a word. Twice as long without a meeting as is usual is grave by itself."""
    if one.ended_at is not None:
        return Health.ENDED
    if one.paused_at is not None:
        return Health.PAUSED
    reasons = set(reasons_of(one, now))
    too_quiet = now - one.met_at >= timedelta(days=2 * one.quiet_after_days)
    if reasons & {Reason.ASKS_FOR_HELP, Reason.GOING_BADLY} or too_quiet:
        return Health.NEEDS_HELP
    if reasons:
        return Health.NEEDS_A_LOOK
    said_nothing = not any(side.answers for side in one.said.values())
    if said_nothing and one.last_meeting_at is None:
        return Health.BEGINS
    return Health.GOOD


class FollowUp(StrEnum):
    """What is done about it, each once in an episode."""

    NUDGE = "nudge"
    TELL = "tell"
    ASK_ABOUT_ENDING = "ask_about_ending"


TOLD_AFTER = timedelta(days=7)
"""The two have a week to find a time by themselves before an organiser hears of it."""
ENDING_AFTER = timedelta(days=14)
"""An organiser has two weeks to help before the question is whether to end it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The steps of an episode so far."""

    began_at: datetime
    nudged_at: datetime | None
    told_at: datetime | None
    ending_told_at: datetime | None


def next_step(one: Standing, taken: Taken, now: datetime) -> FollowUp | None:
    """The next step that is due, if any; of what was said in confidence the two are not told."""
    shared = set(reasons_of(one, now)) - OF_ANSWERS
    if shared and taken.nudged_at is None and not was_nudged_lately(one, now):
        return FollowUp.NUDGE
    if taken.told_at is None:
        since = taken.nudged_at or taken.began_at
        return FollowUp.TELL if now - since >= TOLD_AFTER else None
    if taken.ending_told_at is None and health_of(one, now) is Health.NEEDS_HELP:
        return FollowUp.ASK_ABOUT_ENDING if now - taken.told_at >= ENDING_AFTER else None
    return None


def was_nudged_lately(one: Standing, now: datetime) -> bool:
    """Nobody is nudged twice in a week, by whomever."""
    return one.nudged_at is not None and now - one.nudged_at < TOLD_AFTER


def nudged_sides(one: Standing, now: datetime) -> list[Side]:
    """Both where they should meet; else only those whose answer is missing."""
    reasons = reasons_of(one, now)
    silent = {Reason.RESEARCHER_SILENT: Side.RESEARCHER, Reason.MENTOR_SILENT: Side.MENTOR}
    sides = [side for reason, side in silent.items() if reason in reasons]
    return list(Side) if Reason.NO_MEETING in reasons or not sides else sides
