"""From a rule to moments: pure, and always the same hour on the wall of the cohort.

A rule is one RRULE of RFC 5545, as far as people use it for sessions: days, weeks and months.
It is read on the cohort's clock and each time is taken to UTC by itself, so that the hour stays
when the clocks change. An hour that a clock skips is the one an hour later, as RFC 5545 has it.

Libraries that read rules look for the next day until the year 9999, and a rule that names no day
holds them for seconds; here a rule is read period by period, and only as far as the cohort goes.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

MOST = 60
"""Sessions of one series."""
FURTHEST = timedelta(days=2 * 366)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
A_DAY = timedelta(days=1)

_NAMED = r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)"
_OF_MONTH = r"-?([1-9]|[12]\d|3[01])"
_PARTS = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY",
    "INTERVAL": r"[1-9]\d?",
    "COUNT": r"[1-9]\d?",
    "UNTIL": r"\d{8}(T\d{6}Z?)?",
    "BYDAY": rf"{_NAMED}(,{_NAMED}){{0,34}}",
    "BYMONTHDAY": rf"{_OF_MONTH}(,{_OF_MONTH}){{0,30}}",
    "BYMONTH": r"([1-9]|1[0-2])(,([1-9]|1[0-2])){0,11}",
    "BYSETPOS": r"-?[1-9]\d?",
    "WKST": r"MO|TU|WE|TH|FR|SA|SU",
}

Rule = Mapping[str, str]


class RuleUnreadable(ValueError):
    """The sentence says what is wrong with it, and begins in the middle."""


def read_rule(text: str) -> Rule:
    """Its parts by name, where it is one that we follow."""
    parts: dict[str, str] = {}
    for part in text.upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        wanted = _PARTS.get(name)
        if wanted is None or name in parts or not re.fullmatch(wanted, value, re.ASCII):
            raise RuleUnreadable("is not a rule that we follow, such as FREQ=WEEKLY;COUNT=6")
        parts[name] = value
    if "FREQ" not in parts:
        raise RuleUnreadable("needs FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY")
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleUnreadable("has both COUNT and UNTIL; keep one of them")
    if parts["FREQ"] != "MONTHLY" and re.search(r"[1-5][A-Z]", parts.get("BYDAY", "")):
        raise RuleUnreadable("numbers a weekday, which only FREQ=MONTHLY does")
    if parts["FREQ"] == "WEEKLY" and "BYMONTHDAY" in parts:
        raise RuleUnreadable("names days of the month, which FREQ=WEEKLY does not")
    if "UNTIL" in parts:
        try:
            _until(parts)
        except ValueError as error:
            raise RuleUnreadable("ends on a day that no calendar has") from error
    return parts


def _until(rule: Rule) -> date:
    return datetime.strptime(rule["UNTIL"][:8], "%Y%m%d").replace(tzinfo=UTC).date()


def starts_of(first: datetime, rule: Rule, zone: str, last_day: date) -> list[datetime]:
    """In UTC: `first`, which is a time on the wall, and what the rule adds until `last_day`.

    Empty where the rule does not name the first day itself. One more than `MOST` at most.
    """
    last = min(last_day, (first + FURTHEST).date())
    if "UNTIL" in rule:
        last = min(last, _until(rule))
    most = min(int(rule.get("COUNT", MOST + 1)), MOST + 1)
    days = list(islice(days_of(first.date(), rule, last), most))
    if not days or days[0] != first.date():
        return []
    return [in_utc(datetime.combine(day, first.time()), zone) for day in days]


def days_of(first: date, rule: Rule, last: date) -> Iterator[date]:
    """The days that a rule names, from the first to the last; COUNT and UNTIL are not read."""
    months = _numbers(rule, "BYMONTH")
    for period in _periods(first, rule, last):
        named = [day for day in period if not months or day.month in months]
        for day in _chosen(named, rule):
            if first <= day <= last:
                yield day


def _periods(first: date, rule: Rule, last: date) -> Iterator[list[date]]:
    """What the rule names in each day, week or month, whether or not before the first day."""
    step = int(rule.get("INTERVAL", 1))
    begin = first
    if rule["FREQ"] == "WEEKLY":
        begin -= ((first.weekday() - WEEKDAYS.index(rule.get("WKST", "MO"))) % 7) * A_DAY
    if rule["FREQ"] == "MONTHLY":
        begin = first.replace(day=1)
    while begin <= last:
        if rule["FREQ"] == "DAILY":
            yield [begin] if _fits(begin, rule) else []
            begin += step * A_DAY
        elif rule["FREQ"] == "WEEKLY":
            yield [
                day for day in (begin + n * A_DAY for n in range(7)) if _in_week(day, first, rule)
            ]
            begin += step * 7 * A_DAY
        else:
            length = monthrange(begin.year, begin.month)[1]
            days = [begin + n * A_DAY for n in range(length)]
            yield [day for day in days if _in_month(day, first, rule)]
            months = begin.year * 12 + begin.month - 1 + step
            begin = date(months // 12, months % 12 + 1, 1)


def _in_week(day: date, first: date, rule: Rule) -> bool:
    return _fits(day, rule) if "BYDAY" in rule else day.weekday() == first.weekday()


def _in_month(day: date, first: date, rule: Rule) -> bool:
    if "BYDAY" in rule or "BYMONTHDAY" in rule:
        return _fits(day, rule)
    return day.day == first.day


def _fits(day: date, rule: Rule) -> bool:
    """Whether its weekday and its day of the month are among those that are named."""
    length = monthrange(day.year, day.month)[1]
    numbers = _numbers(rule, "BYMONTHDAY")
    if numbers and not numbers & {day.day, day.day - length - 1}:
        return False
    name = WEEKDAYS[day.weekday()]
    from_start, from_end = (day.day - 1) // 7 + 1, (length - day.day) // 7 + 1
    ways = {name, f"{from_start}{name}", f"+{from_start}{name}", f"-{from_end}{name}"}
    return "BYDAY" not in rule or bool(ways & set(rule["BYDAY"].split(",")))


def _chosen(named: list[date], rule: Rule) -> list[date]:
    if "BYSETPOS" not in rule:
        return named
    place = int(rule["BYSETPOS"])
    index = place - 1 if place > 0 else len(named) + place
    return named[index : index + 1] if index >= 0 else []


def _numbers(rule: Rule, name: str) -> set[int]:
    return {int(one) for one in rule[name].split(",")} if name in rule else set()


def in_utc(local: datetime, zone: str) -> datetime:
    """What the wall shows, in UTC; of an hour that the clock repeats, the first."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def moved(at: datetime, zone: str, *, days: int, hour: time) -> datetime:
    """So many days later, at that hour on the wall."""
    there = at.astimezone(ZoneInfo(zone))
    return in_utc(datetime.combine(there.date() + timedelta(days=days), hour), zone)


def reminder_of(starts_at: datetime, zone: str) -> datetime:
    """The morning of the day before, on the cohort's clock."""
    day = starts_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    return in_utc(datetime.combine(day, time(9)), zone)
