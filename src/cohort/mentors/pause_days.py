"""From which day to which a mentor pauses, in her own time zone; pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_

from cohort.errors import Invalid
from cohort.mentors.models import Mentor
from cohort.mentors.schemas import MentorPauseIn

LONGEST = timedelta(days=731)
NO_PAUSE: Mapping[str, None] = {"paused_at": None, "pause_from": None, "back_on": None}


def takes_part_in(week: date) -> ColumnElement[bool]:
    """Neither pauses now nor begins to within the week of that Monday."""
    later = Mentor.pause_from >= week + timedelta(days=7)
    return Mentor.paused_at.is_(None) & or_(Mentor.pause_from.is_(None), later)


def check_days(asked: MentorPauseIn, zone: str, *, now: datetime) -> None:
    """Raises Invalid for days that make no pause."""
    today = now.astimezone(ZoneInfo(zone)).date()
    for name in ("pause_from", "back_on"):
        its_day = getattr(asked, name)
        if its_day is not None and its_day > today + LONGEST:
            sentence = "This is more than two years ahead. Choose an earlier day."
            raise Invalid.at(name, sentence)
    if asked.back_on is not None and asked.back_on <= today:
        raise Invalid.at("back_on", "This day has come already. Choose a later one.")


def columns_of(
    asked: MentorPauseIn, zone: str, *, since: datetime, now: datetime
) -> dict[str, Any]:
    """What the row of a mentor holds; a pause that begins today or began already is `since`."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if asked.back_on is not None and asked.back_on <= today:
        return dict(NO_PAUSE)
    is_later = asked.pause_from is not None and asked.pause_from > today
    return {
        "paused_at": None if is_later else since,
        "pause_from": asked.pause_from if is_later else None,
        "back_on": asked.back_on,
    }
