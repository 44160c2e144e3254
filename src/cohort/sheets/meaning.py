"""What each column of a sheet says: by a mapping, its title, words in it, or its cells; pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from cohort.sheets.cells import BadCell
from cohort.sheets.columns import Column, column_of, letters
from cohort.sheets.cues import meant_by
from cohort.sheets.tables import Sheet

Reader = Callable[[str], Any]
LOOKED_AT = 60
"""Cells of a column that are looked at."""
FITS = 0.5
"""Where words in a title mean a column, so many of its cells must be readable as such."""
SURE = 0.8
"""Where the cells alone must say it."""
TELLING = ("email", "weekly_hours", "time_zone", "languages", "domains", "skills", "gaps")
"""What is known by its cells alone, whatever the title."""
WORDS = ("domains", "contexts", "roles", "role_goals", "skills", "gaps", "stage", "came_from")
LONGEST_WORDS = 120
LEFT_OUT = ""
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass
class Columns:
    """places: the positions of the columns that say a fact; unread: those that say none.

    guessed  what was not in the title itself: position, fact and why.
    """

    places: dict[str, list[int]] = field(default_factory=dict)
    unread: list[int] = field(default_factory=list)
    guessed: list[tuple[int, Column, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def find_columns(
    sheet: Sheet,
    known: Sequence[Column],
    readers: Mapping[str, Reader],
    said: Mapping[str, str],
) -> Columns:
    """`said` has fields by title, "" for what is to be left out; what it does not name is found.

    Case, spaces, hyphens, plurals, numbers and what stands in brackets make no difference in a
    title. A guess never takes the place of a column that has the right title.
    """
    found, fields = Columns(), {column.field: column for column in known}
    open_places = []
    for place, title in enumerate(sheet.titles):
        if title in said:
            if said[title] in fields:
                _take(found, sheet, place, fields[said[title]])
        elif (column := column_of(title, known)) is not None:
            _take(found, sheet, place, column)
        elif title and any(row[place] for _, row in sheet.rows):
            open_places.append(place)
    certain = set(found.places)
    for place in open_places:
        guess = _guess(sheet, place, known, readers, certain)
        if guess is None or (guess[0].field in found.places and not guess[0].many):
            found.unread.append(place)
        else:
            found.guessed.append((place, *guess))
            found.places.setdefault(guess[0].field, []).append(place)
    return found


def _take(found: Columns, sheet: Sheet, place: int, column: Column) -> None:
    places = found.places.setdefault(column.field, [])
    if places and not column.many:
        found.faults.append(
            f"the columns “{sheet.titles[places[0]]}” ({letters(places[0])}) and "
            f"“{sheet.titles[place]}” ({letters(place)}) both mean {column.title}. "
            "Rename or remove one of them."
        )
        return
    places.append(place)


def _guess(
    sheet: Sheet,
    place: int,
    known: Sequence[Column],
    readers: Mapping[str, Reader],
    certain: set[str],
) -> tuple[Column, str] | None:
    filled = (row[place] for _, row in sheet.rows if row[place])
    cells = list(islice(filled, LOOKED_AT))
    free = [column for column in known if column.field not in certain]
    meant = meant_by(sheet.titles[place], free)
    if meant is not None and _share(meant[0].field, cells, readers) >= FITS:
        return meant[0], f"its title says “{meant[1]}”"
    telling = [one for one in free if one.field in TELLING and one.field in {"email", *readers}]
    for column in telling:
        if _share_read(cells, column.field, readers.get(column.field)) >= SURE:
            return column, "its cells say so"
    return None


def _share(name: str, cells: Sequence[str], readers: Mapping[str, Reader]) -> float:
    """How many of the cells could be this fact. People may have words of their own."""
    if name in WORDS:
        fit = [len(cell) <= LONGEST_WORDS and not _is_number(cell) for cell in cells]
        return sum(fit) / len(fit)
    if name in {"name", "given", "family"}:
        return sum(not re.search(r"[@\d]", cell) and len(cell) < 60 for cell in cells) / len(cells)
    return _share_read(cells, name, readers.get(name))


def _share_read(cells: Sequence[str], name: str, read: Reader | None) -> float:
    if name == "email":
        return sum(bool(ADDRESS.fullmatch(cell)) for cell in cells) / len(cells)
    if read is None:
        return 1.0
    return sum(_is_readable(cell, read) for cell in cells) / len(cells)


def _is_readable(cell: str, read: Reader) -> bool:
    try:
        return bool(read(cell)) or cell == "0"
    except BadCell:
        return False


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[\d.,:/ -]+", cell))
