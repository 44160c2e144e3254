"""Ada says what she brings along; it weighs her plan, and a quiz outweighs it."""

import asyncio
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
from cohort.quizzes.models import QuizTry
from cohort.study.models import ItemState, PlanItem
from tests.conftest import MONDAY
from tests.house.assessments import STATEMENTS, bring_statements
from tests.house.quizzes import FILE
from tests.rooms.quiz_world import WITH_PLACEMENT, right_answer
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
    its = words((await cast.ada.get(f"{plan}/{cast.first}")).text)
    assert "May be skipped with evidence You said that you do it often." in its
    other = words((await cast.ada.get(f"{plan}/{cast.items['drift-monitor']}")).text)
    assert "Take more time You said that this is new to you. How this is judged" in other
    for reader in (cast.olga, cast.max):
        assert "You said" not in (await reader.get(f"{plan}/{cast.first}")).text
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
    item = f"/plan/{cast.enrolment.id}/{cast.items['end-to-end']}"
    stale = await cast.ada.post(f"{item}/draft", data={"text": "Half", "version": "9"})
    assert stale.status_code == 412
    assert "Your quizzes: 0 of 5 right" in stale.text, "a refused draft says what she sees else"
    assert (
        "count instead of it" in (await cast.ada.get(f"/plan/{cast.enrolment.id}/assessment")).text
    )
    await db.refresh(mock)
    assert mock.state is ItemState.OPEN
    assert (await take_quiz(cast, db, right=True))["score"] == 1
    await db.refresh(mock)
    assert (mock.state, mock.passed_at is not None) == (ItemState.PASSED, True)
    assert (await take_quiz(cast, db, right=True))["score"] == 1
    address = f"/api/v1/cohorts/{cast.cohort.id}/events"
    for reader in (cast.ada, cast.olga):
        told = (await reader.get(address)).json()["items"]
        passed = [one for one in told if one["type"] == "milestone.passed_by_quiz"]
        assert [one["ids"]["plan_item_id"] for one in passed] == [str(mock.id)], "once, and to both"


async def take_placement(cast: Cast, *, right: str = "") -> dict[str, Any]:
    """Her answers to the questions of one section are right, the others stay empty."""
    here = f"/api/v1/enrolments/{cast.enrolment.id}"
    offered = (await cast.ada.get(f"{here}/assessment")).json()["placement"]
    begun = await cast.ada.post(f"{here}/tries", json={"quiz_id": offered["quiz_id"]})
    for question in begun.json()["questions"]:
        if question["exam_section"] == right:
            address = f"/api/v1/tries/{begun.json()['id']}/answers/{question['id']}"
            await cast.ada.put(address, json=right_answer(question))
    done = await cast.ada.post(f"/tries/{begun.json()['id']}/hand_in")
    assert done.headers["location"] == f"/plan/{cast.enrolment.id}/assessment"
    return dict(offered)


async def test_a_placement_quiz_is_taken_once_and_counts_instead_of_her_word(
    cast: Cast, db: AsyncSession
) -> None:
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    await import_quizzes(db, guide, WITH_PLACEMENT, now=MONDAY)
    await db.execute(
        update(Milestone).where(Milestone.slug == "drift-monitor").values(exam_sections=["serving"])
    )
    await db.commit()
    page, api = (
        f"{root}/{cast.enrolment.id}/assessment" for root in ("/plan", "/api/v1/enrolments")
    )
    await cast.ada.put(api, json={"answers": {"ships": "routine", "watches": "new"}})

    async def told() -> dict[str, tuple[str, str, bool]]:
        found = (await cast.ada.get(api)).json()["milestones"]
        return {one["slug"]: (one["source"], one["focus"], one["may_skip"]) for one in found}

    said = {"end-to-end": ("said", "low", True), "drift-monitor": ("said", "high", False)}
    assert await told() == said, "whoever has not taken it keeps her word"
    shown = words((await cast.ada.get(page)).text)
    assert shown.index("6 questions of all sections, once") < shown.index("I have brought a model")
    offered = await take_placement(cast, right="serving")
    assert (await told()) == {
        "end-to-end": ("quiz", "high", False),
        "drift-monitor": ("quiz", "low", True),
    }
    sections = (await cast.ada.get(api)).json()["placement"]["sections"]
    assert [(one["slug"], one["right"], one["asked"], one["focus"]) for one in sections] == [
        ("models", 0, 3, "high"),
        ("serving", 3, 3, "low"),
    ]
    assert "What follows" in words((await cast.ada.get(f"/plan/{cast.enrolment.id}/quizzes")).text)
    shown = words((await cast.ada.get(page)).text)
    assert "Serving 3 of 3 right 3 of 3 right You know much of this" in shown
    assert "once, without a pass mark" not in shown
    again = {"quiz_id": offered["quiz_id"]}
    second = await cast.ada.post(api.replace("assessment", "tries"), json=again)
    assert (second.status_code, second.json()["code"]) == (409, "placement_taken")
    on_page = await cast.ada.post(f"/plan/{cast.enrolment.id}/quizzes", data=again)
    assert "it tells where you stand only once" in on_page.text


async def test_of_a_placement_quiz_there_is_one_try_however_many_clicks(
    cast: Cast, db: AsyncSession
) -> None:
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    await import_quizzes(db, guide, WITH_PLACEMENT, now=MONDAY)
    await db.commit()
    here = f"/api/v1/enrolments/{cast.enrolment.id}"
    offered = (await cast.ada.get(f"{here}/assessment")).json()["placement"]
    again = {"quiz_id": offered["quiz_id"]}
    begun = (await cast.ada.post(f"{here}/tries", json=again)).json()
    hand_in = f"/api/v1/tries/{begun['id']}/hand_in"
    clicks = [cast.ada.post(f"{here}/tries", json=again) for _ in range(4)]
    answers = await asyncio.gather(cast.ada.post(hand_in), *clicks)
    assert {one.status_code for one in answers} <= {200, 201, 409}
    assert await db.scalar(select(func.count()).select_from(QuizTry)) == 1


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
