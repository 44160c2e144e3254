import datetime as dt
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cohort.guides.markdown import GuideDocument, read_guide
from cohort.profiles.languages import LANGUAGES

SEED = Path(__file__).parents[2] / "seed"
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MAYBE = {"kind", "exam_sections", "rubric"}
MILESTONE_KEYS = ["slug", "section", "title", "task", "evidence", "hours", "skills", "requires"]
HEADINGS = [
    (1, "Researcher's Guide to Google ML Certification"),
    (2, "Bridging Research and Production: The Academic Advantage"),
    (3, "From Reproducibility to Deployment"),
    (3, "Scaling Research Models for Production"),
    (2, "Certification Preparation Strategy for Researchers"),
    (3, "Leveraging Your Research Foundation"),
    (3, "Practical Implementation Approach"),
    (3, "Exam-Specific Preparation"),
    (2, "Career Transition Pathways: From Academia to Industry"),
    (3, "Positioning Your Research Experience"),
    (3, "Industry Role Alignment"),
    (2, "Real-World Research Impact Through Production ML"),
    (3, "Scaling Research Insights"),
    (3, "Building Research-Informed Production Systems"),
    (2, "Conclusion: Your Research Advantage in Production ML"),
]

Row = dict[str, Any]


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((SEED / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def guide() -> GuideDocument:
    return read_guide((SEED / "guide.md").read_bytes())


@pytest.fixture(scope="module")
def milestones() -> list[Row]:
    return list(load("milestones.toml")["milestone"])


@pytest.fixture(scope="module")
def taxonomy() -> dict[str, list[Row]]:
    return load("taxonomy.toml")


@pytest.fixture(scope="module")
def people() -> dict[str, Any]:
    return load("people.toml")


def test_the_exam_is_the_same_for_milestones_and_quizzes_and_every_section_is_worked_on(
    milestones: list[Row],
) -> None:
    exam, quizzes = load("milestones.toml")["exam"], load("quizzes.toml")
    named = [(one["slug"], one["title"], one["weight"]) for one in exam["section"]]
    assert named == [(one["slug"], one["title"], one["weight"]) for one in quizzes["section"]]
    assert (exam["year"], exam["source"]) == (quizzes["exam"]["year"], quizzes["exam"]["source"])
    assert sum(one["weight"] for one in exam["section"]) == 100
    worked_on = Counter(part for m in milestones for part in m.get("exam_sections", []))
    assert set(worked_on) == {one["slug"] for one in exam["section"]}
    assert min(worked_on.values()) >= 3


def slugs(rows: list[Row]) -> list[str]:
    return [row["slug"] for row in rows]


def test_the_guide_keeps_the_headings_their_order_and_their_levels(guide: GuideDocument) -> None:
    assert [(section.level, section.title) for section in guide.sections] == HEADINGS
    assert guide.title == "Google ML Certification for Researchers: 2025 Transition Guide"
    assert guide.notes == ()


def test_every_section_says_in_two_to_four_sentences_what_it_gives(guide: GuideDocument) -> None:
    assert guide.sections
    for section in guide.sections:
        assert 2 <= len(re.findall(r"[.?!](?:\s|$)", section.body)) <= 4, section.slug


def test_every_section_has_a_milestone_and_every_milestone_a_section(
    guide: GuideDocument, milestones: list[Row]
) -> None:
    assert {m["section"] for m in milestones} == {section.slug for section in guide.sections}


def test_milestones_stand_in_the_order_of_the_guide(
    guide: GuideDocument, milestones: list[Row]
) -> None:
    place = {section.slug: section.position for section in guide.sections}
    places = [place[m["section"]] for m in milestones]
    assert places == sorted(places)


def test_milestones_are_concrete_enough_to_do(milestones: list[Row]) -> None:
    assert len(milestones) >= 44
    assert len(set(slugs(milestones))) == len(milestones)
    for milestone in milestones:
        assert [key for key in milestone if key not in MAYBE] == MILESTONE_KEYS
        assert 2 <= len(re.findall(r"[.?!*](?:\s|$)", milestone["task"])) <= 5, milestone["slug"]
        assert 1 <= len(re.findall(r"[.?!](?:\s|$)", milestone["evidence"])) <= 2
        assert "  " not in milestone["task"] + milestone["evidence"]
        assert 1 <= milestone["hours"] <= 12


def test_milestones_fill_sixteen_weeks_of_part_time_study(milestones: list[Row]) -> None:
    assert 130 <= sum(m["hours"] for m in milestones) <= 160


def test_prerequisites_come_earlier_and_so_never_in_a_circle(milestones: list[Row]) -> None:
    earlier: set[str] = set()
    assert any(milestone["requires"] for milestone in milestones)
    for milestone in milestones:
        assert set(milestone["requires"]) <= earlier, milestone["slug"]
        earlier.add(milestone["slug"])


def test_every_skill_is_trained_and_every_trained_skill_is_known(
    milestones: list[Row], taxonomy: dict[str, list[Row]]
) -> None:
    assert {s for m in milestones for s in m["skills"]} == set(slugs(taxonomy["skill"]))
    assert all(1 <= len(set(m["skills"])) == len(m["skills"]) <= 4 for m in milestones)


def test_the_taxonomies_are_as_large_as_promised(taxonomy: dict[str, list[Row]]) -> None:
    assert set(taxonomy) == {"domain", "role", "context", "skill"}
    assert len(taxonomy["domain"]) >= 70
    assert len(taxonomy["role"]) >= 12
    assert 25 <= len(taxonomy["skill"]) <= 35
    assert slugs(taxonomy["role"])[:3] == ["ml-engineer", "research-scientist", "applied-scientist"]
    for rows in taxonomy.values():
        assert len(set(slugs(rows))) == len({row["title"] for row in rows}) == len(rows)
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs(rows))


def test_every_word_has_a_german_title_of_its_own(taxonomy: dict[str, list[Row]]) -> None:
    for rows in taxonomy.values():
        titles = [row["translations"]["de"] for row in rows]
        assert all(titles)
        assert len(set(titles)) == len(titles)


def test_no_slug_stands_for_two_things(taxonomy: dict[str, list[Row]]) -> None:
    meant = {(row["slug"], row["title"]) for rows in taxonomy.values() for row in rows}
    slugs_alone = [slug for slug, _ in {*meant, *LANGUAGES.items()}]
    assert len(slugs_alone) == len(set(slugs_alone))


def test_domains_form_a_tree_at_most_four_deep(taxonomy: dict[str, list[Row]]) -> None:
    depth: dict[str | None, int] = {None: 0}
    for domain in taxonomy["domain"]:
        depth[domain["slug"]] = depth[domain.get("parent")] + 1
    assert max(depth.values()) == 4


def test_everyone_refers_to_what_exists(
    people: dict[str, Any], taxonomy: dict[str, list[Row]]
) -> None:
    known = {kind: set(slugs(rows)) for kind, rows in taxonomy.items()}
    mails = {kind: {p["email"] for p in people[kind]} for kind in ("researcher", "mentor")}
    assert people["researcher"]
    assert people["mentor"]
    for person in people["researcher"] + people["mentor"]:
        assert set(person["domains"]) <= known["domain"], person["name"]
        assert set(person["contexts"]) <= known["context"], person["name"]
        assert all(re.fullmatch("[a-z]{2}", language) for language in person["languages"])
        assert ZoneInfo(person["time_zone"])
    for researcher in people["researcher"]:
        assert set(researcher["role_goals"]) <= known["role"], researcher["name"]
        assert 1 <= len(researcher["role_goals"]) <= 3
        assert researcher["stage"] in {"phd", "postdoc", "researcher"}
        assert set(researcher["wishes"]) <= mails["mentor"]
    for mentor in people["mentor"]:
        assert set(mentor["roles"]) <= known["role"], mentor["name"]
        assert set(mentor["skills"]) <= known["skill"], mentor["name"]
        assert mentor["came_from"] in {"phd", "postdoc", "researcher", "industry"}
        assert set(mentor["wishes"]) <= mails["researcher"]


def test_the_cast_is_the_promised_one(people: dict[str, Any]) -> None:
    everyone = [people["organiser"], people["admin"], *people["researcher"], *people["mentor"]]
    assert len(people["researcher"]) == 24
    assert len({p["email"] for p in everyone}) == len({p["name"] for p in everyone}) == 36
    assert all(p["email"].endswith("@example.org") and p["email"].isascii() for p in everyone)
    states = Counter(mentor["state"] for mentor in people["mentor"])
    assert states == {"approved": 8, "pending": 1, "paused": 1}
    assert all(1 <= mentor["capacity"] <= 4 for mentor in people["mentor"])
    assert capacity(people["mentor"]) == 22
    assert capacity(approved(people)) == 20


def test_the_story_spans_the_slow_and_the_fast(
    people: dict[str, Any], milestones: list[Row]
) -> None:
    passed = [researcher["passed"] for researcher in people["researcher"]]
    assert (min(passed), max(passed)) == (4, 22)
    for researcher in people["researcher"]:
        assert 0 <= researcher["waiting"] <= 2
        assert 0 <= researcher["again"] <= 1
    assert max(passed) + 3 < len(milestones)


def test_all_that_is_handed_in_has_words_of_its_own(
    people: dict[str, Any], milestones: list[Row]
) -> None:
    evidence = load("evidence.toml")
    most = max(r["passed"] + r["again"] + r["waiting"] for r in people["researcher"])
    assert slugs(milestones)[:most] == list(evidence)[:most]
    assert set(evidence) <= set(slugs(milestones))
    said = [text for texts in evidence.values() for text in texts]
    assert len(set(said)) == len(said) == 2 * len(evidence)
    assert {name for text in said for name in re.findall(r"{(.*?)}", text)} == {"field"}


def test_one_researcher_shares_no_hour_with_anybody(people: dict[str, Any]) -> None:
    for monday in (dt.date(2026, 1, 12), dt.date(2026, 7, 13)):
        alone = [
            researcher["name"]
            for researcher in people["researcher"]
            if not any(quarters(researcher, monday) & quarters(m, monday) for m in approved(people))
        ]
        assert alone == ["Leilani Kahale"]


def test_the_matching_has_hard_cases(people: dict[str, Any]) -> None:
    pairs = [(r, m) for r in people["researcher"] for m in approved(people)]
    assert any(set(r["organisations"]) & set(m["organisations"]) for r, m in pairs)
    assert any(m["name"] in r["advisers"] for r, m in pairs)
    assert any(not set(r["languages"]) & set(m["languages"]) for r, m in pairs)
    wished = Counter(mail for r in people["researcher"] for mail in r["wishes"])
    [(popular, votes)] = wished.most_common(1)
    assert votes >= 2 * next(m["capacity"] for m in people["mentor"] if m["email"] == popular)


def approved(people: dict[str, Any]) -> list[Row]:
    return [mentor for mentor in people["mentor"] if mentor["state"] == "approved"]


def capacity(mentors: list[Row]) -> int:
    return sum(mentor["capacity"] for mentor in mentors)


def quarters(person: Row, monday: dt.date) -> set[dt.datetime]:
    """Return the quarter hours of that week, in UTC, in which the person has time."""
    times: set[dt.datetime] = set()
    for window in person["weekly_hours"]:
        day = monday + dt.timedelta(days=WEEK.index(window["day"]))
        start, end = (minutes(window[key]) for key in ("start", "end"))
        assert start < end <= 24 * 60
        assert start % 15 == end % 15 == 0
        for minute in range(start, end, 15):
            local = dt.datetime.combine(
                day, dt.time(minute // 60, minute % 60), ZoneInfo(person["time_zone"])
            )
            # A whole week repeats: what falls before or after it counts on the other side.
            utc = local.astimezone(dt.UTC).replace(tzinfo=None)
            since = (utc - dt.datetime.combine(monday, dt.time())) % dt.timedelta(days=7)
            times.add(dt.datetime.combine(monday, dt.time()) + since)
    return times


def minutes(clock: str) -> int:
    hours, past = clock.split(":")
    return int(hours) * 60 + int(past)
