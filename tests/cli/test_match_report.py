"""The report: one file that loads nothing, and says what only a proof can say."""

import re

import pytest

from tests.cli.conftest import EXAMPLES, Desk


def test_the_report_stands_alone_and_escapes_what_people_wrote(desk: Desk) -> None:
    ran = desk.sheets(
        "Name,Domains\n<script>Ada,Robotics\nBo,\n", "Name,Domains\nMia & Co,Robotics\n",
        "--report", "report.html",
    )  # fmt: skip
    assert ran.status == 0, ran.err
    report = (desk.folder / "report.html").read_text()
    assert "&lt;script&gt;Ada" in report
    assert "Mia &amp; Co" in report
    assert "<script" not in report
    assert re.findall(r"(?:src|href|url)\s*[=(]", report) == []
    assert "light-dark(" in report
    assert "&gt;" not in report.partition("</style>")[0]
    for said in ("No other assignment can be better", "went to others", "One more place", "0.2"):
        assert said in report


def report_of_the_examples(desk: Desk, *options: object) -> str:
    files = [EXAMPLES / name for name in ("researchers.csv", "mentors.csv")]
    ran = desk.match(*files, "--report", "report.html", "--week", "2026-11-23", *options)
    assert ran.status == 0, ran.err
    return said_in_report(desk)


def said_in_report(desk: Desk) -> str:
    return " ".join((desk.folder / "report.html").read_text().split())


def test_it_tells_how_firm_pairs_are_and_what_others_would_cost(desk: Desk) -> None:
    said = report_of_the_examples(desk, "--rules", EXAMPLES / "rules.toml")
    for sentence in (
        "<strong>Proved the best.</strong> The scores of these pairs (with 0.1 more for each",
        "that stays together) add up to 4.52. Prices on people and places prove that no other",
        "Easily replaced: without this pair, the total would fall by 0.03 (0.6% of the total).",
        "Next best: Grace Njoroge, which would cost 0.52",
        "Priya Raman could be the mentor; it would cost 0.03 (0.6% of the total).",
        "Noor Haddad would lose Priya Raman, and have no mentor.",
        "No mentor is possible as the rules stand.",
        "would add 0.81 to the total and give Lena Vogt a mentor.",
        "of 2 who had one here",
        "✓ this answer",
    ):
        assert sentence in said, sentence


def test_a_place_that_places_somebody_adds_no_more_to_the_total_than_it_does(desk: Desk) -> None:
    desk.put("cover.toml", "cover = true\nleast_score = 0.2\n")
    said = report_of_the_examples(desk, "--rules", "cover.toml")
    places = said.partition('id="places"')[2].partition("</section>")[0]
    assert "of the total), and a mentor for 1 person more" in places
    assert max(float(one) for one in re.findall(r">(\d+\.\d\d) \(", places)) < 1


def test_what_is_not_worked_out_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("fair.toml", 'objective = "fair"\n')
    fair = report_of_the_examples(desk, "--rules", "fair.toml")
    assert "No assignment is fairer: as many people as possible have a mentor" in fair
    assert "only worked out where the sum of all scores is made the best" in fair
    assert "Mentors and their places" in fair
    assert "One more place would add" not in fair
    assert re.search(r"As many people as possible.{1,200}>yes<", fair)
    assert "Ask Priya Raman for one more place." in fair
    assert "but this answer’s, which aims at fairness," in fair
    monkeypatch.setattr("cohort.pairing.find.MOST_DENSE", 0)
    desk.put("cover.toml", "cover = true\n")
    assert "One more place would add" not in report_of_the_examples(desk, "--rules", "cover.toml")
    large = report_of_the_examples(desk)
    assert "no table of all scores is held" in large
    assert "Next best" not in large
    assert "at most 0." in large


def test_many_pairs_are_a_table(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cohort.offline.report.MOST_WHOLE", 2)
    said = report_of_the_examples(desk)
    assert "<article" not in said
    assert "Oskar Lindqvist works on time series" in said
    assert "Next best" in said


def test_whoever_could_only_have_mentors_without_a_place_is_told_so(desk: Desk) -> None:
    ran = desk.sheets(
        "Name,Languages\nAda,en\nBo,de\nCy,de\n",
        "Name,Languages,Capacity\nMia,en,0\nNils,de,1\n",
        "--report",
        "report.html",
    )
    assert ran.status == 0, ran.err
    assert "Ada: One mentor would suit you, but has no free place. The organiser can ask" in ran.out
    report = (desk.folder / "report.html").read_text()
    assert "No mentor is possible as the rules stand." not in report
    assert "One place with a mentor who suits." in report


def test_the_stickiness_that_is_told_is_the_one_that_counted(desk: Desk) -> None:
    desk.put("rules.toml", "stickiness = 1\n")
    ran = desk.sheets(
        "Name,Domains,Current mentor\nAda,Robotics,Mia\n",
        "Name,Domains\nMia,Robotics\n",
        *("--rules", "rules.toml", "--report", "report.html"),
    )
    told = re.search(r"with ([\d.]+) more .{1,80}add\s+up to ([\d.]+)\.", said_in_report(desk))
    assert told, ran.err
    score = float(desk.pairs()[0]["score"])
    assert float(told[2]) == pytest.approx(score + float(told[1]))
