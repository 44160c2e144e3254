"""Cells that say what was read of a cell: `cells` and `hours`, the other way round; pure."""

from collections.abc import Iterable, Mapping, Sequence

from cohort.sheets.cells import MARKS


def write_list(items: Iterable[str]) -> str:
    """As `read_list` reads it. A mark inside an entry becomes a comma; of one entry alone, a mark
    at the end says that its comma is part of it."""
    entries = [", ".join(part.strip() for part in MARKS.split(item)) for item in items]
    alone = len(entries) == 1 and "," in entries[0]
    return f"{entries[0]};" if alone else "; ".join(entries)


def write_hours(spans: Sequence[Mapping[str, str]]) -> str:
    """As `read_hours` reads it, in the given order."""
    return "; ".join(f"{span['day'][:3].title()} {span['start']}-{span['end']}" for span in spans)
