"""What is wrong is said by file, row and column, all at once; then nothing is written."""

from collections.abc import Sequence

import pytest

from tests.cli.conftest import MENTORS, RESEARCHERS, Desk


def test_every_fault_is_said_with_its_row_and_column_and_nothing_is_written(desk: Desk) -> None:
    ran = desk.sheets(
        "Name,Time zone,Stage,Wishes\nAda,Europe/Berlim,,\n,,phd,\nBo,,wizard,Mya\nBo,,,\n",
        "Name,Max mentees,Availability,Domains\n"
        "Mia,three,Mon 9-5pm,machine translatoin\nMya X,1,,\n",
        "--strict",
        "--report",
        "report.html",
    )
    assert ran.status == 2
    for said in (
        "8 places need another look; nothing was written.",
        'R.csv, row 2, column "Time zone": “Europe/Berlim” is no time zone that we know.',
        "R.csv, row 3: nobody is named.",
        'R.csv, row 4, column "Stage": “wizard” is not one of: phd, postdoc, researcher.',
        "R.csv, row 5: “Bo” stands in row 4 already.",
        'R.csv, row 4, column "Wishes": “Mya” is nobody in M.csv. Did you mean “Mya X”?',
        'M.csv, row 2, column "Max mentees": “three” is not a whole number',
        'M.csv, row 2, column "Availability": “9-5pm”: write am or pm',
        'M.csv, row 2, column "Domains": “machine translatoin” is no domain',
        "Did you mean “Machine translation”?",
    ):
        assert said in ran.err, ran.err
    assert "Traceback" not in ran.err
    assert desk.files == {"R.csv", "M.csv"}


def test_of_many_faults_twenty_are_shown(desk: Desk) -> None:
    ran = desk.sheets("Name,Stage\n" + "".join(f"R{i},x\n" for i in range(50)), MENTORS, "--strict")
    assert ran.err.count('column "Stage"') == 20
    assert "and 30 more like these." in ran.err


def test_a_cell_of_any_length_is_blamed_in_a_line(desk: Desk) -> None:
    ran = desk.sheets(f"Name,Domains\nAda,{'x' * 10_000}\n", MENTORS, "--strict")
    assert 'R.csv, row 2, column "Domains": “xxx' in ran.err
    assert len(ran.err) < 500


@pytest.mark.parametrize(
    ("researchers", "said"),
    [
        (b"", "R.csv is empty"),
        (b"PK\x03\x04", "R.csv is damaged or has a password"),
        (b"Shoe size\n43\n", "R.csv has no column that says who somebody is"),
        (b"Name,Full name\nA,B\n", "“Name” (A) and “Full name” (B) both mean Name"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_refused(
    desk: Desk, researchers: bytes, said: str
) -> None:
    ran = desk.sheets(researchers, MENTORS)
    assert (ran.status, desk.files) == (2, {"R.csv", "M.csv"})
    assert said in ran.err


@pytest.mark.parametrize("out", ["R.csv", "./M.csv", "missing/PAIRS.csv", "-", "/dev/null"])
def test_no_input_is_overwritten_and_no_folder_invented(desk: Desk, out: str) -> None:
    desk.put("R.csv", RESEARCHERS)
    desk.put("M.csv", MENTORS)
    ran = desk.match("R.csv", "M.csv", out=out)
    assert ran.status == 2
    assert "Traceback" not in ran.err
    assert (desk.folder / "R.csv").read_text() == RESEARCHERS
    assert desk.files == {"R.csv", "M.csv"}


def test_if_one_result_cannot_be_written_none_is(desk: Desk) -> None:
    ran = desk.sheets(RESEARCHERS, MENTORS, "--report", "missing/report.html")
    assert (ran.status, desk.files) == (2, {"R.csv", "M.csv"})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give two spreadsheets"),
        (["R.csv"], "R.csv does not say who is a mentor and who seeks one"),
        (["R.csv", "M.csv", "--floor", "1"], "--floor goes with --scores"),
        (["--scores", "R.csv"], "give both"),
        (["--scores", "R.csv", "--capacity", "M.csv"], "R.csv is not an array"),
        (["R.csv", "M.csv", "--scores", "R.csv"], "a spreadsheet does not go with --scores"),
        (["R.csv", "gone.csv"], "does not exist"),
        (["R.csv", "M.csv", "--week", "soon"], "does not match the format"),
    ],
)
def test_a_command_that_says_too_little_or_too_much_is_refused(
    desk: Desk, arguments: Sequence[str], said: str
) -> None:
    desk.put("R.csv", RESEARCHERS)
    desk.put("M.csv", MENTORS)
    ran = desk.match(*arguments)
    assert (ran.status, desk.files) == (2, {"R.csv", "M.csv"})
    assert said in ran.err


def test_faults_of_both_files_are_said_at_once(desk: Desk) -> None:
    ran = desk.sheets(b"PK\x03\x04", "")
    assert "R.csv is damaged or has a password. Open it, save it without" in ran.err
    assert "M.csv is empty" in ran.err
    ran = desk.sheets("Name\nAda,x\nBo,y\n", "Name,Capacity\nMia,many\n")
    assert ran.err.startswith("cohort: 3 places need another look; nothing was written.")


def test_files_of_one_name_are_told_apart_by_their_folders(desk: Desk) -> None:
    for folder, sheet in (("studying", "Name,Stage\nAda,wizard\n"), ("mentoring", MENTORS)):
        (desk.folder / folder).mkdir()
        (desk.folder / folder / "list.csv").write_text(sheet)
    ran = desk.match("studying/list.csv", "mentoring/list.csv", "--strict")
    assert ran.err.startswith('cohort: studying/list.csv, row 2, column "Stage": “wizard”')


def test_a_folder_that_is_not_there_is_said_before_anything_is_read(desk: Desk) -> None:
    desk.put("R.csv", b"PK\x03\x04")
    desk.put("M.csv", MENTORS)
    ran = desk.match("R.csv", "M.csv", out="missing/PAIRS.csv")
    assert ran.err == "cohort: There is no folder missing. Make it first, or choose another.\n"
