"""When a cohort's weekly matching is due, and what that week is called; pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Tick(NamedTuple):
    """One weekly matching: the moment it is due (UTC), its local week, and the Monday it plans."""

    at: datetime
    period: str
    week: date


def latest_tick(now: datetime, *, zone: str, day: int, at: time) -> Tick:
    """The last weekly matching that is due at `now`, for a cohort on the clock of `zone`.

    `day` is 0 for Monday. A time that the clock skips in spring is due as much later as the
    clock jumps (02:30 becomes 03:30); one that it shows twice in autumn is due the first time.
    """
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    that_day = today - timedelta(days=today.weekday() - day)
    due = _moment(that_day, at, here)
    if due > now:
        that_day -= timedelta(days=7)
        due = _moment(that_day, at, here)
    return Tick(due, period_of(that_day), week_planned_on(that_day))


def period_of(day: date) -> str:
    """The ISO week, as 2026-W53; the first days of January may lie in the old year's last."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def week_planned_on(day: date) -> date:
    """The Monday of the week whose hours are compared: that day, or the next Monday after it."""
    return day + timedelta(days=-day.weekday() % 7)


def local_day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _moment(day: date, at: time, here: ZoneInfo) -> datetime:
    # fold=0 is the offset before a change: a skipped time moves on, of two the first counts.
    return datetime.combine(day, at, tzinfo=here).astimezone(UTC)
