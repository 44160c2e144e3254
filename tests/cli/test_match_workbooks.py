"""`cohort match` with workbooks: several sheets, or one in which a column says who is what."""

from collections.abc import Sequence
from typing import Any

import pytest

from cohort.sheets.workbook import read_tabs, write_book
from tests.cli.conftest import MENTORS, RESEARCHERS, Desk

MIXED = [
    ["Timestamp", "Full name", "Would you like to be a mentor or a mentee?", "Domains", "Capacity"],
    ["2026-11-01", "Ada", "Mentee", "Machine translation", ""],
    ["2026-11-01", "Bo", "I am looking for a mentor", "Robotics", ""],
    ["2026-11-02", "Mia", "Mentor", "Robotics", 1],
    ["2026-11-02", "Nils", "Both", "Machine translation", 1],
]


def rows(sheet: str) -> list[list[str]]:
    return [line.split(",") for line in sheet.splitlines()]


def pairs(desk: Desk) -> set[tuple[str, str]]:
    return {(one["researcher"], one["mentor"]) for one in desk.pairs()}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_two_workbooks_are_paired_like_two_csv_files(desk: Desk, kind: Any) -> None:
    desk.put(f"R.{kind}", write_book(kind, {"Sheet1": rows(RESEARCHERS)}))
    desk.put(f"M.{kind}", write_book(kind, {"Sheet1": rows(MENTORS)}))
    ran = desk.match(f"R.{kind}", f"M.{kind}")
    assert ran.status == 0, ran.err
    assert pairs(desk) == {("Ada", "Nils"), ("Bo", "Mia")}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_one_workbook_with_a_sheet_for_each_side_answers_in_kind(desk: Desk, kind: Any) -> None:
    sheets: dict[str, Sequence[Sequence[str]]] = {
        "Read me": [["Hello"]],
        "Mentees 2026": rows(RESEARCHERS),
        "Mentors 2026": rows(MENTORS),
    }
    desk.put(f"people.{kind}", write_book(kind, sheets))
    ran = desk.match(f"people.{kind}", "--unmatched", f"left.{kind}", out=f"PAIRS.{kind}")
    assert ran.status == 0, ran.err
    assert f"people.{kind}: not read: “Read me”." in ran.err
    tabs, _ = read_tabs((desk.folder / f"PAIRS.{kind}").read_bytes())
    assert [tab.name for tab in tabs] == ["Pairs", "Unmatched"]
    assert {(row[0], row[1]) for row in tabs[0].rows[1:]} == {("Ada", "Nils"), ("Bo", "Mia")}
    assert 0 < float(tabs[0].rows[1][2]) <= 1


def test_a_form_export_with_both_kinds_of_people_in_one_sheet(desk: Desk) -> None:
    desk.put("form.xlsx", write_book("xlsx", {"Form responses 1": MIXED}))
    ran = desk.match("form.xlsx")
    assert ran.status == 0, ran.err
    assert "column C “Would you like to be a mentor or a mentee?” says who is a mentor" in ran.err
    assert pairs(desk) == {("Ada", "Nils"), ("Bo", "Mia")}
    assert "not paired with themselves: “Nils”" in ran.err


def test_a_row_of_a_mixed_sheet_that_says_no_side_is_refused_with_its_row(desk: Desk) -> None:
    people = [*MIXED, *[["", f"R{k}", "mentee", "", ""] for k in range(9)]]
    desk.put("form.xlsx", write_book("xlsx", {"Form": [*people, ["", "Cy", "perhaps", "", ""]]}))
    ran = desk.match("form.xlsx")
    assert ran.status == 2
    assert (
        'form.xlsx, row 15, column "Would you like to be a mentor or a mentee?": “perhaps” says '
        "neither mentor nor researcher." in ran.err
    )


def test_of_several_sheets_for_one_side_the_one_of_that_name_is_read(desk: Desk) -> None:
    book = {"Notes": [["x"]], "Mentors": rows(MENTORS)}
    desk.put("M.xlsx", write_book("xlsx", book))
    desk.put("R.csv", RESEARCHERS)
    ran = desk.match("R.csv", "M.xlsx")
    assert ran.status == 0, ran.err
    assert "M.xlsx “Mentors” is read as the mentors. Not read: “Notes”." in ran.err


def test_a_row_of_a_workbook_is_blamed_by_the_number_that_excel_shows(desk: Desk) -> None:
    desk.put("M.xlsx", write_book("xlsx", {"M": [["Name", "Places"], ["Mia", "many"]]}))
    desk.put("R.csv", RESEARCHERS)
    ran = desk.match("R.csv", "M.xlsx")
    assert 'M.xlsx, row 2, column "Places": “many” is not a whole number' in ran.err
