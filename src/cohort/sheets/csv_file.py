"""A table as the text that spreadsheet programs save as CSV: read and written; pure."""

import codecs
import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from io import StringIO
from itertools import chain, islice

from cohort.sheets.tables import MOST_ABOVE, BadSheet, Dialect, Sheet, titled

SEPARATORS = (",", ";", "\t")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
"""What a spreadsheet program takes for the beginning of a formula (OWASP, "CSV Injection", and
ASVS 5, 1.2.10)."""
ONE_NUMBER = re.compile(r"[+-][0-9][0-9 .,]*")
"""A sign and digits: nothing to work out. A telephone number with a dash in it would be."""


def read_csv(name: str, raw: bytes, *, is_known: Callable[[str], bool]) -> Sheet:
    """The table of a CSV file.

    UTF-8, UTF-16 with a byte order mark, else Windows-1252; the separator is the one that gives the
    most known titles, or else the most cells in the first row. Raises BadSheet.
    """
    text, marked, notes = _decoded(name, raw)
    # A Mac may write an accent as a letter of its own: the same name must be the same everywhere.
    text = unicodedata.normalize("NFC", text)
    named, text = _named_separator(text)
    separator = named or max(SEPARATORS, key=lambda each: _titles_in(text, each, is_known))
    dialect = Dialect(separator, marked, "\r\n" if "\r\n" in text else "\n")
    rows = [[with_formula(cell) for cell in row] for row in _split(name, text, separator)]
    return titled(name, rows, dialect, is_known=is_known, notes=notes)


def write_sheet(
    titles: Sequence[object], rows: Iterable[Sequence[object]], dialect: Dialect
) -> bytes:
    """A table as bytes. Text that a spreadsheet would run as a formula gets an apostrophe."""
    mark = codecs.BOM_UTF8 if dialect.marked else b""
    return mark + write_rows(chain([titles], rows), dialect)


def write_rows(rows: Iterable[Sequence[object]], dialect: Dialect) -> bytes:
    """More rows of a table that was begun, in the same way."""
    out = StringIO()
    writer = csv.writer(out, delimiter=dialect.separator, lineterminator=dialect.newline)
    writer.writerows([without_formula(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def without_formula(cell: object) -> object:
    """The cell, with an apostrophe before it if a spreadsheet would run it as a formula.

    Numbers stay numbers, and so do texts that are one, such as "-3.5" or "+49 30 901820". Blanks
    before a formula do not hide it, as some programs remove them.
    """
    if not isinstance(cell, str) or ONE_NUMBER.fullmatch(cell):
        return cell
    begins_a_formula = cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA)
    return f"'{cell}" if begins_a_formula else cell


def with_formula(cell: str) -> str:
    """The other way round: without the apostrophe that kept a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and without_formula(cell[1:]) == cell else cell


def _decoded(name: str, raw: bytes) -> tuple[str, bool, tuple[str, ...]]:
    """The text, whether Excel should find a mark in the answer, and notes."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text, marked = raw.decode("utf-16"), True
        except UnicodeDecodeError as error:
            raise BadSheet(
                f"{name} begins like UTF-16, but is damaged. Save it again as CSV (UTF-8)."
            ) from error
        return _without_nul(name, text), marked, ()
    marked = raw.startswith(codecs.BOM_UTF8)
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return _without_nul(name, raw.decode("utf-8")), marked, ()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise BadSheet(
            f"{name}, line {line}: this is neither UTF-8 nor Windows-1252. "
            "Save the file again as CSV (UTF-8)."
        ) from error
    note = f"{name} is not UTF-8 (line {line}), so it was read as Windows-1252: check its accents."
    return _without_nul(name, text), True, (note,)


def _without_nul(name: str, text: str) -> str:
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadSheet(
            f"{name}, line {line}: a NUL character stands here, which no table has. "
            "Save the file again as CSV (UTF-8)."
        )
    return text


def _named_separator(text: str) -> tuple[str, str]:
    """Excel may name the separator in a line of its own, which it does not show: `sep=;`."""
    first, _, rest = text.partition("\n")
    first = first.strip("\r")
    if first.lower().startswith("sep=") and len(first) == len("sep=;"):
        return first[-1], rest
    return "", text


def _split(name: str, text: str, separator: str) -> list[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend([cell.strip() for cell in row] for row in reader)
    except csv.Error as error:
        raise BadSheet(
            f"{name}, row {len(rows) + 1}: a quotation mark is not closed, or stands inside a "
            "quoted cell without being doubled; or a cell is longer than "
            f"{csv.field_size_limit():,} characters."
        ) from error
    return rows


def _titles_in(text: str, separator: str, is_known: Callable[[str], bool]) -> tuple[int, int]:
    """How many titles are known if this is the separator; and how many cells the first row has."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice(reader, MOST_ABOVE))
    known = max((sum(map(is_known, row)) for row in rows), default=0)
    return known, len(rows[0]) if rows else 0
