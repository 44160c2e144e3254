"""What the columns of a spreadsheet say, as a small TOML file: written once, corrected, reused."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cohort.sheets.columns import MENTORS, RESEARCHERS, letters
from cohort.sheets.own_columns import PREFIX
from cohort.sheets.roster import Roster, shortened

SIDE = "side"
"""The column that says who is a mentor and who seeks one."""
TABLES = {"researchers": RESEARCHERS, "mentors": MENTORS}
Said = Mapping[str, Mapping[str, str]]
"""By table, then by title of a column: the field that it says, or "" to leave it out."""


class BadMapping(ValueError):
    """What a file of columns says cannot be followed."""


def read_mapping(text: str, own: Mapping[str, Iterable[str]] | None = None) -> Said:
    """`[researchers]` and `[mentors]`, each with lines `"title" = "field"`. Raises BadMapping.

    own  by table, the names of columns of an organiser's own.
    """
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadMapping(f"this is not valid TOML: {error}.") from error
    for name, lines in tables.items():
        if name not in TABLES or not isinstance(lines, dict):
            raise BadMapping(f"“{name}” is not one of its tables: [researchers], [mentors].")
        fields = ["", SIDE, *(column.field for column in TABLES[name])]
        fields += [PREFIX + one for one in (own or {}).get(name, ())]
        for title, field in lines.items():
            if field not in fields:
                raise BadMapping(
                    f"“{title}” cannot mean {field!r} in [{name}]. Write one of: "
                    f"{', '.join(fields[1:])}; or nothing between the marks, to leave it out."
                )
    return tables


def side_column(said: Said) -> str:
    """The title of the column that says who is what, if the mapping names it."""
    return next(
        (title for lines in said.values() for title, field in lines.items() if field == SIDE), ""
    )


@dataclass(frozen=True)
class MappedColumn:
    """A column, the field that it was taken for ("" for none), and a sample of its cells."""

    title: str
    field: str
    letters: str = ""
    sample: str = ""


def mapped_columns(rosters: Mapping[str, Roster], side: str) -> dict[str, list[MappedColumn]]:
    """By table, in the order of the sheet; of two columns with one title, the first."""
    return {name: list(_columns_of(roster, side)) for name, roster in rosters.items()}


def _columns_of(roster: Roster, side: str) -> Iterator[MappedColumn]:
    if side:
        yield MappedColumn(side, SIDE)
    taken = {place: field for field, places in roster.places.items() for place in places}
    seen = {""}
    for place, title in enumerate(roster.sheet.titles):
        if title not in seen:
            seen.add(title)
            cell = next((row[place] for _, row in roster.sheet.rows if row[place]), "")
            yield MappedColumn(title, taken.get(place, ""), letters(place), shortened(cell))


def write_mapping(columns: Mapping[str, Sequence[MappedColumn]]) -> str:
    lines = [
        "# What each column says. Correct the word on the right; with nothing between its marks,",
        "# the column is left out. Use this file again with --mapping.",
    ]
    for name, its_columns in columns.items():
        lines += ["", f"[{name}]", f"# may be: {', '.join(one.field for one in TABLES[name])}"]
        for one in its_columns:
            line = f"{_quoted(one.title)} = {_quoted(one.field)}"
            line += f"  # {one.letters}" if one.letters else ""
            lines.append(line + (f", such as {one.sample}" if one.sample else ""))
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """JSON's strings are strings of TOML too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
