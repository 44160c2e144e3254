"""What a file of rules, a taxonomy and a present mentor change."""

import pytest

from tests.cli.conftest import MENTORS, RESEARCHERS, Desk


def test_rules_weigh_and_require(desk: Desk) -> None:
    desk.put("rules.toml", "least_score = 0.9\n[weights]\ndomain = 1\nwishes = 0\n")
    strict = desk.sheets(RESEARCHERS, MENTORS, "--rules", "rules.toml")
    assert strict.status == 0
    assert "pairs 0, unmatched 2" in strict.err
    desk.put("rules.toml", "[requirements]\ncommon_language = true\n")
    missing = desk.sheets(RESEARCHERS, MENTORS, "--rules", "rules.toml")
    assert missing.status == 2
    assert "R.csv has no column Languages, but the rules ask for common_language" in missing.err


def test_a_present_mentor_stays_when_that_is_wanted(desk: Desk) -> None:
    desk.put("rules.toml", "stickiness = 1\n[requirements]\ncommon_ground = false\n")
    researchers = "Name,Domains,Current mentor\nAda,Machine translation,Mia\nBo,Robotics,Nils\n"
    desk.sheets(researchers, MENTORS)
    moved = {one["researcher"]: one["mentor"] for one in desk.pairs()}
    desk.sheets(researchers, MENTORS, "--rules", "rules.toml")
    kept = {one["researcher"]: one["mentor"] for one in desk.pairs()}
    assert moved == {"Ada": "Nils", "Bo": "Mia"}
    assert kept == {"Ada": "Mia", "Bo": "Nils"}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("weights = 3", "weights must be a table"),
        ("[weights]\ndomains = 3", "“domains” is not one of [weights]"),
        ("[weights]\ndomain = -1", "domain is -1; it should be greater than or equal to 0."),
        ("[weights]\ndomain = nan", "domain is nan"),
        ("least_score = 2", "least_score is 2; it should be less than or equal to 1."),
        (
            "[requirements]\ncommon_language = 1",
            "common_language is 1; it should be a valid boolean.",
        ),
        ("[requirements]\nmin_shared_hours = 200", "it should be less than or equal to 168."),
        ("[weights]\nrole = inf", "role is inf; it should be a finite number."),
        ("least_score = 0.1\n[aim]\nleast_score = 0.2", "least_score is there twice."),
        ("cover = 1", "cover is 1; it should be a valid boolean."),
        ('objective = "best"', "objective is 'best'; it should be 'total' or 'fair'."),
        ("[aim]\nhaste = 3", "“haste” is not one of [aim]"),
        ("[[", "not valid TOML"),
    ],
)
def test_rules_that_are_none_are_refused(desk: Desk, rules: str, said: str) -> None:
    desk.put("rules.toml", rules)
    ran = desk.sheets(RESEARCHERS, MENTORS, "--rules", "rules.toml")
    assert (ran.status, "PAIRS.csv" in desk.files) == (2, False)
    assert "rules.toml: " in ran.err
    assert said in ran.err


def test_an_own_taxonomy_replaces_the_words(desk: Desk) -> None:
    desk.put("t.toml", '[[domain]]\nslug = "botany"\ntitle = "Botany"\n')
    ran = desk.sheets("Name,Area\nA,Botany\n", "Name,Area\nB,botany\n", "--taxonomy", "t.toml")
    assert ran.status == 0
    assert "works on botany, as you do" in desk.pairs()[0]["reason"]
    desk.put("t.toml", '[[domain]]\nslug = "en"\ntitle = "Energy"\n')
    unclear = desk.sheets("Name\nA\n", "Name\nB\n", "--taxonomy", "t.toml")
    assert "t.toml: “en” stands for two things" in unclear.err
    desk.put("t.toml", "nonsense")
    broken = desk.sheets("Name\nA\n", "Name\nB\n", "--taxonomy", "t.toml")
    assert (broken.status, "t.toml: " in broken.err) == (2, True)


def test_the_aim_may_be_cover_or_fairness(desk: Desk) -> None:
    researchers = "Name,Domains\nAda,Robotics\nBo,Robotics; Machine translation\n"
    mentors = "Name,Domains,Wishes\nMia,Robotics,Ada\nNils,Machine translation,\n"
    for rules in ('objective = "fair"\n', "cover = true\n", "[aim]\ncover = true\n"):
        desk.put("rules.toml", rules)
        ran = desk.sheets(researchers, mentors, "--rules", "rules.toml", "--report", "r.html")
        assert (ran.status, len(desk.pairs())) == (0, 2), ran.err


def test_somebody_may_want_two_mentors_and_a_mentor_at_least_so_many(desk: Desk) -> None:
    ran = desk.sheets(
        "Name,Mentors wanted\nAda,2\nBo,1\n", "Name,Places,At least\nMia,2,2\nNils,1,0\n"
    )
    assert ran.status == 0, ran.err
    found = sorted((one["researcher"], one["mentor"]) for one in desk.pairs())
    assert found == [("Ada", "Mia"), ("Ada", "Nils"), ("Bo", "Mia")]
    ran = desk.sheets("Name,Mentors wanted\nAda,2\nBo,0\n", "Name\nMia\n")
    assert "Ada has 1 of 2 mentors: no other one is possible and free." in ran.err
    assert ran.out == ""


def test_minimums_that_cannot_be_met_are_said_by_name_and_nothing_is_written(desk: Desk) -> None:
    ran = desk.sheets("Name\nAda\n", "Name,Places,At least\nMia,2,2\nNils,1,2\n")
    assert 'M.csv, row 3, column "At least": 2 is more than there are places (1).' in ran.err
    ran = desk.sheets("Name\nAda\n", "Name,Places,At least\nMia,2,2\n")
    assert ran.status == 2
    assert "Mia must have at least two researchers, but only one of these places" in ran.err
    assert "PAIRS.csv" not in desk.files


def test_minimums_and_fairness_are_refused_by_name_too(desk: Desk) -> None:
    desk.put("rules.toml", 'objective = "fair"\n')
    sheets = "Name,Languages\nAda,en\n", "Name,Languages,Places,At least\nMia,de,2,1\n"
    ran = desk.sheets(*sheets, "--rules", "rules.toml")
    assert ran.status == 2
    assert (
        "Mia must have at least one researcher, but none of these places can be filled: nobody "
        "could go there. It would be enough to ask for 0 with Mia instead of 1. Or change one of "
        "these, each of which fills one place: Allow Ada and Mia to be a pair."
    ) in ran.err
