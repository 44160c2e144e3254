"""When things happened in a cohort that is in its seventh week; pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = "Europe/Lisbon"
WEEKS = 16
THIS_WEEK = 7
FIRST_ROUND = 3


@dataclass(frozen=True)
class Weeks:
    """The cohort's weeks; the first one begins on `starts_on`, a Monday."""

    starts_on: date

    @classmethod
    def up_to(cls, now: datetime) -> "Weeks":
        """The weeks of which the seventh is the one of `now`."""
        today = now.astimezone(ZoneInfo(ZONE)).date()
        return cls(today - timedelta(days=today.weekday(), weeks=THIS_WEEK - 1))

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(weeks=WEEKS, days=-1)

    def at(self, week: int, *, day: int = 0, hour: int = 9) -> datetime:
        """A moment: day 0 is the Monday of that week, week 1 the first; earlier ones are < 1."""
        that_day = self.starts_on + timedelta(weeks=week - 1, days=day)
        return datetime.combine(that_day, time(hour), ZoneInfo(ZONE)).astimezone(UTC)

    def week_of(self, moment: datetime) -> int:
        return (moment.astimezone(ZoneInfo(ZONE)).date() - self.starts_on).days // 7 + 1
