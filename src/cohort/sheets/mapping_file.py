"""What the columns of a spreadsheet say, as a small TOML file: written once, corrected, reused."""

import json
import tomllib
from collections.abc import Iterable, Mapping

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


def read_mapping(text: str, own: Iterable[str] = ()) -> Said:
    """`[researchers]` and `[mentors]`, each with lines `"title" = "field"`. Raises BadMapping.

    own  the names of factors that are columns.
    """
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadMapping(f"this is not valid TOML: {error}.") from error
    for name, lines in tables.items():
        if name not in TABLES or not isinstance(lines, dict):
            raise BadMapping(f"“{name}” is not one of its tables: [researchers], [mentors].")
        fields = ["", SIDE, *(column.field for column in TABLES[name])]
        fields += [PREFIX + one for one in own]
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


def write_mapping(rosters: Mapping[str, Roster], side: str) -> str:
    """What each column was taken for, with a sample of its cells."""
    lines = [
        "# What each column says. Correct the word on the right; with nothing between its marks,",
        "# the column is left out. Use this file again with --mapping.",
    ]
    for name, roster in rosters.items():
        lines += ["", f"[{name}]", f"# may be: {', '.join(one.field for one in TABLES[name])}"]
        lines += [f"{_quoted(side)} = {_quoted(SIDE)}"] if side else []
        taken = {place: field for field, places in roster.places.items() for place in places}
        titles: dict[str, str] = {}
        for place, title in enumerate(roster.sheet.titles):
            if title and title not in titles:
                field = taken.get(place, "")
                titles[title] = f"{_quoted(title)} = {_quoted(field)}  # {letters(place)}"
                titles[title] += _sample(roster, place)
        lines += titles.values()
    return "\n".join(lines) + "\n"


def _sample(roster: Roster, place: int) -> str:
    cell = next((row[place] for _, row in roster.sheet.rows if row[place]), "")
    return f", such as {shortened(cell)}" if cell else ""


def _quoted(text: str) -> str:
    """JSON's strings are strings of TOML too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
