"""`cohort match` with sheets as people have them: questions as headings, words of their own."""

import pytest

from cohort.sheets.columns import MENTORS as OF_MENTORS
from cohort.sheets.columns import RESEARCHERS as OF_RESEARCHERS
from cohort.sheets.cues import is_title, meant_by
from tests.cli.conftest import EXAMPLES, MENTORS, RESEARCHERS, Desk

FORM = EXAMPLES / "form.csv"
WEEK = ("--week", "2026-11-23")


def pairs(desk: Desk) -> set[tuple[str, str]]:
    return {(one["researcher"], one["mentor"]) for one in desk.pairs()}


def test_a_form_export_with_questions_and_own_words_becomes_pairs(desk: Desk) -> None:
    ran = desk.match(FORM, *WEEK)
    assert ran.status == 0, ran.err
    assert pairs(desk) == {
        ("Inès Moreau", "Elena Petrova"),
        ("Tariq Aziz", "Sam Okoye"),
        ("Yuki Sato", "Maria Costa"),
    }
    for said in (
        "form.csv: column D “Would you like to be a mentor or a mentee?” says who is a mentor",
        "form.csv (researchers): column E “Which sub-discipline(s) would represent yours the m",
        "is read as Domains: its title says “subdiscipline”.",
        "(mentors): column L “Mentors: how many mentees can you take?” is read as Capacity",
        "“Years in research” (such as “3”)",
        "“Soil chemistry” (row 3, column",
    ):
        assert said in ran.err, ran.err
    assert "what can you help with?” (such as" not in ran.err
    assert "“soil chemistry”" not in ran.err
    reason = {one["researcher"]: one["reason"] for one in desk.pairs()}["Tariq Aziz"]
    assert reason.startswith("Sam Okoye works on soil chemistry, as you do; knows the role of ")


def test_a_mapping_is_written_once_corrected_and_followed(desk: Desk) -> None:
    ran = desk.match(FORM, "--mapping", "columns.toml", *WEEK)
    written = (desk.folder / "columns.toml").read_text()
    assert "columns.toml was written" in ran.err
    assert '"Years in research" = ""  # M, such as 3' in written
    assert '"Mentees: which skills do you want to learn?" = "gaps"  # J' in written

    again = desk.match(FORM, "--mapping", "columns.toml", *WEEK)
    assert "is read as" not in again.err
    assert (desk.folder / "columns.toml").read_text() == written
    corrected = written.replace('"Where do you work or study?" = "organisations"', '"x" = ""')
    corrected = corrected.replace('do you have now?" = "roles"', 'do you have now?" = ""')
    (desk.folder / "columns.toml").write_text(corrected)
    ran = desk.match(FORM, "--mapping", "columns.toml", *WEEK)
    assert ran.status == 0, ran.err
    assert "knows the role" not in (desk.folder / "PAIRS.csv").read_text()
    assert "column G “Where do you work or study?” is read as Organisations" in ran.err


