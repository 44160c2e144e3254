"""A file as a spreadsheet program saves it (CSV, XLSX, ODS), to sheets, and back; pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from cohort.sheets.csv_file import read_csv, write_sheet
from cohort.sheets.tables import BadSheet, Dialect, Sheet, titled
from cohort.sheets.workbook import Kind, read_tabs, write_book
from cohort.sheets.workbook_check import BadWorkbook

ZIP = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
KINDS: Mapping[str, Kind] = {".xlsx": "xlsx", ".ods": "ods"}
FOR_EXCEL = Dialect(marked=True, newline="\r\n")


def read_sheets(name: str, raw: bytes, *, is_known: Callable[[str], bool]) -> list[Sheet]:
    """The tables of a file, by what it holds and not by how it is called. Raises BadSheet.

    One for CSV; of a workbook, those that can be seen and are not empty.
    """
    if raw.startswith(OLD_WORKBOOK):
        raise BadSheet(
            f"{name} is a workbook of an old kind, or has a password. Save it as XLSX, without "
            "one, and give that file."
        )
    if not raw.startswith(ZIP):
        return [read_csv(name, raw, is_known=is_known)]
    try:
        tabs, hidden = read_tabs(raw)
    except BadWorkbook as error:
        raise BadSheet(f"{name} {error}") from error
    if not tabs:
        raise BadSheet(f"{name} is empty: its first row must name the columns, such as Name.")
    unseen = ", ".join(f"“{one}”" for one in hidden)
    notes = [f"{name}: what is in hidden sheets is not read: {unseen}."] if hidden else []
    sheets = []
    for tab in tabs:
        whole = name if len(tabs) == 1 else f"{name} “{tab.name}”"
        sheets.append(
            titled(whole, tab.rows, FOR_EXCEL, is_known=is_known, tab=tab.name, notes=notes)
        )
        notes = []
    return sheets


def write_file(
    suffix: str, tabs: Mapping[str, Iterable[Sequence[object]]], dialect: Dialect
) -> bytes:
    """A workbook for .xlsx and .ods, with a sheet for each; else the first of them as CSV."""
    if suffix.casefold() in KINDS:
        return write_book(KINDS[suffix.casefold()], tabs)
    titles, *rows = next(iter(tabs.values()))
    return write_sheet(titles, rows, dialect)
