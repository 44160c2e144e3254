"""The new date: the day that was chosen, at the hour that the old one had on the wall."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cohort.errors import Invalid

LONGEST = timedelta(days=366)


def moved(due_at: datetime, until: date, zone: str) -> datetime:
    """Where the clocks change between the two, the hour stays and the time in UTC does not.

    An hour that the clocks skip on that day becomes the one after it.
    """
    there = ZoneInfo(zone)
    hour = due_at.astimezone(there).time()
    return datetime.combine(until, hour, there).astimezone(UTC)


def require_later(due_at: datetime, until: date, zone: str, *, now: datetime) -> datetime:
    """The new date, which is after the old one and not over; Invalid where it is not."""
    new = moved(due_at, until, zone)
    if new <= due_at:
        raise Invalid.at("until", "Choose a day after the one on which it is due now.")
    if new <= now:
        raise Invalid.at("until", "This day is over. Choose one that is not.")
    if new - max(due_at, now) > LONGEST:
        raise Invalid.at("until", "Choose a day within a year.")
    return new
