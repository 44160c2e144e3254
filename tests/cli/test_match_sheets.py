"""`cohort match` with two spreadsheets: names and whatever else is said become pairs."""

import re
import subprocess
import sys

import pytest

from cohort.offline.match import Steps
from tests.cli.conftest import MENTORS, RESEARCHERS, ROOT, Desk


def test_it_runs_in_an_empty_environment_with_warnings_as_errors(desk: Desk) -> None:
    desk.put("R.csv", RESEARCHERS)
    desk.put("M.csv", MENTORS)
    program = [sys.executable, "-W", "error", "-m", "cohort", "match"]
    ran = subprocess.run(
        [*program, "R.csv", "M.csv", "--out", "PAIRS.csv", "--report", "report.html"],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, b""), ran.stderr
    assert desk.files == {"R.csv", "M.csv", "PAIRS.csv", "report.html"}


def test_names_and_domains_are_enough(desk: Desk) -> None:
    ran = desk.sheets(RESEARCHERS, MENTORS)

    assert ran.status == 0, ran.err
    assert {(one["researcher"], one["mentor"]) for one in desk.pairs()} == {
        ("Ada", "Nils"),
        ("Bo", "Mia"),
    }
    assert desk.pairs()[0]["reason"].startswith("Nils works on machine translation, as you do")
    assert ran.out == ""
    assert re.search(
        r"^pairs 2, unmatched 0, total [\d.]+, bound [\d.]+, gap 0, seconds [\d.]+$",
        ran.err,
        re.MULTILINE,
    )
    assert "M.csv has no column Capacity: each mentor has one place." in ran.err
    assert "No column Languages in R.csv and M.csv: pairs need no language in common." in ran.err
    assert "\r" not in ran.err


def test_a_sheet_with_names_alone_is_paired_too(desk: Desk) -> None:
    ran = desk.sheets("Name\nAda\n", "Name\nMia\n")
    assert (ran.status, len(desk.pairs())) == (0, 1)


def test_those_without_a_mentor_get_a_reason_and_a_next_step(desk: Desk) -> None:
    ran = desk.sheets(RESEARCHERS, "Name\nMia\n", "--unmatched", "left.csv")
    (left,) = desk.pairs("left.csv")
    again = desk.sheets(RESEARCHERS, "Name\nMia\n")

    assert (ran.status, ran.out) == (0, "")
    assert left["researcher"] in {"Ada", "Bo"}
    assert "went to others" in left["reason"]
    assert left["next step"].startswith("The organiser can ask")
    assert again.out.startswith(f"Without a mentor (1):\n  {left['researcher']}: ")
    assert again.out.endswith(f"{left['reason']} {left['next step']}\n")


def test_the_same_command_writes_the_same_bytes(desk: Desk) -> None:
    options = ["--report", "report.html", "--week", "2026-11-25"]
    desk.sheets(RESEARCHERS, MENTORS, *options)
    first = [(desk.folder / name).read_bytes() for name in ("PAIRS.csv", "report.html")]
    desk.sheets(RESEARCHERS, MENTORS, *options)
    assert [(desk.folder / name).read_bytes() for name in ("PAIRS.csv", "report.html")] == first
    assert b"Mon 23 Nov 2026" in first[1]


def test_a_sheet_saved_by_excel_is_answered_in_kind(desk: Desk) -> None:
    excel = [
        sheet.replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig")
        for sheet in (RESEARCHERS.replace("Ada", "Zoë"), MENTORS)
    ]
    ran = desk.sheets(*excel)
    assert ran.status == 0, ran.err
    written = (desk.folder / "PAIRS.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfresearcher;mentor;score;fit;reason\r\nZo\xc3\xab;Nils;")


def test_a_name_that_looks_like_a_formula_stays_a_name(desk: Desk) -> None:
    ran = desk.sheets('Name\n"=cmd|calc"\n', 'Name\n"+1 Mia"\n', "--report", "r.html")
    assert ran.status == 0
    assert desk.pairs()[0]["researcher"] == "'=cmd|calc"
    assert desk.pairs()[0]["mentor"] == "'+1 Mia"


def test_no_people_are_no_pairs_and_no_error(desk: Desk) -> None:
    assert desk.sheets("Name\n", MENTORS).status == 0
    ran = desk.sheets(RESEARCHERS, "Name\n", "--report", "r.html")
    assert ran.status == 0
    assert "Ada: There is no mentor in this round yet." in ran.out
    assert desk.pairs() == []


def test_a_column_without_a_title_is_said_if_something_stands_in_it(desk: Desk) -> None:
    ran = desk.sheets("Name,,\nAda,,Robotics\n", "Name\nMia\n")
    assert "R.csv: column C has no title, and is ignored." in ran.err
    assert "column B" not in ran.err


