"""Columns that the rules make factors: compared cell by cell, refused by row and column."""

import pytest

from tests.cli.conftest import Desk

RULES = """
[weights]
domain = 0
[weights.own."Favourite framework"]
compare = "same"
[weights.own."Hobbies"]
compare = "overlap"
weight = 0.5
[weights.own."Years in industry"]
compare = "at_least"
[weights.own."Meetings a month"]
compare = "near"
width = 2
[weights.own."Country"]
compare = "different"
"""
TITLES = "Name,Favourite framework,Hobbies,Years in industry,Meetings a month,Country\n"
RESEARCHERS = TITLES + 'Ada,JAX,"chess, tea",3,2,Chile\nBo,PyTorch,go,,"2,5",Kenya\n'
MENTORS = TITLES + "Mia,pytorch,chess; Go,4,4,Chile\nNils, jax,Tea,3.5,1,Kenya\n"


def test_columns_count_as_the_rules_compare_them_and_reasons_say_so(desk: Desk) -> None:
    desk.put("rules.toml", RULES)
    ran = desk.sheets(RESEARCHERS, MENTORS, "--rules", "rules.toml", "--report", "report.html")
    assert ran.status == 0, ran.err
    pairs = {one["researcher"]: one for one in desk.pairs()}
    assert {name: one["mentor"] for name, one in pairs.items()} == {"Ada": "Nils", "Bo": "Mia"}
    assert pairs["Ada"]["reason"].endswith(
        "you both answered “JAX” to “Favourite framework”; you both chose tea for “Hobbies”; you "
        "asked for at least 3 in “Years in industry”, which is 3.5; your answers to “Meetings a "
        "month” are near (2 and 1); you differ in “Country”."
    )
    assert "ignored, because we do not know" not in ran.err
    report = (desk.folder / "report.html").read_text()
    assert "Favourite framework: the same answer" in report
    assert "Meetings a month: numbers that are near" in report


def test_a_file_of_columns_says_which_question_is_meant(desk: Desk) -> None:
    desk.put("rules.toml", '[weights.own."Years"]\ncompare = "at_least"\n')
    asked = "Name,How senior should your mentor be?\nAda,5\nBo,1\n"
    told = "Name,How many years have you been there?\nMia,2\nNils,6\n"
    desk.put(
        "columns.toml",
        '[researchers]\n"How senior should your mentor be?" = "own: Years"\n'
        '[mentors]\n"How many years have you been there?" = "own: Years"\n',
    )
    options = ("--rules", "rules.toml", "--mapping", "columns.toml")
    ran = desk.sheets(asked, told, *options)
    assert ran.status == 0, ran.err
    assert {one["researcher"]: one["mentor"] for one in desk.pairs()} == {
        "Ada": "Nils",
        "Bo": "Mia",
    }
    (desk.folder / "columns.toml").unlink()
    desk.sheets("Name,Years\nAda,5\n", "Name,Years\nMia,7\n", *options)
    assert '"Years" = "own: Years"' in (desk.folder / "columns.toml").read_text()
    desk.put("columns.toml", '[mentors]\n"Name" = "own: Months"\n')
    unknown = desk.sheets(asked, told, *options)
    assert (unknown.status, "cannot mean 'own: Months'" in unknown.err) == (2, True)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            '[weights.own."Age"]\ncompare = "at_least"',
            'R.csv, row 3, column "Age": “old” is not a number such as 3 or 2.5.',
        ),
        (
            '[weights.own."Club"]\ncompare = "same"',
            "M.csv has no column “Club”, but the rules compare it.",
        ),
        (
            '[weights.own."Company"]\ncompare = "same"',
            "The rules compare “Company”, but a column of this title says Organisations.",
        ),
        ('[weights.own."Age"]\nweight = 2', '[weights.own."Age"] compare field required.'),
        (
            '[weights.own."Age"]\ncompare = "near"',
            '[weights.own."Age"] needs a width: how far apart two numbers count 0.',
        ),
        (
            '[weights.own."Age"]\ncompare = "older"',
            "[weights.own.\"Age\"] compare is 'older'; it should be 'same', 'different', ",
        ),
        (
            '[weights.own."Age"]\ncompare = "same"\nwidht = 2',
            '[weights.own."Age"] widht is 2; it',
        ),
        ("[weights]\nown = 3", "own is 3; it should be a valid dictionary."),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_place(
    desk: Desk, rules: str, said: str
) -> None:
    desk.put("rules.toml", rules)
    sheets = "Name,Age,Club\nAda,31,go\nBo,old,\n", "Name,Age,Company\nMia,40,X\n"
    ran = desk.sheets(*sheets, "--rules", "rules.toml")
    assert (ran.status, "PAIRS.csv" in desk.files) == (2, False)
    assert said in ran.err
