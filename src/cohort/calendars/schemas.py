"""What the calendars room answers."""

from datetime import datetime

from pydantic import Field

from cohort.http.fields import Shown


class CalendarFeedOut(Shown):
    created_at: datetime


class NewCalendarFeedOut(Shown):
    url: str = Field(description="The secret address; it is told once.")
