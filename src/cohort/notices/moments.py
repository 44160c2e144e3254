"""When a mail may leave: the end of quiet hours, and the next digest, on somebody's own clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

A_DAY = timedelta(days=1)


def quiet_until(now: datetime, zone: str, begins: time, ends: time) -> datetime | None:
    """The end of the quiet hours that `now` lies in; none outside, and where both are the same.

    What the clock shows decides. An hour that a change of the clocks skips ends when it would have
    begun; in one that comes twice, quiet ends where the clock shows its end for the next time.
    """
    local = now.astimezone(ZoneInfo(zone))
    shown = local.time()
    is_over_night = begins > ends
    is_quiet = shown >= begins or shown < ends if is_over_night else begins <= shown < ends
    if not is_quiet:
        return None
    day = local.date() + A_DAY if is_over_night and shown >= begins else local.date()
    return next(at for at in _both(day, ends, zone) if at > now)


def next_digest(now: datetime, zone: str, hour: int, weekday: int | None = None) -> datetime:
    """The first time after `now` that her clock shows the hour, on any day or on that weekday."""
    day = now.astimezone(ZoneInfo(zone)).date()
    while True:
        at = _both(day, time(hour), zone)[0]
        if at > now and weekday in {None, day.weekday()}:
            return at
        day += A_DAY


def _both(day: date, shown: time, zone: str) -> list[datetime]:
    """When a clock shows this: once, but for the hour that comes twice."""
    local = datetime.combine(day, shown, ZoneInfo(zone))
    return [local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)]
