"""Weekly hours as people write them in a cell: `Mon, Wed 18:00-20:00; Thu 7am-9am`; pure."""

import re

from cohort.pairing.scores.availability import DAYS
from cohort.sheets.cells import BadCell

DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?"
GROUPS = {
    "daily": DAYS,
    "every day": DAYS,
    "weekdays": DAYS[:5],
    "weekends": DAYS[5:],
    "weekday": DAYS[:5],
    "weekend": DAYS[5:],
}
PARTS = {
    "morning": "08:00-12:00",
    "lunchtime": "12:00-14:00",
    "afternoon": "13:00-17:00",
    "evening": "18:00-21:00",
}
"""What a part of the day means; docs/offline.md says so, and a preview shows the hours."""
DASH = r"\s*(?:[-‐‑–—−]|to|until)\s*"
TIME = r"\d{1,2}(?:[:.h]\d{2}|h)?(?:\s*[ap]\.?m\.?)?"
DAY_SET = rf"(?:{'|'.join(GROUPS)}|{DAY}(?:(?:{DASH}|\s*(?:,|/|&|\+|and)\s*){DAY})*)"
SPAN = rf"{TIME}{DASH}{TIME}(?!\d)"
ENTRY = re.compile(
    rf"\s*(?P<days>{DAY_SET})\.?\s*:?\s*(?P<spans>{SPAN}(?:\s*(?:,|/|&|\+|and)\s*{SPAN})*)"
    r"\s*(?:[;,|\n\r]+|$|(?=[a-z]))",
    re.IGNORECASE,
)
PART_OF_DAY = re.compile(rf"({DAY_SET}\s*)?(?:in the\s+)?\b({'|'.join(PARTS)})s?\b", re.IGNORECASE)
END_OF_DAY = 24 * 60
EXAMPLE = "Write days and times such as “Mon 18:00-20:00; Thu 07:00-09:00”."


def read_hours(cell: str) -> list[dict[str, str]]:
    """Entries for the matching, in the order of the cell. Raises BadCell.

    Hours that pass midnight become two entries. What has two readings is refused, not guessed:
    `9-5pm`, and `Mon 24:00-02:00`. Parts of the day have the hours of `PARTS`.
    """
    entries: list[dict[str, str]] = []
    place = 0
    # The pattern would try every way to share out a run of blanks.
    cell = re.sub(r"\s+", lambda run: "\n" if {"\n", "\r"} & set(run[0]) else " ", cell)
    typed, cell = cell, PART_OF_DAY.sub(_hours_of_part, cell)
    while cell[place:].strip():
        entry = ENTRY.match(cell, place)
        if entry is None:
            rest = cell[place:] if cell == typed else typed
            raise BadCell(f"“{rest.strip()[:40]}” cannot be read. {EXAMPLE}")
        for span in re.findall(SPAN, entry["spans"], re.IGNORECASE):
            for day in _days(entry["days"].casefold()):
                entries.extend(_entries(day, span))
        place = entry.end()
    return entries


def _hours_of_part(found: re.Match[str]) -> str:
    """`Mon evenings` in hours; without a day, every day."""
    return f"{found[1] or 'daily '}{PARTS[found[2].casefold()]}"


def _days(words: str) -> list[str]:
    if words in GROUPS:
        return list(GROUPS[words])
    days: list[int] = []
    for part in re.split(r"\s*(?:,|/|&|\+|and)\s*", words):
        first, *last = [_day(word) for word in re.findall(DAY, part)]
        reach = (last[0] - first) % 7 if last else 0
        days += [(first + k) % 7 for k in range(reach + 1)]
    return [DAYS[day] for day in dict.fromkeys(days)]


def _day(word: str) -> int:
    return next(k for k, day in enumerate(DAYS) if day.startswith(word[:3]))


def _entries(day: str, span: str) -> list[dict[str, str]]:
    start, end = (_minutes(time, span) for time in re.findall(TIME, span, re.IGNORECASE))
    if start == END_OF_DAY:
        raise BadCell(f"“{span}” begins when {day} ends. Write 00:00, and the day that it is then.")
    if start == end:
        raise BadCell(f"“{span}” ends when it begins. {EXAMPLE}")
    if start < end:
        return [_entry(day, start, end)]
    tomorrow = DAYS[(DAYS.index(day) + 1) % 7]
    return [_entry(day, start, END_OF_DAY)] + ([_entry(tomorrow, 0, end)] if end else [])


def _entry(day: str, start: int, end: int) -> dict[str, str]:
    return {"day": day, "start": _clock(start), "end": _clock(end)}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(time: str, span: str) -> int:
    hour, minute = (int(part) for part in (*re.findall(r"\d+", time), "0")[:2])
    half = re.search(r"[ap]", time, re.IGNORECASE)
    if half is None and re.search(r"[ap]\.?m", span, re.IGNORECASE):
        raise BadCell(f"“{span}”: write am or pm at both times, or neither, as in 18:00-20:00.")
    if half:
        if not 1 <= hour <= 12:
            raise BadCell(f"“{span}”: with am and pm, an hour is from 1 to 12.")
        hour = hour % 12 + (12 if half[0].casefold() == "p" else 0)
    if minute % 15:
        raise BadCell(f"“{span}”: write quarters of an hour, such as 18:15.")
    if 60 * hour + minute > END_OF_DAY or minute > 59:
        raise BadCell(f"“{span}”: a day ends at 24:00.")
    return 60 * hour + minute
