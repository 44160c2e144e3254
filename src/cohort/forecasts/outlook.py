"""How somebody's studies stand, and by which signs; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import numpy as np

from cohort.forecasts.pace import (
    Facts,
    Floats,
    chance,
    discounted_weeks,
    pace_of,
    typical_chance,
    weeks_to_go,
)

WEEK = timedelta(weeks=1)
SILENT_AFTER = timedelta(days=14)
"""Two weeks with work due and nothing handed in are more than a busy week."""
SENT_BACK_FOR = timedelta(days=7)
"""Who can answer a review, mostly does within the week."""
TOO_MUCH = 2.0
"""Work due within two weeks that would take her four."""
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
    TOO_MUCH = "too_much"


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What is known of one plan at a moment."""

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
    hours_soon: float
    """Still to do, and due within two weeks or overdue."""
    late: int
    handed_in_at: datetime | None
    sent_back_at: datetime | None
    """When the oldest review that waits for another version came."""
    nudged_at: datetime | None

    @property
    def unit(self) -> float:
        """The hours of a mean milestone of hers."""
        return self.hours / self.items


@dataclass(frozen=True, slots=True)
class Forecast:
    work: StudyFacts
    chance: float
    """Of being done by the end of the cohort, in [0, 1]."""
    gain: float
    """What the chance would grow by, had she from now on the pace of anybody in the cohort."""
    early: datetime
    middle: datetime
    late: datetime
    """The chance to be done by then is a tenth, a half, nine tenths."""
    signs: Sequence[Sign]
    begins: bool

    @property
    def outlook(self) -> StudyOutlook:
        if self.work.hours_done >= self.work.hours:
            return StudyOutlook.DONE
        if self.begins:
            return StudyOutlook.BEGINS
        if self.chance >= LIKELY:
            return StudyOutlook.ON_COURSE
        return StudyOutlook.UNSURE if self.chance >= EVEN else StudyOutlook.UNLIKELY


def facts_of(works: Sequence[StudyFacts], at: datetime) -> Facts:
    """In units of each one's mean milestone."""
    unit = np.array([one.unit for one in works])
    age = np.array([max((at - one.began_at) / WEEK, 0.0) for one in works])
    left = np.array([one.hours - one.hours_done for one in works])
    return Facts(
        done=np.array([one.hours_lately for one in works]) / unit,
        studied=discounted_weeks(age),
        left=np.maximum(left, 0.0) / unit,
    )


def weeks_of(works: Sequence[StudyFacts], at: datetime, end: datetime) -> Floats:
    """How long each has to the end; somebody who has not begun has from then on."""
    return np.array([max((end - max(at, one.began_at)) / WEEK, 0.0) for one in works])


def planned_pace(works: Sequence[StudyFacts], end: datetime) -> float:
    """What the plans ask for, in units a week."""
    asked = [one.items / max((end - one.began_at) / WEEK, 1.0) for one in works]
    return float(np.mean(asked))


def forecasts_of(works: Sequence[StudyFacts], *, at: datetime, end: datetime) -> list[Forecast]:
    """Of all people of one cohort at once, whose plans must ask for something; in their order."""
    if not works:
        return []
    facts, weeks_left = facts_of(works, at), weeks_of(works, at, end)
    pace = pace_of(facts, planned_pace(works, end))
    own, typical = chance(facts, pace, weeks_left), typical_chance(facts, pace, weeks_left)
    rates = (pace.shape + facts.done) / (pace.weeks + facts.studied)
    days = weeks_to_go(facts, pace)
    return [
        Forecast(
            work=one,
            chance=float(own[row]),
            gain=max(float(typical[row] - own[row]), 0.0),
            early=_after(one, at, days[0, row]),
            middle=_after(one, at, days[1, row]),
            late=_after(one, at, days[2, row]),
            signs=_signs(one, at, float(own[row]), float(rates[row])),
            begins=_begins(one, at),
        )
        for row, one in enumerate(works)
    ]


def _after(one: StudyFacts, at: datetime, weeks: float) -> datetime:
    return max(at, one.began_at) + float(weeks) * WEEK


def _begins(one: StudyFacts, at: datetime) -> bool:
    return at - one.began_at < TOLD_AFTER


def _signs(one: StudyFacts, at: datetime, chance: float, rate: float) -> list[Sign]:
    """`rate` is hers, in units a week."""
    if one.hours_done >= one.hours:
        return []
    seen_at = max(filter(None, (one.began_at, one.handed_in_at)))
    holds = {
        Sign.SILENT: one.late > 0 and at - seen_at >= SILENT_AFTER,
        Sign.SENT_BACK: one.sent_back_at is not None and at - one.sent_back_at >= SENT_BACK_FOR,
        Sign.UNLIKELY: chance < EVEN and not _begins(one, at),
        Sign.TOO_MUCH: one.hours_soon > TOO_MUCH * 2 * rate * one.unit and not _begins(one, at),
    }
    return [sign for sign, does_hold in holds.items() if does_hold]


def was_nudged_lately(one: StudyFacts, at: datetime) -> bool:
    return one.nudged_at is not None and at - one.nudged_at < NUDGED_FOR
