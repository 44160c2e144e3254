"""Workbooks are read as they are, and hostile ones are refused before they take memory."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
import xlsxwriter

from cohort.sheets.columns import MENTORS, column_of
from cohort.sheets.sides import read_side
from cohort.sheets.spreadsheet import read_sheets
from cohort.sheets.tables import BadSheet, Sheet
from cohort.sheets.workbook import read_tabs, write_book

PEOPLE = [["Name", "Capacity"], ["Zoë", 2]]


def book(fill: Callable[[Any], None]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        fill(made)
    return file.getvalue()


def read(raw: bytes) -> list[Sheet]:
    return read_sheets("M.xlsx", raw, is_known=lambda one: column_of(one, MENTORS) is not None)


def changed(raw: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The workbook, as somebody changed it who means harm."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as was, zipfile.ZipFile(out, "w", 8) as now:
        for member in was.namelist():
            content = was.read(member)
            assert member != name or old in content
            now.writestr(member, content.replace(old, new) if member == name else content)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_what_is_written_is_read_again(kind: Any) -> None:
    rows = [
        ["Name", "Note"],
        ["Zoë", "=1+1"],
        ["two\nlines", "<&>"],
        ["", 2.5],
        ["http://x.org", -3],
    ]
    tabs, hidden = read_tabs(write_book(kind, {"People": rows, "A/B [1]": [["x"]]}))
    assert [tab.name for tab in tabs] == ["People", "A B  1"]
    assert tabs[0].rows == [[str(cell) for cell in row] for row in rows]
    assert hidden == []


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_the_same_content_is_the_same_bytes(kind: Any) -> None:
    assert write_book(kind, {"People": PEOPLE}) == write_book(kind, {"People": PEOPLE})


def test_numbers_dates_and_formulas_are_read_as_they_are_shown() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        days = made.add_format({"num_format": "yyyy-mm-dd"})
        hours = made.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ["Name", *"abcdefg"])
        sheet.write_row(1, 0, ["Mia", 2.0, 2.5])
        sheet.write_datetime(1, 3, datetime(2026, 11, 23), days)  # noqa: DTZ001
        sheet.write_datetime(1, 4, datetime(2026, 11, 23, 18, 30), days)  # noqa: DTZ001
        sheet.write_datetime(1, 5, time(18, 30), hours)
        sheet.write_boolean(1, 6, boolean=True)
        sheet.write_formula(1, 7, "=1+1", None, 2)

    (sheet,) = read(book(fill))
    assert list(sheet.rows[0][1]) == [
        *("Mia", "2", "2.5", date(2026, 11, 23).isoformat()),
        *("2026-11-23 18:30", "18:30", "yes", "2"),
    ]


def test_merged_headings_are_above_the_titles_and_merged_cells_are_everybodys() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.merge_range("A1:B1", "About you")
        sheet.write_row(1, 0, ["Name", "Company", "Capacity"])
        sheet.write_column(2, 0, ["Mia", "Nils"])
        sheet.merge_range("B3:B4", "Acme")
        sheet.write_column(2, 2, [1, 2])

    (sheet,) = read(book(fill))
    assert [list(row) for _, row in sheet.rows] == [["Mia", "Acme", "1"], ["Nils", "Acme", "2"]]
    assert [number for number, _ in sheet.rows] == [3, 4]


def test_a_hidden_sheet_is_not_read_and_said() -> None:
    def fill(made: Any) -> None:
        made.add_worksheet("Mentors").write_column(0, 0, ["Name", "Mia"])
        hidden = made.add_worksheet("Old")
        hidden.write_column(0, 0, ["Name", "Gone"])
        hidden.hide()
        made.add_worksheet("Empty")
        made.add_chartsheet("Chart")

    (sheet,) = read(book(fill))
    assert sheet.name == "M.xlsx"
    assert sheet.notes == ["M.xlsx: what is in hidden sheets is not read: “Old”."]


def small() -> bytes:
    return book(lambda made: made.add_worksheet().write_column(0, 0, ["Name", "Mia", "Nils"]))


SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
ODS_CELL = b"<text:p>2</text:p>"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (SHEET, b'r="A3"', b'r="XFD1048576"', "reaches to row 1,048,576"),
        (SHEET, b'r="A3"', b'r="XF&#68;1048576"', "reaches to row 1,048,576"),
        (TEXTS, b"<sst", b'<!DOCTYPE x [<!ENTITY a "b">]><sst', "entities"),
        (SHEET, b"<sheetData>", b"<sheetData", "is damaged"),
    ],
    ids=["sparse", "encoded", "entities", "no XML"],
)
def test_a_hostile_workbook_is_refused(name: str, old: bytes, new: bytes, said: str) -> None:
    with pytest.raises(BadSheet, match=said):
        read(changed(small(), name, old, new))


def test_a_workbook_that_unpacks_to_more_than_there_is_room_for_is_refused() -> None:
    bomb = changed(small(), TEXTS, b"Mia", b"M" * 300 * 2**20)
    with pytest.raises(BadSheet, match="unpacks to more than 256 MB"):
        read(bomb)


def test_a_workbook_that_was_cut_off_is_refused() -> None:
    with pytest.raises(BadSheet, match="is damaged or has a password"):
        read(small()[:-100])


def test_a_text_that_many_cells_share_counts_for_each_of_them() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.write_column(0, 0, ["Name", *["Mia"] * 60_000])

    raw = changed(book(fill), TEXTS, b"Mia", b"M" * 2_000)
    tracemalloc.start()
    with pytest.raises(BadSheet, match="more than 100,000,000 characters"):
        read(raw)
    assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    tracemalloc.stop()


def test_the_cells_of_all_sheets_together_are_counted() -> None:
    def sheets(count: int) -> bytes:
        def fill(made: Any) -> None:
            for _ in range(count):
                sheet = made.add_worksheet()
                sheet.write(0, 0, "Name")
                sheet.write(149_999, 9, "x")

        return book(fill)

    assert len(read(sheets(2))) == 2
    with pytest.raises(BadSheet, match="there is room for 4,000,000 cells"):
        read(sheets(3))


def ods(name: str, row: str, cell: str) -> bytes:
    old, new = (
        b"<table:table-row><table:table-cell",
        f"<table:table-row {row}><table:table-cell {cell}",
    )
    raw = write_book("ods", {"People": [["Name"]]})
    return changed(raw, name, old, new.encode())


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ('table:number-rows-repeated="1000000"', 'table:number-columns-repeated="16384"'),
        ("", 'table:number-columns-repeated="400000000"'),
        ('table:number-rows-repeated="900000000000"', ""),
    ],
)
def test_cells_of_ods_that_repeat_without_end_are_refused(row: str, cell: str) -> None:
    with pytest.raises(BadSheet, match="there is room for 4,000,000 cells"):
        read(ods("content.xml", row, cell))


def test_empty_cells_that_repeat_to_the_end_of_ods_are_no_cells() -> None:
    empty = (
        b'<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        b'table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )
    raw = changed(write_book("ods", {"P": PEOPLE}), "content.xml", b"</table:table>", empty)
    (sheet,) = read(raw)
    assert [list(row) for _, row in sheet.rows] == [["Zoë", "2"]]


@pytest.mark.parametrize(
    ("cell", "side"),
    [
        ("Mentor", (False, True)),
        ("I want to be a mentor", (False, True)),
        ("mentoring others", (False, True)),
        ("Mentee", (True, False)),
        ("I am looking for a mentor", (True, False)),
        ("get a mentor", (True, False)),
        ("To be mentored", (True, False)),
        ("PhD student", (True, False)),
        ("both", (True, True)),
        ("Both (mentor and mentee)", (True, True)),
        ("Mentor, Mentee", (True, True)),
        ("Acme", (False, False)),
        ("", (False, False)),
    ],
)
def test_who_seeks_and_who_offers_is_read_from_many_ways_to_say_it(
    cell: str, side: tuple[bool, bool]
) -> None:
    assert read_side(cell) == side
