"""Ada opens one page and knows what to do this week; her whole plan folds."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.guides.models import Guide, Milestone
from cohort.meetings.models import Meeting, MeetingState
from cohort.quizzes.importing import import_quizzes
from cohort.study.models import PlanItem
from tests.conftest import MONDAY
from tests.house.quizzes import FILE
from tests.rooms.study_cast import Cast, make_due, the_cast

EXAM = {"sections": [{"slug": "serving", "title": "Serving models", "weight": 20}]}


@pytest.fixture
async def cast(db: AsyncSession, enter: Any) -> Cast:
    cast = await the_cast(db, enter, now=MONDAY)
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    guide.exam = EXAM
    await import_quizzes(db, guide, FILE, now=MONDAY)
    await db.execute(update(Milestone).values(exam_sections=["serving"]))
    await db.commit()
    return cast


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def opened(html: str) -> list[str]:
    """The anchors of what is unfolded."""
    return re.findall(r'<details class="choice-group" id="([^"]+)" open>', html)


async def test_she_lands_on_her_week_and_reads_what_to_do_and_why(
    cast: Cast, db: AsyncSession
) -> None:
    week, api = f"/plan/{cast.enrolment.id}/week", f"/api/v1/enrolments/{cast.enrolment.id}/week"
    assert (await cast.ada.get("/week")).headers["location"] == week
    assert (await cast.sam.get("/week")).headers["location"] == "/"
    told = (await cast.ada.get(api)).json()
    assert (told["week"], told["weeks"], told["late"], told["way_back"]) == (1, 16, [], None)
    assert [one["slug"] for one in told["ahead"]] == ["end-to-end", "drift-monitor", "mock-exam"]
    assert "Nothing is due this week. This comes next." in words((await cast.ada.get(week)).text)

    await make_due(db, cast.first, now=MONDAY)
    due = await db.get_one(PlanItem, cast.items["drift-monitor"])
    due.due_at = MONDAY + timedelta(days=3)
    await db.commit()
    told = (await cast.ada.get(api)).json()
    assert [one["slug"] for one in told["late"]] == ["end-to-end"]
    assert [(one["slug"], one["waits_for"]) for one in told["items"]] == [
        ("drift-monitor", ["End To End"])
    ]
    assert told["items"][0]["why"] == {
        "section": "Bridging",
        "skills": ["Monitoring"],
        "goal": None,
        "exam_sections": EXAM["sections"],
    }
    assert (told["hours"], told["ahead"]) == (10, [])
    assert told["way_back"]["begin_with"] == [str(cast.first)]
    assert (told["quiz"]["title"], told["mentor"]) == ("All of it", "Max Example")
    page = (await cast.ada.get(week)).text
    for said in ("Exam: Serving models (20%).", "The shortest way back", "None is planned."):
        assert said in words(page)
    assert 'href="/calendar"' in page
    began = await cast.ada.post(
        f"/plan/{cast.enrolment.id}/quizzes", data={"quiz_id": told["quiz"]["id"]}
    )
    assert began.status_code == 303
    assert (await cast.ada.get(api)).json()["quiz"]["open_try_id"]

    await cast.hand_in()
    told = (await cast.ada.get(api)).json()
    assert (told["late"], told["in_review"]) == ([], 1)
    assert "for a review; you need do nothing" in words((await cast.ada.get(week)).text)


async def test_her_next_meeting_stands_there_and_more_of_anything_asks_no_more_statements(
    cast: Cast, db: AsyncSession, count_statements: Any
) -> None:
    week = f"/plan/{cast.enrolment.id}/week"

    async def statements() -> int:
        async with count_statements() as sent:
            assert (await cast.ada.get(week)).status_code == 200
        return len(sent)

    few = await statements()
    mentorship = (await cast.ada.get(week.replace("/plan", "/api/v1/enrolments"))).json()
    for days, state in ((9, MeetingState.AGREED), (2, MeetingState.PROPOSED)):
        db.add(
            Meeting(
                mentorship_id=mentorship["mentorship_id"],
                state=state,
                starts_at=MONDAY + timedelta(days=days),
                minutes=30,
                topic="",
                place="",
                proposed_by=cast.max.person.id,
                created_at=MONDAY,
                changed_at=MONDAY,
            )
        )
    for item_id in cast.items.values():
        await make_due(db, item_id, now=MONDAY)
    await db.commit()
    assert await statements() == few
    assert "With Max Example , Wed 4 Mar 2026, 10:00" in words((await cast.ada.get(week)).text)


async def test_the_plan_folds_and_opens_where_she_is(cast: Cast, db: AsyncSession) -> None:
    here = f"/plan/{cast.enrolment.id}"
    assert opened((await cast.ada.get(here)).text) == []
    await make_due(db, cast.first, now=MONDAY)
    (await db.get_one(PlanItem, cast.items["mock-exam"])).due_at = MONDAY + timedelta(days=6)
    await db.commit()
    page = (await cast.ada.get(here)).text
    assert opened(page) == ["late", "this-week"]
    assert "This week, week 1 to Sun 8 Mar 2026, 0 of 1 passed, 10 h left" in words(page)
    assert page.count('<li class="row" id="item-') == 3
    by_section = (await cast.olga.get(here, params={"by": "section"})).text
    assert opened(by_section) == ["bridging"]
    refused = await cast.ada.get(here, params={"by": "moon"})
    assert (refused.status_code, "“week” or by “section”" in refused.text) == (422, True)


async def test_who_comes_back_to_late_work_is_offered_dates_that_catch_up(
    cast: Cast, db: AsyncSession
) -> None:
    api, here = f"/api/v1/enrolments/{cast.enrolment.id}", f"/plan/{cast.enrolment.id}"
    offer = f'href="{here}/dates">See a catch-up plan'

    async def since() -> str | None:
        return (await cast.ada.get(f"{api}/week")).json()["back_since"]

    await cast.ada.post(f"{api}/pause", json={"until": "2026-04-01"})
    assert await since() is None, "She is still away."
    assert offer not in (await cast.ada.get(here)).text
    for _ in "twice":
        assert (await cast.ada.delete(f"{api}/pause")).status_code == 200
    assert await since() == "2026-03-02"
    assert offer not in (await cast.ada.get(f"{here}/week")).text, "Nothing is late."
    await make_due(db, cast.first, now=MONDAY)
    for page in (here, f"{here}/week"):
        assert "Welcome back. 1 milestone waited for you" in words((await cast.ada.get(page)).text)
        assert offer in (await cast.ada.get(page)).text

    seen = (await cast.olga.get(here)).text
    assert "Ada Example is back since Mon 2 Mar 2026. 1 milestone waited" in words(seen)
    assert offer in seen
    assert f'href="{here}/time"' in seen
    assert "Hours and absences of Ada Example" in words((await cast.olga.get(f"{here}/time")).text)
    mentors = (await cast.max.get(here)).text
    assert f"{here}/dates" not in mentors
    assert f"{here}/time" not in mentors

    away = {"first_day": "2026-02-20", "last_day": "2026-03-01", "reason": "Field work"}
    await db.execute(update(Enrolment).values(paused_until=None))
    await db.commit()
    await cast.ada.post(f"{api}/absences", json=away)
    assert await since() == "2026-03-02"
    await cast.ada.post(f"{api}/absences", json=away | {"last_day": "2026-03-09"})
    assert await since() is None, "She is away again."
