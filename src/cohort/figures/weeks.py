"""The weeks of a cohort, each from midnight to midnight on its own clock; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = 7
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CohortWeek:
    """`number` is 1 for the week that begins on the cohort's first day, whichever day that is."""

    number: int
    begins_on: date
    ends_on: date
    """The last day of it: the last week of a cohort may be shorter than the others."""
    ends_at: datetime
    """The midnight after it. Where the clocks change, the week has 167 or 169 hours."""


def weeks_of(starts_on: date, ends_on: date, zone: str) -> list[CohortWeek]:
    """All of them, from the first day to the last."""
    count = (ends_on - starts_on).days // DAYS + 1
    weeks = []
    for number in range(1, count + 1):
        begins = starts_on + timedelta(days=(number - 1) * DAYS)
        ends = min(begins + timedelta(days=DAYS - 1), ends_on)
        midnight = datetime.combine(ends + timedelta(days=1), time(), ZoneInfo(zone))
        weeks.append(CohortWeek(number, begins, ends, midnight))
    return weeks


def begun(weeks: Sequence[CohortWeek], now: datetime) -> int:
    """How many of the weeks have begun: 0 before the first day, all of them after the last."""
    zone = weeks[0].ends_at.tzinfo
    today = now.astimezone(zone).date()
    return sum(week.begins_on <= today for week in weeks)


def weeks_away(weeks: Sequence[CohortWeek], spans: Sequence[tuple[date, date]]) -> set[int]:
    """The weeks, from 0, of which no day is outside the spans; both ends of a span belong to it."""
    away: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if away and first <= away[-1][1] + ONE_DAY:  # one goes on where the other ends
            away[-1] = (away[-1][0], max(last, away[-1][1]))
        else:
            away.append((first, last))
    return {
        place
        for first, last in away
        for place, week in enumerate(weeks)
        if first <= week.begins_on and week.ends_on <= last
    }
