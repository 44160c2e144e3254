"""How somebody's studies stand, and by which signs; pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import numpy as np

from cohort.forecasts.pace import (
    Facts,
    Floats,
    Pace,
    chance,
    pace_of,
    rates,
    still_asked,
    typical_chance,
)

WEEK = timedelta(weeks=1)
SILENT_AFTER = timedelta(days=14)
"""Two weeks with work due and nothing handed in are more than a busy week."""
SENT_BACK_FOR = timedelta(days=7)
"""Who can answer a review, mostly does within the week."""
TOO_MUCH = 2.0
"""Work due within two weeks that would take her four."""
MISSED_TOO_OFTEN = 2
"""One missed session is an ordinary week."""
NUDGED_FOR = timedelta(days=7)
"""Nobody is nudged twice in a week, by whomever."""


class StudyOutlook(StrEnum):
    """From the worst to the best, as lists have them."""

    UNLIKELY = "unlikely"
    UNSURE = "unsure"
    BEGINS = "begins"
    ON_COURSE = "on_course"
    DONE = "done"


TOLD_AFTER = timedelta(days=14)
"""Before that, a forecast is the plan's own pace and says nothing of her."""
LIKELY = 0.8
EVEN = 0.5


class Sign(StrEnum):
    """Why somebody should look after her; the gravest first."""

    SILENT = "silent"
    SENT_BACK = "sent_back"
    UNLIKELY = "unlikely"
    MOCK_EXAM = "mock_exam"
    MISSED_SESSIONS = "missed_sessions"
    TOO_MUCH = "too_much"


class StudyFacts(NamedTuple):
    """What is known of one plan at a moment; a tuple, as 2,000 of them are made for one page."""

    enrolment_id: UUID
    name: str
    began_at: datetime
    """When she could begin: the cohort's first day, or the day that she joined."""
    items: int
    hours: float
    hours_done: float
    """Handed in and not sent back."""
    hours_lately: float
    """The same, each hour discounted by its age as `pace` does it."""
    hours_asked: float
    """Due by then, done or not."""
    hours_asked_lately: float
    """The same, each hour discounted by how long it has been due."""
    hours_soon: float
    """Still to do, and due within two weeks or overdue."""
    last_due_at: datetime
    late: int
    handed_in_at: datetime | None
    sent_back_at: datetime | None
    """When the oldest review that waits for another version came."""
    nudged_at: datetime | None
    sessions_missed: int = 0
    """In the last six weeks, of those that she had signed up for."""
    mock_exam_failed_at: datetime | None = None
    """When her newest mock exam of the last six weeks was, if it was below the pass mark."""

    @property
    def unit(self) -> float:
        """The hours of a mean milestone of hers."""
        return self.hours / self.items


class Forecast(NamedTuple):
    work: StudyFacts
    chance: float
    """Of being done by the end of the cohort, in [0, 1]."""
    gain: float
    """What the chance would grow by, had she from now on the pace of anybody in the cohort."""
    signs: Sequence[Sign]
    begins: bool
    at: datetime
    end: datetime
    """Of the cohort."""
    ahead: float
    """What her plan asks for until then, in her units."""
    facts: Facts
    """Of hers and others, with hers at `place`."""
    place: int
    pace: Pace

    @property
    def early(self) -> datetime:
        """The chance to be done by then is a tenth.

        The days are worked out of those that are shown, who are few of all.
        """
        return _done_by(self, 0.1)

    @property
    def middle(self) -> datetime:
        """A half."""
        return _done_by(self, 0.5)

    @property
    def late(self) -> datetime:
        """Nine tenths."""
        return _done_by(self, 0.9)

    @property
    def outlook(self) -> StudyOutlook:
        if self.work.hours_done >= self.work.hours:
            return StudyOutlook.DONE
        if self.begins:
            return StudyOutlook.BEGINS
        if self.chance >= LIKELY:
            return StudyOutlook.ON_COURSE
        return (
            StudyOutlook.UNLIKELY if _is_unlikely(self.work, self.chance) else StudyOutlook.UNSURE
        )


