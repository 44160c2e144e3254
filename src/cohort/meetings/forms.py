"""What the two type about a meeting, in the time zone of whoever types."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from cohort.errors import Invalid
from cohort.http.fields import Strict
from cohort.http.formats import city, moment, zone_label
from cohort.meetings.schemas import Minutes, Place, StartsAt, Topic


def _nothing(typed: Any) -> Any:
    """Browsers send a field that was left empty as ""."""
    return None if typed in {"", "other"} else typed


class TimeForm(Strict):
    """One of the times that were suggested, or a day and an hour."""

    suggested: Annotated[StartsAt | None, BeforeValidator(_nothing)] = None
    day: Annotated[date | None, BeforeValidator(_nothing)] = None
    hour: Annotated[time | None, BeforeValidator(_nothing)] = None
    minutes: Minutes = 30
    topic: Topic = ""
    place: Annotated[Place | None, BeforeValidator(_nothing)] = None

    def starts_at(self, zone: str) -> datetime:
        if self.suggested is not None:
            return self.suggested
        if self.day is None or self.hour is None:
            field = "day" if self.day is None else "hour"
            raise Invalid.at(field, "Choose one of the times, or give a day and an hour.")
        return at_local(self.day, self.hour, zone)


def at_local(day: date, hour: time, zone: str) -> datetime:
    """In UTC; an hour that the clock repeats in autumn is the first of the two."""
    there = datetime.combine(day, hour.replace(tzinfo=None), tzinfo=ZoneInfo(zone))
    try:
        at = there.astimezone(UTC)
    except OverflowError as error:
        raise Invalid.at("day", "This is at the end of all calendars.") from error
    if at.astimezone(there.tzinfo).replace(tzinfo=None) != there.replace(tzinfo=None):
        raise Invalid.at("hour", "The clocks skip this hour on that day. Choose another one.")
    return at


def in_zones(at: datetime, zones: Sequence[str]) -> str:
    """`Tue 8 Dec 2026, 17:00 (Berlin, UTC+1); there Tue 8 Dec 2026, 11:00 (New York, UTC−5)`."""
    here, *there = (f"{moment(at, zone)} ({zone_label(at, zone)})" for zone in zones)
    return "; there ".join([here, *there])


def choices(starts: Sequence[datetime], zones: Sequence[str]) -> list[dict[str, str]]:
    """Each on one's own clock, and on the other one's where it shows another hour."""
    offered = []
    for at in starts:
        here = moment(at, zones[0])
        there = [f"; {_hour_in(at, one, here)}" for one in zones[1:] if moment(at, one) != here]
        offered.append({"value": at.isoformat(), "label": "".join([here, *there])})
    return [*offered, {"value": "other", "label": "Another time, which I give below"}]


def _hour_in(at: datetime, zone: str, here: str) -> str:
    """`11:00 in New York`, with the day where it is another one."""
    day, _, hour = moment(at, zone).rpartition(", ")
    same_day = here.startswith(f"{day}, ")
    return f"{hour if same_day else moment(at, zone)} in {city(zone)}"
