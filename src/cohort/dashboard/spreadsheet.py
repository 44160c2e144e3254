"""Tables that people open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def safe(cell: str | float | None) -> str | float | None:
    """Text that a spreadsheet would run as a formula gets a quote before it, and stays text."""
    if isinstance(cell, str) and cell.lstrip().startswith(STARTS_A_FORMULA):
        return f"'{cell}"
    return cell


def csv_of(rows: Iterable[Sequence[str | float | None]]) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheets know that it is UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
