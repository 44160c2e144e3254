"""Lectures, homework and lessons that a course page lists or has as rows of a table. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cohort.curricula.wording import (
    is_bare_part,
    is_lecture,
    kind_of,
    named_kind,
    readable,
    says_something,
    title_of,
)
from cohort.guides.models import MilestoneKind

LEAST_ROWS = 3
LONGEST_LINE = 2_000
LONGEST_ROW = 10_000
LONGEST_NAME = 150
_ITEM = re.compile(r"^\s{0,12}(?:[-*+]|\d{1,3}[.)])\s+(\S.*)$")
_TO_A_HEADING = re.compile(r"\]\(#[^)\s]")
_LINK_TO_NOTHING = re.compile(r"\[[^\[\]\n]{0,300}\]\(#?\)")
_RULE = re.compile(r"\s*\|?[\s:|-]{3,}\|?\s*")
_TITLE = re.compile(
    r"\b(?:title|topic|subject|lesson|lecture|concept|chapter|module|section|content|session"
    r"|unit|theme)s?\b",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"\bnumber\b|\bno\b|#|\b(?:links?|linked|slides?|videos?|notes|dates?|authors?|instructors?)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\W*(?:[a-z]{3,8}\s)?#?(\d{1,3})\W*", re.IGNORECASE)
_NOTHING = re.compile(
    r"\b(?:no (?:class|lecture|meeting)|holidays?|vacation|spring break|reading week|ceremony"
    r"|cancell?ed|tba|tbd)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SyllabusItem:
    kind: MilestoneKind
    title: str
    task: str
    of: str = ""
    """What it belongs to, where the title alone may stand twice."""


def listed(lines: Sequence[str]) -> Iterator[SyllabusItem]:
    """Entries of lists that are called homework, lab or project, or a lecture with its number."""
    for line in lines:
        found = _ITEM.match(line[:LONGEST_LINE])
        if found is None or _TO_A_HEADING.search(found[1]):
            continue
        said = readable(found[1])
        if len(said) > LONGEST_NAME:
            continue
        kind = named_kind(said)
        if kind is None and is_lecture(said):
            kind = MilestoneKind.READING
        if kind is not None and not _NOTHING.search(said):
            yield SyllabusItem(kind, title_of(said), _LINK_TO_NOTHING.sub(said, found[1]).strip())


def topics_in(lines: Sequence[str]) -> list[str]:
    return [readable(found[1]) for found in map(_ITEM.match, (one[:500] for one in lines)) if found]


def tabled(lines: Sequence[str]) -> Iterator[SyllabusItem]:
    """A lesson for each row of a table that has titles, and what its columns of homework ask."""
    for heads, rows in _tables(lines):
        columns = _title_columns(heads, [row for _, row in rows])
        if columns and len(rows) >= LEAST_ROWS:
            for _, row in rows:
                yield from _lessons(heads, columns, row)


def titles_of_rows(lines: Sequence[str]) -> dict[int, str]:
    """By the place of the line, what a row of a table is about."""
    return {
        place: title_of(title)
        for heads, rows in _tables(lines)
        for columns in [_title_columns(heads, [row for _, row in rows])]
        for place, row in rows
        if (title := _title(columns, [readable(one) for one in row]))
    }


def _tables(lines: Sequence[str]) -> Iterator[tuple[list[str], list[tuple[int, list[str]]]]]:
    """The heads of each, and its rows with their places in the text."""
    for place, line in enumerate(lines):
        if place and "|" in line and _RULE.fullmatch(line[:LONGEST_ROW]):
            rows = []
            for below, cells in enumerate(lines[place + 1 :], place + 1):
                if "|" not in cells:
                    break
                rows.append((below, _cells(cells)))
            yield [readable(one) for one in _cells(lines[place - 1])], rows


def _title(columns: Sequence[int], said: Sequence[str]) -> str:
    titles = [_at(said, at) for at in columns]
    return ": ".join(dict.fromkeys(one for one in titles if says_something(one)))


def _lessons(
    heads: Sequence[str], columns: Sequence[int], row: Sequence[str]
) -> Iterator[SyllabusItem]:
    said = [readable(one) for one in row]
    title = _title(columns, said)
    if not title or _NOTHING.search(title):
        return
    count = _COUNT.fullmatch(said[0])
    if count is not None and 0 not in columns:
        title = f"{int(count[1])}. {title}"
    task = _task_of(heads, row)
    yield SyllabusItem(MilestoneKind.READING, title_of(title), task)
    for at, head in enumerate(heads):
        kind, asked = kind_of(head), _at(said, at)
        if kind and at not in columns and _asks(asked):
            name = asked if kind_of(asked) else f"{head}: {asked}"
            yield SyllabusItem(kind, title_of(name), task, of=title)


def _asks(cell: str) -> bool:
    return re.search(r"\w", cell) is not None and not _NOTHING.search(cell)


def _title_columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """The column of titles, and beside one that repeats itself the next one."""
    found: list[int] = []
    for at, head in enumerate(heads):
        if not _TITLE.search(head) or _NO_TITLE.search(head):
            continue
        said = [one for one in (readable(_at(row, at)) for row in rows) if says_something(one)]
        if len(said) * 2 < len(rows) or len(set(said)) < 2:
            continue
        found.append(at)
        if len(found) == 2 or len(set(said)) == len(said):
            break
    return found


def _task_of(heads: Sequence[str], row: Sequence[str]) -> str:
    told = [
        f"- {head}: {cell}"
        for head, cell in zip(heads, row, strict=False)
        if re.search(r"\w", cell)
        and not _COUNT.fullmatch(cell)
        and not _LINK_TO_NOTHING.fullmatch(cell)
    ]
    return "\n".join(["Work through this lesson, and try out what is new to you.", "", *told])


def _at(cells: Sequence[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""


def _cells(line: str) -> list[str]:
    inner = line[:LONGEST_ROW].strip().removeprefix("|").removesuffix("|")
    return [one.strip() for one in re.split(r"(?<!\\)\|", inner)]


def with_subject(title: str, lines: Sequence[str]) -> str:
    """“Lecture 3”, which says nothing, with the first thing that it lists."""
    if not is_bare_part(title):
        return title
    subject = next((one for one in topics_in(lines) if says_something(one)), "")
    return f"{title_of(title)}: {subject}" if subject and len(subject) <= LONGEST_NAME else title
