"""How facts are written for people, and how the weekly hours of a form are read back.

Pure functions of their arguments: no clock, no locale, no settings. `FILTERS` and `GLOBALS` are
what the templates may use beyond Jinja's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cohort.pairing.fit import beside_the_best
from cohort.pairing.scores.availability import DAYS

BANDS = ("06-09", "09-12", "12-14", "14-17", "17-20", "20-23")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

WeeklyHours = Sequence[Mapping[str, str]]


def day(on: date) -> str:
    """`Mon 23 Nov 2026`."""
    return f"{DAYS[on.weekday()][:3].title()} {on.day} {MONTHS[on.month - 1]} {on.year}"


def month(on: date) -> str:
    """`Nov 2026`."""
    return f"{MONTHS[on.month - 1]} {on.year}"


def local_day(at: datetime, zone: str) -> date:
    """The calendar day that a zone has at that moment."""
    return _in_zone(at, zone).date()


def moment(at: datetime, zone: str) -> str:
    """`Mon 23 Nov 2026, 18:00`, as a clock on the wall of that zone shows it."""
    there = _in_zone(at, zone)
    return f"{day(there)}, {there:%H:%M}"


def zone_label(at: datetime, zone: str) -> str:
    """`Berlin, UTC+1`: the offset is the one in force at that moment, so DST is told right."""
    offset = _in_zone(at, zone).utcoffset() or timedelta()
    minutes = round(abs(offset).total_seconds() / 60)
    if not minutes:
        utc = "UTC"
    else:
        sign = "+" if offset > timedelta() else "\N{MINUS SIGN}"
        utc = f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")
    name = city(zone)
    return utc if name == "UTC" else f"{name}, {utc}"


def city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def machine_time(at: datetime, zone: str) -> str:
    """RFC 3339 with the zone's offset, for the `datetime` attribute of `<time>`."""
    return _in_zone(at, zone).isoformat(timespec="minutes")


def _in_zone(at: datetime, zone: str) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("A moment needs a time zone; this one has none.")
    return at.astimezone(ZoneInfo(zone))


def hours(amount: float) -> str:
    """`45 min` below one hour, else `3 h` or `2.5 h`."""
    return f"{round(amount * 60)} min" if 0 < amount < 1 else f"{round(amount, 1):g} h"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 mentor`, `2 mentors`, `1,200 mentors`; `many` is for words that do not just take an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


STAGE_TITLES = {
    "phd": "PhD",
    "postdoc": "Postdoc",
    "researcher": "Researcher",
    "industry": "Industry from the start",
}


def stage(of: str) -> str:
    """Where someone is in research, or was before industry."""
    return STAGE_TITLES[of]


def percent(share: float) -> str:
    """A share in [0, 1] as `38%`; only nothing is 0% and only all is 100%."""
    return f"{_whole_percent(share)}%"


def _whole_percent(share: float) -> int:
    rounded = round(share * 100)
    return min(99, max(1, rounded)) if 0 < share < 1 else rounded


def score(value: float) -> str:
    """A score in [0, 1] with the two decimals that people compare."""
    return f"{value:.2f}"


def heat_step(share: float) -> int:
    """The colour step of a share in [0, 1]: 0 is nothing, 5 is all, 1 to 4 the quarters between.

    It is taken from the percent that is printed, so that number and colour never disagree.
    """
    printed = _whole_percent(share)
    return 0 if printed == 0 else 1 + printed // 25


def weekly(spans: WeeklyHours) -> str:
    """`Mon 09:00–12:00, 14:00–17:00; Tue 17:00–20:00`, Monday first."""
    days = []
    for name in DAYS:
        times = sorted((span["start"], span["end"]) for span in spans if span["day"] == name)
        if times:
            listed = ", ".join(f"{start}–{end}" for start, end in times)
            days.append(f"{name[:3].title()} {listed}")
    return "; ".join(days)


def ticks(spans: WeeklyHours) -> list[str]:
    """The boxes of the hours grid, such as `monday 09-12`, that lie wholly inside the spans.

    The grid is coarser than the facts: a span of less than a band ticks nothing.
    """
    return [
        f"{name} {band}"
        for name in DAYS
        for band in BANDS
        if _covers([span for span in spans if span["day"] == name], *_ends(band))
    ]


def hours_of_ticks(boxes: Iterable[str]) -> list[dict[str, str]]:
    """Weekly hours from ticked boxes, neighbours joined; a box not on the grid is a KeyError."""
    places = {f"{name} {band}": (name, band) for name in DAYS for band in BANDS}
    chosen = {places[box] for box in boxes}
    spans: list[dict[str, str]] = []
    for name in DAYS:
        for band in BANDS:
            if (name, band) not in chosen:
                continue
            start, end = _ends(band)
            if spans and spans[-1]["day"] == name and spans[-1]["end"] == start:
                spans[-1]["end"] = end
            else:
                spans.append({"day": name, "start": start, "end": end})
    return spans


def _ends(band: str) -> tuple[str, str]:
    start, end = band.split("-")
    return f"{start}:00", f"{end}:00"


def _covers(spans: WeeklyHours, start: str, end: str) -> bool:
    """Walk the spans in order; `HH:MM` compares as text."""
    reached = start
    for span in sorted(spans, key=lambda span: span["start"]):
        if span["start"] <= reached:
            reached = max(reached, span["end"])
    return reached >= end


FILTERS = {
    "day": day,
    "month": month,
    "local_day": local_day,
    "moment": moment,
    "zone_label": zone_label,
    "machine_time": machine_time,
    "hours": hours,
    "plural": plural,
    "stage": stage,
    "percent": percent,
    "score": score,
    "beside_the_best": beside_the_best,
    "heat_step": heat_step,
    "weekly": weekly,
    "ticks": ticks,
}
GLOBALS = {"grid_days": DAYS, "grid_bands": BANDS}
