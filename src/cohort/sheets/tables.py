"""A table of people, wherever it was written: its titles, and the rows below them; pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

MOST_ABOVE = 20
NO_COMMANDS = str.maketrans(
    dict.fromkeys(chr(code) for code in (*range(9), 11, 12, *range(14, 32), *range(127, 160)))
)
"""What no cell needs and a terminal would obey; ends of lines and tabs stay."""


class BadSheet(ValueError):
    """A file that is no table; the sentence says what to do."""


class Fault(str):
    """What is wrong, in a sentence; `row` is the row that it spoils, 0 for the whole sheet."""

    __slots__ = ("row",)
    row: int

    def __new__(cls, sentence: str, row: int = 0) -> Self:
        fault = super().__new__(cls, sentence)
        fault.row = row
        return fault


@dataclass(frozen=True)
class Dialect:
    """How a CSV file writes its cells, so that an answer can be written the same way."""

    separator: str = ","
    marked: bool = False
    """It begins with a byte order mark, by which Excel knows UTF-8."""
    newline: str = "\n"


@dataclass(frozen=True)
class Sheet:
    """rows: the number that the spreadsheet program shows, and the cells, as many as titles.

    tab     the name of the sheet in its workbook; empty for CSV.
    notes   what had to be guessed, in sentences.
    faults  rows that cannot be read, each with its number.
    """

    name: str
    titles: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]
    dialect: Dialect = field(default_factory=Dialect)
    tab: str = ""
    notes: Sequence[str] = ()
    faults: Sequence[Fault] = ()


def titled(
    name: str,
    rows: Sequence[Sequence[str]],
    dialect: Dialect,
    *,
    is_known: Callable[[str], bool],
    tab: str = "",
    notes: Sequence[str] = (),
) -> Sheet:
    """The sheet of which these are all rows, from the first on. Raises BadSheet if it is empty.

    Its titles are the first row with the most titles that are known: above them there may be a
    heading of the whole table.
    """
    clean = [[cell.translate(NO_COMMANDS) for cell in cells] for cells in rows]
    filled = [(number, cells) for number, cells in enumerate(clean, start=1) if any(cells)]
    if not filled:
        raise BadSheet(f"{name} is empty: its first row must name the columns, such as Name.")
    above = _rows_above([cells for _, cells in filled[:MOST_ABOVE]], is_known)
    (number, titles), people = filled[above], filled[above + 1 :]
    if above:
        notes = (*notes, f"{name}: the titles were found in row {number}; above it is no person.")
    return Sheet(
        name=name,
        titles=titles,
        rows=[(number, _as_wide_as(titles, cells)) for number, cells in people],
        dialect=dialect,
        tab=tab,
        notes=notes,
        faults=list(_too_wide(name, titles, people)),
    )


def _rows_above(rows: Sequence[Sequence[str]], is_known: Callable[[str], bool]) -> int:
    """How many rows come before the one with the most titles that are known."""
    known = [sum(map(is_known, row)) for row in rows]
    return known.index(max(known))


def _too_wide(
    name: str, titles: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]
) -> Iterator[Fault]:
    for number, cells in rows:
        if any(cells[len(titles) :]):
            yield Fault(
                f"{name}, row {number}: it has {len(cells)} cells, but there are {len(titles)} "
                "titles. Put a cell that contains the separator between quotation marks.",
                number,
            )


def _as_wide_as(titles: Sequence[str], cells: Sequence[str]) -> Sequence[str]:
    return [*cells[: len(titles)], *[""] * (len(titles) - len(cells))]
