"""Ada says what she brings along; it weighs her plan, and a quiz outweighs it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.importing import import_assessment
from cohort.assessments.models import StatementAnswer
from cohort.errors import Invalid
from cohort.guides.models import Guide, Milestone
from cohort.quizzes.importing import import_quizzes
from cohort.study.models import ItemState, PlanItem
from tests.conftest import MONDAY
from tests.house.assessments import STATEMENTS, bring_statements
from tests.house.quizzes import FILE
from tests.rooms.quiz_world import right_answer
from tests.rooms.study_cast import Cast, make_due, the_cast


@pytest.fixture
async def cast(db: AsyncSession, enter: Any) -> Cast:
    cast = await the_cast(db, enter, now=MONDAY)
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    await bring_statements(db, guide, MONDAY)
    file = FILE.replace('slug = "all"', 'slug = "all"\nmilestone = "mock-exam"\npasses_from = 0.8')
    await import_quizzes(db, guide, file, now=MONDAY)
    await db.execute(
        update(Milestone).where(Milestone.slug == "end-to-end").values(exam_sections=["models"])
    )
    await db.commit()
    return cast


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_she_answers_changes_her_mind_and_reads_what_follows(
    cast: Cast, db: AsyncSession
) -> None:
    page, api = (
        f"{root}/{cast.enrolment.id}/assessment" for root in ("/plan", "/api/v1/enrolments")
    )
    empty = (await cast.ada.get(api)).json()
    assert (empty["answered"], empty["milestones"]) == (0, [])
    for _ in range(2):  # a second click changes nothing
        kept = await cast.ada.post(page, data={"level_ships": "routine", "level_watches": "new"})
        assert (kept.status_code, kept.headers["location"]) == (303, f"{page}#result")
    assert await db.scalar(select(func.count()).select_from(StatementAnswer)) == 2
    told = {one["slug"]: one for one in (await cast.ada.get(api)).json()["milestones"]}
    assert {slug: (one["focus"], one["may_skip"]) for slug, one in told.items()} == {
        "end-to-end": ("low", True),
        "drift-monitor": ("high", False),
    }
    shown = (await cast.ada.get(page)).text
    assert f'{cast.first}#hand-in">End To End</a>' in shown
    assert "Take more time for these 1 milestone" in words(shown)
    assert re.search(r'(?s)name="level_ships">.*?value="routine" selected', shown)

    await make_due(db, cast.first, now=MONDAY)
    week = (await cast.ada.get(f"/plan/{cast.enrolment.id}/week")).text
    assert "You said that you do it often. Hand in what you already have ;" in words(week)
    assert "Trains Pipelines, Serving, towards your goal: Ml engineer." in words(week)
    plan = f"/plan/{cast.enrolment.id}"
    assert "Hand in what you have</a>" in (await cast.ada.get(plan)).text
    assert "Hand in what you have" not in (await cast.olga.get(plan)).text, "it is for her alone"
    item = await db.get_one(PlanItem, cast.first, populate_existing=True)
    assert item.state is ItemState.OPEN, "her word alone passes nothing"

    back = await cast.ada.put(api, json={"answers": {"watches": None, "ships": "seen"}})
    assert [one["level"] for one in back.json()["statements"]] == ["seen", None]
    assert {one["weight"] for one in back.json()["milestones"]} == {1.0}
    unknown = await cast.ada.put(api, json={"answers": {"flies": "done"}})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "answers")
    wrong = await cast.ada.post(page, data={"level_ships": "expert"})
    assert wrong.status_code == 422


async def take_quiz(cast: Cast, db: AsyncSession, *, right: bool) -> Any:
    """All questions of it, each answered rightly or left empty."""
    here = f"/api/v1/enrolments/{cast.enrolment.id}"
    [quiz] = [one for one in (await cast.ada.get(f"{here}/quizzes")).json() if one["slug"] == "all"]
    begun = (await cast.ada.post(f"{here}/tries", json={"quiz_id": quiz["id"]})).json()
    for question in begun["questions"] if right else []:
        address = f"/api/v1/tries/{begun['id']}/answers/{question['id']}"
        await cast.ada.put(address, json=right_answer(question))
    return (await cast.ada.post(f"/api/v1/tries/{begun['id']}/hand_in")).json()


async def test_a_quiz_outweighs_her_word_and_passes_the_milestone_that_it_checks(
    cast: Cast, db: AsyncSession
) -> None:
    api = f"/api/v1/enrolments/{cast.enrolment.id}/assessment"
    await cast.ada.put(api, json={"answers": {"ships": "routine"}})
    await db.execute(update(Milestone).values(exam_sections=["models", "serving"]))
    mock = await db.get_one(PlanItem, cast.items["mock-exam"])
    mock.due_at = MONDAY + timedelta(days=2)
    await db.commit()
    week = (await cast.ada.get(f"/api/v1/enrolments/{cast.enrolment.id}/week")).json()
    assert [one["title"] for one in week["items"][0]["quizzes"]] == ["All of it"]

    assert (await take_quiz(cast, db, right=False))["score"] == 0
    told = {one["slug"]: one for one in (await cast.ada.get(api)).json()["milestones"]}
    failed = told["end-to-end"]
    assert (failed["source"], failed["focus"], failed["may_skip"]) == ("quiz", "high", False)
    assert failed["words"] == "Your quizzes: 0 of 5 right"
    assert (
        "count instead of it" in (await cast.ada.get(f"/plan/{cast.enrolment.id}/assessment")).text
    )
    await db.refresh(mock)
    assert mock.state is ItemState.OPEN
    assert (await take_quiz(cast, db, right=True))["score"] == 1
    await db.refresh(mock)
    assert (mock.state, mock.passed_at is not None) == (ItemState.PASSED, True)


async def test_a_file_that_does_not_fit_the_guide_is_refused_and_answers_outlive_a_new_one(
    cast: Cast, db: AsyncSession
) -> None:
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    api = f"/api/v1/enrolments/{cast.enrolment.id}/assessment"
    await cast.ada.put(api, json={"answers": {"ships": "done"}})
    for was, now, said in [
        ('["drift-monitor"]\nskippable = ["drift-monitor"]', '["moon"]', "no milestone “moon”"),
        ('"ml-engineer"', '"dancer"', "“dancer” is not a role"),
        ('slug = "watches"', 'slug = "ships"', "have the slug “ships”"),
        ('skippable = ["drift-monitor"]', 'skippable = ["end-to-end"]', "not one of its"),
    ]:
        with pytest.raises(Invalid, match=said):
            await import_assessment(db, guide, STATEMENTS.replace(was, now), now=MONDAY)
    shorter = STATEMENTS[: STATEMENTS.index('[[statement]]\nslug = "watches"')]
    done = await import_assessment(db, guide, shorter.replace("brought", "put"), now=MONDAY)
    await db.commit()
    assert str(done) == "Statements: 1, 1 retired. Roles: 0."
    [only] = (await cast.ada.get(api)).json()["statements"]
    assert (only["text"], only["level"]) == ("I have put a model into service.", "done")
