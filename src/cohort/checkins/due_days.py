"""On which days the two of a mentorship are asked; pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ASKED_FROM = timedelta(hours=8)
"""A day of check-ins begins at eight in the morning of whoever is asked: no mail comes at night."""


def due_day(began_at: datetime, zone: str, now: datetime, *, first: int, every: int) -> date | None:
    """The latest day up to `now` on which someone in that zone is due, or none before the first.

    The first is `first` days after the local day of the beginning, each further one `every` days
    later: days of the calendar, so that a change of the clocks moves nothing.
    """
    here = ZoneInfo(zone)
    began = began_at.astimezone(here).date()
    # What the clock on the wall shows: the hours are subtracted from that.
    today = (now.astimezone(here).replace(tzinfo=None) - ASKED_FROM).date()
    passed = (today - began).days - first
    if passed < 0:
        return None
    return began + timedelta(days=first + passed // every * every)