def test_the_column_that_says_who_is_what_can_be_named(desk: Desk) -> None:
    desk.put(
        "all.csv",
        "Name,Domains,Team,Kind\nAda,Robotics,mentor,mentee\nMia,Robotics,mentee,mentor\n",
    )
    desk.put("m.toml", '[researchers]\nKind = "side"\nTeam = ""\n')
    ran = desk.match("all.csv", "--mapping", "m.toml")
    assert (ran.status, pairs(desk)) == (0, {("Ada", "Mia")}), ran.err


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("[people]\n", "m.toml: “people” is not one of its tables"),
        ('[mentors]\nName = "shoe"\n', "m.toml: “Name” cannot mean 'shoe' in [mentors]."),
        ("[mentors]\nName = 3\n", "m.toml: “Name” cannot mean 3 in [mentors]."),
        ("[mentors\n", "m.toml: this is not valid TOML"),
        ("mentors = 1\n", "m.toml: “mentors” is not one of its tables"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(desk: Desk, mapping: str, said: str) -> None:
    desk.put("m.toml", mapping)
    ran = desk.sheets(RESEARCHERS, MENTORS, "--mapping", "m.toml")
    assert (ran.status, "PAIRS.csv" in desk.files) == (2, False)
    assert said in ran.err


def test_a_mapping_is_not_written_where_something_is_wrong(desk: Desk) -> None:
    ran = desk.sheets("Name,Mail,E-mail\nAda,a,b\n", MENTORS, "--mapping", "m.toml")
    assert (ran.status, desk.files) == (2, {"R.csv", "M.csv"})


def test_cells_alone_say_what_a_column_is(desk: Desk) -> None:
    researchers = "Who,a,b,c,d\nAda,ada@x.org,Europe/Berlin,Mon 18:00-20:00,Machine translation\n"
    ran = desk.sheets(researchers.replace("Who", "Name"), MENTORS)
    assert ran.status == 0, ran.err
    for said in (
        "column B “a” is read as E-mail: its cells say so.",
        "column C “b” is read as Time zone",
        "column D “c” is read as Weekly hours",
        "column E “d” is read as Domains",
    ):
        assert said in ran.err


def test_words_in_a_title_count_only_if_the_cells_agree(desk: Desk) -> None:
    ran = desk.sheets(
        "Name,May your mentor see your email address?,When are you available?\nAda,yes,sometimes\n",
        MENTORS,
    )
    assert ran.status == 0, ran.err
    assert "“May your mentor see your email address?” (such as “yes”)" in ran.err
    assert "“When are you available?” (such as “sometimes”)" in ran.err


def test_what_would_command_a_terminal_is_not_sent_to_it(desk: Desk) -> None:
    ran = desk.sheets("Name,Shoe\x1b[31m size\nA\x9bda,4\x1b]0;3\x07\n", MENTORS)
    wrong = desk.sheets("Name,\x1bTime zone\nA\x1bda,\x1b[31mNowhere\x7f\n", MENTORS)
    assert (ran.status, wrong.status) == (0, 2)
    for told in (ran.err, wrong.err, (desk.folder / "PAIRS.csv").read_text()):
        assert not {"\x1b", "\x07", "\x9b", "\x7f"} & set(told)
    assert "Nowhere” is no time zone" in wrong.err


def test_own_words_are_warned_of_with_those_that_are_near_and_strict_refuses_them(
    desk: Desk,
) -> None:
    people = (
        "Name,Goal\nAda,Research enginer\nBo,Cheese maker\n",
        "Name,Roles\nMia,cheese  maker\n",
    )
    ran = desk.sheets(*people)
    assert ran.status == 0, ran.err
    assert 'enginer” (row 2, column "Goal"), near “' in ran.err
    assert pairs(desk) == {("Bo", "Mia")}
    assert "knows the role of cheese maker, your first goal" in desk.pairs()[0]["reason"]

    ran = desk.sheets(*people, "--strict")
    assert ran.status == 2
    assert 'R.csv, row 3, column "Goal": “Cheese maker” is no role that we know.' in ran.err


@pytest.mark.parametrize(
    ("question", "researchers", "mentors"),
    [
        ("Which sub-discipline(s) would represent yours the most?", "domains", "domains"),
        ("In which subdisciplines do you work?", "domains", "domains"),
        ("What is your dream job?", "role_goals", None),
        ("How many mentees could you support?", None, "capacity"),
        ("Name of your supervisor", "advisers", None),
        ("What skills would you like to learn?", "gaps", "skills"),
        ("What is your current job title?", None, "roles"),
        ("At which university or institute are you?", "organisations", "organisations"),
        ("Comments", None, None),
    ],
)
def test_a_question_means_a_column_by_the_words_in_it(
    question: str, researchers: str | None, mentors: str | None
) -> None:
    for known, field in ((OF_RESEARCHERS, researchers), (OF_MENTORS, mentors)):
        meant = meant_by(question, known)
        assert (meant[0].field if meant else None) == field


def test_a_row_of_questions_is_a_row_of_titles_and_a_person_is_none() -> None:
    questions = ["Name", "What is your field?", "Which languages do you speak"]
    assert all(is_title(one, OF_RESEARCHERS) for one in questions)
    assert not any(is_title(one, OF_RESEARCHERS) for one in ["Ada", "University of the Lake"])
