"""Time zones as people know them: a city and its country, and how far its clock is from UTC."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from cohort.profiles.choices import CONTINENTS, Options

LANGUAGES = ("en", "de")


@cache
def places(language: str = "en") -> dict[str, str]:
    """Zone -> “Berlin, Germany”, by name; each place has one zone, under its newest name."""
    territories, locale = get_global("zone_territories"), Locale(language)
    found = {
        zone: _place(zone, locale, territories[zone])
        for zone in available_timezones() & set(territories)
        if zone.partition("/")[0] in CONTINENTS
    }
    return {"UTC": "UTC", **dict(sorted(found.items(), key=lambda one: one[1].casefold()))}


def _place(zone: str, locale: Locale, territory: str) -> str:
    city: str = get_timezone_location(zone, locale=locale, return_city=True)
    country: str = locale.territories[territory]
    return city if city == country else f"{city}, {country}"


def label(zone: str, now: datetime, language: str = "en") -> str:
    """“Berlin, Germany (UTC+1)”; a zone that is no place of ours keeps its name."""
    return f"{places(language).get(zone, zone)} ({_from_utc(zone, now)})"


def label_of(typed: str, now: datetime) -> str:
    """The label of a zone; what is none stays as it was typed."""
    return label(typed, now) if typed in available_timezones() else typed


def _from_utc(zone: str, now: datetime) -> str:
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def options(now: datetime, language: str = "en") -> Options:
    """What a form offers to search in; clocks change on the hour, so that it is kept for one."""
    return _options(now.replace(minute=0, second=0, microsecond=0), language)


@lru_cache(maxsize=4)
def _options(hour: datetime, language: str) -> Options:
    return [{"value": zone, "label": label(zone, hour, language)} for zone in places(language)]


def zone_of(typed: str) -> str:
    """The zone of a label, a place or a city that is the only one of its name; else what was typed.

    The time of a label does not count: it may be from before a clock change.
    """
    text = " ".join(typed.partition(" (UTC")[0].split())
    return _by_name().get(text.casefold(), text)


def typed_zone(texts: Sequence[str]) -> dict[str, str]:
    """Of the field of a form, which may be empty."""
    return {"time_zone": zone_of(texts[-1])} if texts else {}


@cache
def _by_name() -> dict[str, str]:
    cities: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for zone, place in places(language).items():
            cities.setdefault(place.casefold(), set()).add(zone)
            cities.setdefault(place.partition(",")[0].casefold(), set()).add(zone)
    return {name: zones.pop() for name, zones in cities.items() if len(zones) == 1}