def facts_of(works: Sequence[StudyFacts]) -> Facts:
    """In units of each one's mean milestone."""
    unit = np.array([one.unit for one in works])
    left = np.array([one.hours - one.hours_done for one in works])
    return Facts(
        done=np.array([one.hours_lately for one in works]) / unit,
        asked=np.array([one.hours_asked_lately for one in works]) / unit,
        left=np.maximum(left, 0.0) / unit,
    )


def ahead_of(works: Sequence[StudyFacts], at: datetime, end: datetime) -> Floats:
    """What each plan still asks for, in its units; time after its last day counts as any other."""
    if at >= end:
        return np.zeros(len(works))
    rest = [max((end - max(at, one.last_due_at)) / WEEK, 0.0) for one in works]
    per_week = [one.items / _weeks(one, end) for one in works]
    asked = [(one.hours - one.hours_asked) / one.unit for one in works]
    return np.asarray(np.array(asked) + np.array(rest) * np.array(per_week))


def _weeks(one: StudyFacts, end: datetime) -> float:
    """That her plan takes; a week at least."""
    return max((end - one.began_at) / WEEK, 1.0)


def forecasts_of(
    works: Sequence[StudyFacts], *, at: datetime, end: datetime, pace: Pace | None = None
) -> list[Forecast]:
    """Of all people of one cohort at once, whose plans must ask for something; in their order.

    Of some of them only, where the `pace` of the whole cohort is known.
    """
    if not works:
        return []
    # To take moments of two zones from each other costs more than all else that is done here.
    at, end = at.astimezone(UTC), end.astimezone(UTC)
    facts, ahead = facts_of(works), ahead_of(works, at, end)
    pace = pace or pace_of(facts)
    own, typical = chance(facts, pace, ahead), typical_chance(facts, pace, ahead)
    columns = (own, np.maximum(typical - own, 0.0), ahead, rates(facts, pace))
    return [
        Forecast(
            work=one,
            chance=its_chance,
            gain=gain,
            signs=_signs(one, at, its_chance, rate * one.hours / _weeks(one, end)),
            begins=at - one.began_at < TOLD_AFTER,
            at=at,
            end=end,
            ahead=its_ahead,
            facts=facts,
            place=place,
            pace=pace,
        )
        for place, (one, its_chance, gain, its_ahead, rate) in enumerate(
            zip(works, *(each.tolist() for each in columns), strict=True)
        )
    ]


def _done_by(its: Forecast, level: float) -> datetime:
    """With that chance: when the plan has asked for so many units more, evenly to the end, and on
    like its mean."""
    asked = float(still_asked(its.facts.only(its.place), its.pace, level)[0])
    start = max(its.at, its.work.began_at)
    if its.ahead > 0 and its.end > start:
        return start + min(asked / its.ahead, 1e3) * (its.end - start)
    return start + asked * _weeks(its.work, its.end) / its.work.items * WEEK


def _is_unlikely(one: StudyFacts, chance: float) -> bool:
    """Never of somebody with nothing overdue: who works to the dates of the plan is no slower."""
    return chance < EVEN and one.late > 0


def _signs(one: StudyFacts, at: datetime, chance: float, rate: float) -> list[Sign]:
    """`rate` is hers, in hours a week."""
    if one.hours_done >= one.hours:
        return []
    studied_for = at - one.began_at
    silent_for = min(studied_for, at - one.handed_in_at) if one.handed_in_at else studied_for
    begins = studied_for < TOLD_AFTER
    holds = (
        (Sign.SILENT, one.late > 0 and silent_for >= SILENT_AFTER),
        (Sign.SENT_BACK, one.sent_back_at is not None and at - one.sent_back_at >= SENT_BACK_FOR),
        (Sign.UNLIKELY, _is_unlikely(one, chance) and not begins),
        (Sign.MOCK_EXAM, one.mock_exam_failed_at is not None),
        (Sign.MISSED_SESSIONS, one.sessions_missed >= MISSED_TOO_OFTEN),
        (Sign.TOO_MUCH, one.hours_soon > TOO_MUCH * 2 * rate and not begins),
    )
    return [sign for sign, does_hold in holds if does_hold]


def was_nudged_lately(one: StudyFacts, at: datetime) -> bool:
    return one.nudged_at is not None and at - one.nudged_at < NUDGED_FOR
