"""Quizzes of a guide that organisers write and change in a draft: on pages and by API."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.guides.models import Guide
from cohort.quizzes.importing import import_quizzes
from cohort.quizzes.models import Quiz, QuizAnswer, QuizQuestion, QuizTry
from cohort.quizzes.weak_sections import weak_sections
from tests.conftest import MONDAY, Someone
from tests.rooms.mentorship_world import Spring
from tests.rooms.quiz_world import WITH_PLACEMENT, answered_models, right_answer

NEW = {
    "text": "Which of these is a *feature store*?",
    "exam_section": "serving",
    "section": "bridging",
    "kind": "single",
    "right": "Where features are kept for training and serving",
    "wrong": "A shop\nA list of wishes",
    "explanation": "Both read the same values.",
}
SERVING = "watch"
"""A question of the section Serving, beside “batch” and “partners”."""


@pytest.fixture
async def olga(spring: Spring, db: AsyncSession) -> Someone:
    studied = await db.get_one(Guide, spring.cohort.guide_id)
    await import_quizzes(db, studied, WITH_PLACEMENT, now=MONDAY)
    await db.commit()
    return spring.olga


async def draft_of(olga: Someone, guide_id: Any) -> str:
    began = await olga.post("/api/v1/curriculum_drafts", json={"guide_id": str(guide_id)})
    assert began.status_code == 201, began.text
    return str(began.json()["id"])


async def quizzes(olga: Someone, draft: str) -> tuple[dict[str, Any], str]:
    read = await olga.get(f"/api/v1/curriculum_drafts/{draft}/quizzes")
    assert read.status_code == 200, read.text
    told: dict[str, Any] = read.json()
    return told, read.headers["etag"].removeprefix("W/").strip('"')


async def typed(olga: Someone, draft: str, path: str, **fields: Any) -> Any:
    _, version = await quizzes(olga, draft)
    return await olga.post(f"/curricula/{draft}/{path}", data={"version": version} | fields)


async def published(olga: Someone, draft: str) -> dict[str, Any]:
    answer = await olga.post(f"/api/v1/curriculum_drafts/{draft}/publication")
    assert answer.status_code == 201, answer.text
    guide: dict[str, Any] = answer.json()
    return guide


async def move(spring: Spring, guide: dict[str, Any]) -> None:
    told = {"from_guide_id": str(spring.cohort.guide_id), "to_guide_id": guide["id"]}
    moved = await spring.olga.post(f"/api/v1/cohorts/{spring.cohort.id}/guide_moves", json=told)
    assert moved.status_code == 200, moved.text


async def hers(spring: Spring) -> dict[str, dict[str, Any]]:
    found = await spring.ada.get(f"/api/v1/enrolments/{spring.enrolment.id}/quizzes")
    return {one["slug"]: one for one in found.json()}


async def take(spring: Spring, slug: str) -> dict[str, Any]:
    """Everything right."""
    quiz = {"quiz_id": (await hers(spring))[slug]["id"]}
    here = f"/api/v1/enrolments/{spring.enrolment.id}/tries"
    begun = (await spring.ada.post(here, json=quiz)).json()
    for question in begun["questions"]:
        address = f"/api/v1/tries/{begun['id']}/answers/{question['id']}"
        given = right_answer(question)
        assert (await spring.ada.put(address, json=given)).status_code == 204
    done = await spring.ada.post(f"/api/v1/tries/{begun['id']}/hand_in")
    told: dict[str, Any] = done.json()
    return told


async def test_quizzes_are_changed_on_pages_and_only_the_new_version_has_them(
    spring: Spring, olga: Someone, db: AsyncSession
) -> None:
    before = await take(spring, "placement")
    await take(spring, "all")
    draft = await draft_of(olga, spring.cohort.guide_id)
    page = (await olga.get(f"/curricula/{draft}/quizzes")).text
    assert "7 questions, 3 quizzes" in page
    assert "Scores are read once a night." in page

    assert (await typed(olga, draft, "add_question", **NEW)).status_code == 303
    told, _ = await quizzes(olga, draft)
    (new,) = [one["slug"] for one in told["quizzes"]["questions"] if "feature" in one["slug"]]
    shown = (await olga.get(f"/curricula/{draft}/questions/{new}")).text
    assert "A shop\nA list of wishes" in shown
    drift = await olga.get(f"/curricula/{draft}/questions/drift")
    assert "Asked in All of it." in drift.text
    changed = NEW | {"text": "The inputs moved. What is it?", "exam_section": "models"}
    changed |= {"right": "Drift", "wrong": "Skew\nNoise"}
    assert (await typed(olga, draft, "questions/drift", **changed)).status_code == 303
    assert (await typed(olga, draft, "questions/leaks", act="remove")).status_code == 303
    assert (await typed(olga, draft, "quizzes", act=f"earlier {new}")).status_code == 303
    length = {"act": "length", "questions": "2", "minutes": "5", "pass_mark": "0.5"}
    assert (await typed(olga, draft, "quizzes", **length)).status_code == 303
    places = {"title": "All", "place.batch": "3", f"place.{new}": "1", "place.drift": "2"}
    assert (await typed(olga, draft, "quizzes/all", **places)).status_code == 303

    told, _ = await quizzes(olga, draft)
    its = told["quizzes"]
    of_serving = [one["slug"] for one in its["questions"] if one["exam_section"] == "serving"]
    assert of_serving == ["batch", "partners", new, SERVING]
    assert its["quizzes"][0]["questions"] == [new, "drift", "batch"]
    file = await olga.get(f"/curricula/{draft}/quiz_file")
    assert file.headers["content-type"] == "application/toml"
    again = await typed(olga, draft, "quizzes", act="file", quizzes=file.text)
    assert again.status_code == 303
    assert (await quizzes(olga, draft))[0]["quizzes"] == its, "a file brings in what it was"

    guide = await published(olga, draft)
    assert (await hers(spring))["all"]["questions"] == 5, "nobody is moved by publishing"
    old = await olga.get(f"/cohorts/{spring.cohort.slug}/guide", params={"to": guide["id"]})
    assert "It has other quizzes" in old.text
    await move(spring, guide)
    now = await hers(spring)
    assert (now["all"]["title"], now["all"]["questions"]) == ("All", 3)
    assert (now["all"]["tries"], now["all"]["best"]) == (1, 1)
    assert (now["mock"]["questions"], now["mock"]["minutes"]) == (2, 5)
    twice = await spring.ada.post(
        f"/api/v1/enrolments/{spring.enrolment.id}/tries",
        json={"quiz_id": now["placement"]["id"]},
    )
    assert twice.json()["code"] == "placement_taken"
    assert (await spring.ada.get(f"/api/v1/tries/{before['id']}")).json() == before
    await first_answers_are_of_what_is_new(spring, db, new)


async def first_answers_are_of_what_is_new(spring: Spring, db: AsyncSession, new: str) -> None:
    """“batch” was answered in the version before, “drift” asks something else by now."""
    done = await take(spring, "all")
    found = await db.execute(
        select(QuizQuestion.slug)
        .join(QuizAnswer, QuizAnswer.question_id == QuizQuestion.id)
        .where(QuizAnswer.try_id == done["id"], QuizAnswer.is_first)
    )
    assert set(found.scalars()) == {new, "drift"}
    statistics = await spring.olga.get(f"/api/v1/cohorts/{spring.cohort.id}/quiz_statistics")
    assert {one["slug"]: one["answered"] for one in statistics.json()["items"]}[new] == 1


async def test_what_cannot_be_asked_is_refused_at_its_field(spring: Spring, olga: Someone) -> None:
    draft = await draft_of(olga, spring.cohort.guide_id)
    for fields, told in [
        ({"right": "A\nB"}, "its “right” is one right choice"),
        ({"wrong": ""}, "needs at least one right and one wrong choice"),
        ({"kind": "number", "right": "", "wrong": ""}, "needs a number and a tolerance"),
        ({"kind": "match", "pairs": "Registry: Versions"}, "is no pair"),
        ({"number": "much"}, "Right number: This must be a number such as 1.5."),
        ({"section": ""}, "Section of the guide: This is needed."),
        ({"text": "x" * 4_001}, "longer than 4,000 characters"),
    ]:
        refused = await typed(olga, draft, "add_question", **NEW | fields)
        assert refused.status_code == 422, fields
        assert told in refused.text, fields
    for fields, told in [
        ({"place.batch": "first"}, "A place is a whole number such as 3."),
        ({}, "Choose at least one."),
        ({"place.batch": "1", "passes_from": "0.5"}, "names no milestone"),
    ]:
        refused = await typed(olga, draft, "add_quiz?kind=practice", title="Short", **fields)
        assert refused.status_code == 422, fields
        assert told in refused.text, fields
    stale = await olga.post(
        f"/curricula/{draft}/quizzes", data={"version": "9", "act": "earlier batch"}
    )
    assert (stale.status_code, "was changed" in stale.text) == (422, True)
    bad = await typed(olga, draft, "quizzes", act="file", quizzes="[exam]\nname = 1")
    assert bad.status_code == 422
    assert "Or the quizzes as text: The file has no [section]." in bad.text

    few = {"title": "Where you stand", "place.batch": "1"}
    assert (await typed(olga, draft, "quizzes/placement", **few)).status_code == 303
    refused = await olga.post(f"/api/v1/curriculum_drafts/{draft}/publication")
    assert refused.json()["code"] == "draft_not_ready"
    assert "Quizzes: Placement quiz: it names 0 of “models”" in refused.json()["detail"]
    assert "To mend before it is published" in (await olga.get(f"/curricula/{draft}/quizzes")).text
    assert (await typed(olga, draft, "quizzes", act="same")).status_code == 303
    assert (await quizzes(olga, draft))[0]["problem"] == ""


async def test_a_corrected_weight_counts_everywhere_and_builds_mock_exams_anew(
    spring: Spring, olga: Someone, db: AsyncSession
) -> None:
    enrolment = await db.get_one(Enrolment, spring.enrolment.id)
    await answered_models(db, enrolment, right=1, now=MONDAY)
    studied = await db.get_one(Guide, spring.cohort.guide_id)
    await import_quizzes(db, studied, WITH_PLACEMENT, now=MONDAY)
    await db.commit()
    draft = await draft_of(olga, spring.cohort.guide_id)
    told, version = await quizzes(olga, draft)
    exam = {"exam.title": "Engineer", "exam.year": "2027", "exam.source": "https://example.org/e"}
    exam |= {"exam.title.models": "Models", "exam.title.serving": "Serving them"}
    weights = {"exam.weight.models": "20", "exam.weight.serving": "80"}
    kept = await olga.post(
        f"/curricula/{draft}", data={"version": version, "act": "keep"} | exam | weights
    )
    assert kept.status_code == 303
    told, version = await quizzes(olga, draft)
    assert [one["weight"] for one in told["quizzes"]["sections"]] == [20, 80]
    assert told["problem"] == ""
    guide = await published(olga, draft)

    async def mock_exam() -> list[str]:
        its = await db.get_one(Quiz, (await hers(spring))["mock"]["id"])
        asked = select(QuizQuestion.exam_section).where(QuizQuestion.id.in_(its.question_ids))
        return sorted(await db.scalars(asked))

    async def weak() -> list[tuple[str, int]]:
        found = await weak_sections(db, [spring.enrolment.id], now=MONDAY)
        return [(one.title, one.weight) for one in found[spring.enrolment.id]]

    assert await mock_exam() == ["models", "models", "serving"]
    assert await weak() == [("Models", 70)]
    await move(spring, guide)
    assert await mock_exam() == ["models", "serving", "serving"]
    assert await weak() == [("Models", 20)]
    readiness = await spring.ada.get(f"/api/v1/enrolments/{spring.enrolment.id}/readiness")
    assert [one["weight"] for one in readiness.json()["sections"]] == [20, 80]
    assert readiness.json()["answered"] == 5


async def test_a_course_that_came_in_as_text_gets_quizzes_on_pages_alone(olga: Someone) -> None:
    course = {"markdown": "# A course\n\n- [ ] Deploy a model\n"}
    draft = (await olga.post("/api/v1/curriculum_drafts", json=course)).json()["id"]
    assert "states none yet" in (await olga.get(f"/curricula/{draft}/quizzes")).text
    exam = {"act": "begin", "title": "Exam", "year": "2026", "source": "https://example.org/e"}
    empty = await typed(olga, draft, "quizzes", **exam, sections="")
    assert "Write one on each line" in empty.text
    odd = await typed(olga, draft, "quizzes", **exam, sections="All")
    assert "is no section with its percent" in odd.text
    few = await typed(olga, draft, "quizzes", **exam, sections="First | 40%\nSecond | 50")
    assert "90 together, not 100" in few.text
    begun = await typed(olga, draft, "quizzes", **exam, sections="First | 40%\nSecond | 60")
    assert begun.status_code == 303
    told, _ = await quizzes(olga, draft)
    assert told["problem"] == "There is no question yet."
    question = NEW | {"exam_section": "first", "section": "a-course"}
    assert (await typed(olga, draft, "add_question", **question)).status_code == 303
    (slug,) = [one["slug"] for one in (await quizzes(olga, draft))[0]["quizzes"]["questions"]]
    first = {"title": "First steps", f"place.{slug}": "1"}
    assert (await typed(olga, draft, "add_quiz?kind=practice", **first)).status_code == 303
    _, version = await quizzes(olga, draft)
    done = await olga.post(
        f"/curricula/{draft}", data={"version": version, "slug": "a-course", "act": "publish"}
    )
    assert done.headers["location"] == "/guides/a-course/versions"
    guides = {one["slug"]: one for one in (await olga.get("/api/v1/guides")).json()["items"]}
    again = await draft_of(olga, guides["a-course"]["id"])
    its, _ = await quizzes(olga, again)
    assert [one["title"] for one in its["quizzes"]["quizzes"]] == ["First steps"]
    assert "100% together" in (await olga.get(f"/curricula/{again}")).text


async def test_over_the_api_they_are_put_in_place_whole_or_refused(
    spring: Spring, olga: Someone, db: AsyncSession
) -> None:
    draft = await draft_of(olga, spring.cohort.guide_id)
    told, version = await quizzes(olga, draft)
    address = f"/api/v1/curriculum_drafts/{draft}/quizzes"
    its = {name: value for name, value in told["quizzes"].items() if value is not None}
    twice = its | {"questions": its["questions"] + its["questions"][:1]}
    seen = {"if-match": f'"{version}"'}
    refused = await olga.patch(address, json={"quizzes": twice}, headers=seen)
    assert refused.status_code == 422
    assert (await olga.patch(address, json={"quizzes": None})).status_code == 428
    assert (await spring.ada.get(address)).status_code == 404, "what is right is not hers to read"
    odd = its | {"sections": [one | {"slug": f"{one['slug']}-2"} for one in its["sections"]]}
    kept = await olga.patch(address, json={"quizzes": odd}, headers=seen)
    assert "do not have the same sections of the exam" in kept.json()["problem"]
    assert not (await db.scalars(select(QuizTry))).all()
