"""From the bytes of a workbook (XLSX or ODS) to tables of texts, and back; pure."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from cohort.sheets.workbook_check import MOST_CELLS, BadWorkbook, checked

Kind = Literal["xlsx", "ods"]
Rows = list[list[str]]
LONGEST_NAME = 31
"""Excel takes no longer name of a sheet."""
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
DAMAGED = "is damaged, or is no table: open it and save it again."


@dataclass(frozen=True)
class Tab:
    """One sheet of a workbook, from its cell A1 on."""

    name: str
    rows: Rows


def read_tabs(raw: bytes) -> tuple[list[Tab], list[str]]:
    """The sheets that can be seen and hold anything; and the names of those that are hidden.

    A formula counts as its last result. Raises BadWorkbook.
    """
    packed = checked(raw)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(packed))
        tables = [one for one in book.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
        tabs = [
            Tab(one.name, _rows(book.get_sheet_by_name(one.name)))
            for one in tables
            if one.visible is SheetVisibleEnum.Visible
        ]
    except (CalamineError, ValueError, OSError) as error:
        raise BadWorkbook(DAMAGED) from error
    hidden = [one.name for one in tables if one.visible is not SheetVisibleEnum.Visible]
    return [tab for tab in tabs if any(map(any, tab.rows))], hidden


def _rows(sheet: CalamineSheet) -> Rows:
    cells = sheet.to_python(skip_empty_area=False)
    rows = [[_text(cell) for cell in row] for row in cells]
    left_over = MOST_CELLS
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        left_over -= _fill(rows, range(top, bottom + 1), range(left, right + 1))
        if left_over < 0:
            raise BadWorkbook("merges more cells than it has. Take the merging away.")
    return rows


def _fill(rows: Rows, down: range, across: range) -> int:
    """Merged cells say one thing in each of their places; how many there are."""
    if down.start >= len(rows) or across.start >= len(rows[down.start]):
        return 1
    said, width = rows[down.start][across.start], len(rows[down.start])
    places = range(across.start, min(across.stop, width))
    for row in rows[down.start : down.stop]:
        row[places.start : places.stop] = [said] * len(places)
    return len(places) * len(rows[down.start : down.stop])


def _text(cell: object) -> str:
    """As somebody would type it; a moment of a day at midnight is the day."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}" if cell.time() != time() else f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).strip()


def write_book(kind: Kind, tabs: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    """A workbook with these sheets. Texts stay texts: nothing is run as a formula or a link."""
    return _as_xlsx(tabs) if kind == "xlsx" else _as_ods(tabs)


def _as_xlsx(tabs: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        # The same content gives the same bytes, whenever it is written.
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
        for name, rows in tabs.items():
            sheet = book.add_worksheet(_tab_name(name))
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None and cell != "":
                        sheet.write(number, place, _storable(cell))
    return file.getvalue()


def _storable(cell: object) -> object:
    """Excel holds no more than 32,767 characters in a cell, and no control characters."""
    return cell if isinstance(cell, int | float) else _printable(str(cell))[:32_767]


def _tab_name(name: str) -> str:
    return name.translate(NOT_IN_NAMES)[:LONGEST_NAME].strip() or "Sheet"


_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{_NAMESPACE}manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def _as_ods(tabs: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    """By hand: the kept libraries build a tree of objects, and take minutes for 5,000 rows."""
    tables = "".join(
        f"<table:table table:name={quoteattr(_tab_name(name))}>"
        f"{''.join(map(_ods_row, rows))}</table:table>"
        for name, rows in tabs.items()
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{_NAMESPACE}office:1.0" xmlns:table="{_NAMESPACE}table:1.0" '
        f'xmlns:text="{_NAMESPACE}text:1.0" office:version="1.3"><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    members = {"mimetype": _MIMETYPE, "content.xml": content, "META-INF/manifest.xml": _MANIFEST}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), text.encode("utf-8", "replace"), how)
    return file.getvalue()


def _ods_row(row: Sequence[object]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: object) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, int | float):
        number = f'office:value-type="float" office:value="{cell}"'
        return f"<table:table-cell {number}><text:p>{cell}</text:p></table:table-cell>"
    lines = "".join(
        f"<text:p>{escape(line)}</text:p>" for line in _printable(str(cell)).split("\n")
    )
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _printable(text: str) -> str:
    """XML has no control characters but the ends of lines and tabs."""
    return "".join(one for one in text if one >= " " or one in "\n\t")