def test_unknown_columns_and_strangers_are_said_once_and_ignored(desk: Desk) -> None:
    ran = desk.sheets("Name,Shoe size,Wishes\nAda,43,Mia; Somebody Else\n", "Name\nMia\n")
    assert ran.status == 0
    assert ran.err.count("“Shoe size”") == 1
    assert "1 of the people named under “Wishes” are not in M.csv, and ignored" in ran.err
    assert "is someone you asked for" in desk.pairs()[0]["reason"]


def test_twins_are_told_apart_and_nobody_mentors_herself(desk: Desk) -> None:
    ran = desk.sheets("Name,E-mail\nAda,a@x.org\nAda,b@x.org\n", "Name,Mail\nAda Q,B@x.org\n")
    assert ran.status == 0
    assert desk.pairs()[0]["researcher"] == "Ada (a@x.org)"


def test_both_sheets_may_count_their_people_from_one(desk: Desk) -> None:
    ran = desk.sheets(
        "Id,Name,Domains\n1,Ada,Robotics\n2,Bo,Machine translation\n3,Cy,\n",
        "Id,Name,Domains\n1,Mia,Robotics\n2,Nils,Machine translation\n",
        "--report",
        "report.html",
    )
    assert ran.status == 0, ran.err
    assert [(one["researcher"], one["mentor"]) for one in desk.pairs()] == [
        ("Ada", "Mia"),
        ("Bo", "Nils"),
    ]
    report = (desk.folder / "report.html").read_text()
    assert "would lose Mia" in report or "would lose Nils" in report
    assert "Mia would lose" not in report


def test_whoever_stands_in_both_sheets_by_name_alone_is_named_in_a_note(desk: Desk) -> None:
    ran = desk.sheets("Id,Name\n7,Ada\u00a0Q\n", "Name,E-mail,Capacity\nada  q,a@x.org,1\n")
    assert ran.out.startswith("Without a mentor (1):")
    assert "not paired with themselves: “Ada\u00a0Q”. Where two people have one name" in ran.err
    ran = desk.sheets("Name,E-mail\nAda,b@x.org\n", "Name,E-mail\nAda,a@x.org\n")
    assert (len(desk.pairs()), "themselves" in ran.err) == (1, False)


def test_names_that_differ_in_a_sign_are_two_people(desk: Desk) -> None:
    wishes = "Name,Wishes\nAda,राम\nBo,Zoë\nCy,ガク\nDi,🙂\n"
    ran = desk.sheets(wishes, "Name\nरमा\nराम\nZoe\nZoë\nカク\nガク\n🙂\n")
    assert ran.status == 0, ran.err
    assert {(one["researcher"], one["mentor"]) for one in desk.pairs()} == {
        ("Ada", "राम"),
        ("Bo", "Zoë"),
        ("Cy", "ガク"),
        ("Di", "🙂"),
    }
    ran = desk.sheets("Name,Wishes\nAda,राम\n", "Name\nरमा\nMia\n")
    assert "is someone you asked for" not in (desk.folder / "PAIRS.csv").read_text()


def test_two_companies_of_one_kind_are_not_the_same(desk: Desk) -> None:
    mentors = 'Name,Company\nMia,"Acme, Inc."\n'
    desk.sheets('Name,Company\nAda,"Lantern, Inc."\n', mentors)
    assert len(desk.pairs()) == 1
    ran = desk.sheets('Name,Company\nAda,"Lantern, ACME"\n', mentors)
    assert "with an organisation or an adviser in common" in ran.out


def test_a_heading_above_the_titles_and_names_in_two_columns_are_understood(desk: Desk) -> None:
    researchers = "Programme 2026;;\n;;\nVorname;Name;Sprachen\nZoë;Vogt;Deutsch\n"
    ran = desk.sheets(researchers, "Name;Languages\nMia;de\n")
    assert ran.status == 0, ran.err
    assert "R.csv: the titles were found in row 3" in ran.err
    assert (desk.folder / "PAIRS.csv").read_text().splitlines()[1].startswith("Zoë Vogt;Mia;")


def test_a_pool_too_large_to_hold_gets_the_same_pairs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sheets(RESEARCHERS, MENTORS)
    held = desk.pairs()
    monkeypatch.setattr("cohort.pairing.find.MOST_DENSE", 0)
    ran = desk.sheets(RESEARCHERS, MENTORS)
    assert ran.status == 0, ran.err
    for one, other in zip(desk.pairs(), held, strict=True):
        assert float(one.pop("score")) == pytest.approx(float(other.pop("score")), abs=1e-6)
        assert one == other


def test_the_bar_moves_within_a_step_and_never_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    bar = Steps()
    for step, part in [("reading", 0), ("solving", 0), ("solving", 0.5), ("writing", 0)]:
        bar(step, part)
    shown = capsys.readouterr().err
    assert re.findall(r"(\d+)%  (\w+)", shown) == [
        ("0", "reading"), ("25", "solving"), ("45", "solving"), ("95", "writing")
    ]  # fmt: skip
