"""Olga sees who will not be done in time, and reminds people of their plans."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Enrolment
from cohort.forecasts.outlook import WEEK
from cohort.guides.models import Guide
from cohort.mail import MailboxMessage
from cohort.people.models import Act, Person
from cohort.quizzes.models import Quiz, QuizKind, QuizTry
from cohort.sessions.models import AttendedBy, LiveSession, PlaceState, SessionPlace
from cohort.study.models import ItemState, PlanItem, Submission
from tests.conftest import MONDAY, Cast, Platform, Someone
from tests.rooms.quiz_world import answered_models
from tests.rooms.study_cast import AGAIN, the_cast
from tests.rooms.study_cast import Cast as StudyCast
from tests.world import a_cohort, enrolled


@pytest.fixture
async def cast(db: AsyncSession, enter: Cast) -> StudyCast:
    return await the_cast(db, enter, now=MONDAY)


async def began(db: AsyncSession, cohort: Cohort, weeks_ago: float) -> None:
    """As if the cohort had begun then, with everyone in it; half of its time is over."""
    first = (MONDAY - weeks_ago * WEEK).date()
    days = {"starts_on": first, "ends_on": first + 2 * weeks_ago * WEEK}
    await db.execute(update(Cohort).where(Cohort.id == cohort.id).values(days))
    joined = {"created_at": MONDAY - weeks_ago * WEEK}
    await db.execute(update(Enrolment).where(Enrolment.cohort_id == cohort.id).values(joined))
    due = {"due_at": MONDAY - timedelta(days=1)}
    of_these = select(Enrolment.id).where(Enrolment.cohort_id == cohort.id)
    await db.execute(update(PlanItem).where(PlanItem.enrolment_id.in_(of_these)).values(due))
    await db.commit()


async def the_forecasts(cast: StudyCast, query: str = "") -> list[Mapping[str, Any]]:
    answer = await cast.olga.get(f"/api/v1/cohorts/{cast.cohort.id}/forecasts{query}")
    assert answer.status_code == 200, answer.text
    items: list[Mapping[str, Any]] = answer.json()["items"]
    return items


async def nudge(cast: StudyCast, *enrolments: Any, dry_run: bool = False) -> list[Any]:
    sent = {"enrolment_ids": [str(one) for one in enrolments], "dry_run": dry_run}
    address = f"/api/v1/cohorts/{cast.cohort.id}/study_nudges"
    answer = await cast.olga.post(address, json=sent)
    assert answer.status_code == 200, answer.text
    outcomes: list[Any] = answer.json()["outcomes"]
    return outcomes


async def reminders(db: AsyncSession) -> int:
    found = await db.scalar(
        select(func.count())
        .select_from(MailboxMessage)
        .where(MailboxMessage.subject.contains("your next step"))
    )
    return found or 0


async def test_silence_and_a_slow_pace_are_told_until_work_is_handed_in(
    cast: StudyCast, db: AsyncSession
) -> None:
    [before] = await the_forecasts(cast)
    assert (before["outlook"], before["signs"], before["overdue"]) == ("begins", [], 0)

    await began(db, cast.cohort, 8)
    [quiet] = await the_forecasts(cast)
    assert quiet["outlook"] == "unlikely"
    assert quiet["signs"][:1] == ["silent"]
    assert (quiet["overdue"], quiet["handed_in_at"]) == (3, None)
    assert quiet["chance"] < 0.5

    for item_id in cast.items.values():
        handed_in = await cast.hand_in(item_id=item_id)
        assert handed_in.status_code == 201, handed_in.text
    [busy] = await the_forecasts(cast)
    assert busy["chance"] > quiet["chance"]
    assert "silent" not in busy["signs"]


async def test_what_was_sent_back_is_not_done_and_after_a_week_a_sign(
    cast: StudyCast, db: AsyncSession
) -> None:
    handed_in = await cast.hand_in()
    await began(db, cast.cohort, 8)
    [waiting] = await the_forecasts(cast)
    review = f"/api/v1/submissions/{handed_in.json()['id']}/review"
    assert (await cast.max.post(review, json=AGAIN)).status_code == 201
    [sent_back] = await the_forecasts(cast)
    assert sent_back["chance"] < waiting["chance"]
    assert "sent_back" not in sent_back["signs"]


async def test_everyone_is_found_by_name_outlook_and_order_page_by_page(
    cast: StudyCast, db: AsyncSession, enter: Cast
) -> None:
    bea = await enter("Bea")
    enrolment = await enrolled(db, cast.cohort, bea.person, now=MONDAY)
    done = {"state": ItemState.PASSED, "passed_at": MONDAY}
    milestones = await db.scalars(select(PlanItem.milestone_id))
    db.add_all(
        PlanItem(
            enrolment_id=enrolment.id,
            milestone_id=its_id,
            position=place,
            due_at=MONDAY + place * WEEK,
            **done,
        )
        for place, its_id in enumerate(milestones.all())
    )
    await db.commit()
    await began(db, cast.cohort, 8)

    named = [one["name"] for one in await the_forecasts(cast, "?sort=name")]
    assert named == ["Ada Example", "Bea Example"]
    assert [one["name"] for one in await the_forecasts(cast, "?outlook=done")] == ["Bea Example"]
    assert [one["name"] for one in await the_forecasts(cast, "?q=ada")] == ["Ada Example"]
    address = f"/api/v1/cohorts/{cast.cohort.id}/forecasts"
    first = (await cast.olga.get(f"{address}?limit=1")).json()
    second = (await cast.olga.get(f"{address}?limit=1&cursor={first['next']}")).json()
    assert first["items"][0]["name"] == "Ada Example", "who needs help comes first"
    assert second["items"][0]["name"] == "Bea Example"
    assert (await cast.olga.get(f"{address}?outlook=gloomy")).status_code == 422


async def test_a_nudge_is_tried_out_sent_once_a_week_and_names_no_forecast(
    cast: StudyCast, db: AsyncSession, platform: Platform
) -> None:
    await began(db, cast.cohort, 8)
    [tried] = await nudge(cast, cast.enrolment.id, dry_run=True)
    assert tried["outcome"] == "nudged"
    await platform.run_jobs()
    assert await reminders(db) == 0

    # Two organisers at once, or one who clicks twice.
    both = await asyncio.gather(*(nudge(cast, cast.enrolment.id) for _ in range(4)))
    outcomes = sorted(one["outcome"] for [one] in both)
    assert outcomes == ["nudged", *["nudged_lately"] * 3]
    await platform.run_jobs()
    assert await reminders(db) == 1
    mail = await db.scalar(select(MailboxMessage).order_by(MailboxMessage.sent_at.desc()))
    assert mail is not None
    assert (mail.to, "3 milestones overdue" in mail.text) == ("ada@example.org", True)
    assert "%" not in mail.text
    acts = select(func.count()).select_from(Act).where(Act.verb == "enrolment.nudge")
    assert await db.scalar(acts) == 1

    platform.clock.turn(days=7)
    [later] = await nudge(cast, cast.enrolment.id, dry_run=True)
    assert later["outcome"] == "nudged"


async def test_whoever_has_nothing_open_gets_no_mail_and_a_stranger_is_named(
    cast: StudyCast, db: AsyncSession, platform: Platform
) -> None:
    await db.execute(update(PlanItem).values(state=ItemState.PASSED, passed_at=MONDAY))
    await db.commit()
    [one] = await nudge(cast, cast.enrolment.id)
    assert one["outcome"] == "nothing_open"
    await platform.run_jobs()
    assert await reminders(db) == 0

    sent = {"enrolment_ids": [str(cast.enrolment.id), str(cast.first)]}
    address = f"/api/v1/cohorts/{cast.cohort.id}/study_nudges"
    refused = await cast.olga.post(address, json=sent)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["enrolment_ids/1"]


async def test_the_page_shows_whom_a_nudge_tells_before_anything_is_sent(
    cast: StudyCast, db: AsyncSession, platform: Platform
) -> None:
    await began(db, cast.cohort, 8)
    here = f"/cohorts/{cast.cohort.slug}/forecasts"
    shown = await cast.olga.get(here)
    assert "Ask how she is" in shown.text
    assert "silent for two weeks" in shown.text
    nobody = await cast.olga.post(here, data={})
    assert (nobody.status_code, "error" in nobody.text) == (422, True)
    chosen = {"enrolment_ids": str(cast.enrolment.id)}
    tried = await cast.olga.post(here, data=chosen)
    assert (tried.status_code, "Nothing is sent yet" in tried.text) == (200, True)
    sent = await cast.olga.post(here, data={**chosen, "send": "true"})
    assert (sent.status_code, sent.headers["location"]) == (303, here)
    await platform.run_jobs()
    assert await reminders(db) == 1


async def test_a_cohort_that_has_ended_is_forecast_no_more_but_judged(
    cast: StudyCast, db: AsyncSession, enter: Cast
) -> None:
    address = f"/api/v1/cohorts/{cast.cohort.id}/forecasts"
    record = (await cast.olga.get(f"{address}/track_record")).json()
    assert (record["forecasts"], record["brier"], record["bins"]) == (0, None, [])
    assert (
        "Nothing to judge by yet"
        in (await cast.olga.get(f"/cohorts/{cast.cohort.slug}/forecasts/record")).text
    )

    # Bea hands everything in after half of the time; Ada never does.
    bea = await enter("Bea")
    enrolment = await enrolled(db, cast.cohort, bea.person, now=MONDAY)
    for place, its_id in enumerate((await db.scalars(select(PlanItem.milestone_id))).all()):
        at = MONDAY - 7.5 * WEEK
        item = PlanItem(
            enrolment_id=enrolment.id,
            milestone_id=its_id,
            position=place,
            due_at=MONDAY,
            state=ItemState.SUBMITTED,
            handed_in_at=at,
            versions=1,
        )
        db.add(item)
        await db.flush()
        db.add(Submission(plan_item_id=item.id, version=1, text="", links=[], submitted_at=at))
    await db.commit()
    await began(db, cast.cohort, 16)
    over = {"state": CohortState.COMPLETED, "ends_on": (MONDAY - timedelta(days=1)).date()}
    await db.execute(update(Cohort).values(over))
    await db.commit()

    assert await the_forecasts(cast) == []
    record = (await cast.olga.get(f"{address}/track_record")).json()
    assert record["cohorts"] == 1
    # Three of Ada; of Bea those of a quarter and of half, as by then she was done.
    assert record["forecasts"] == 5
    assert 0 < record["brier"] < record["brier_of_rule"] < 1
    page = await cast.olga.get(f"/cohorts/{cast.cohort.slug}/forecasts/record")
    assert "Brier score" in page.text


async def test_she_reads_when_she_will_be_done_and_no_chance_and_her_mentor_does_not(
    cast: StudyCast, db: AsyncSession
) -> None:
    """In the first two weeks nothing; then a range, what it rests on, and the next step."""
    page, api = (f"{at}/{cast.enrolment.id}/forecast" for at in ("/plan", "/api/v1/enrolments"))
    early = (await cast.ada.get(api)).json()
    assert (early["early"], early["next_title"]) == (None, "End To End")
    assert "The first two weeks say little" in (await cast.ada.get(page)).text
    await began(db, cast.cohort, 8)
    assert (await cast.hand_in(item_id=cast.items["end-to-end"])).status_code == 201
    told = (await cast.ada.get(api)).json()
    assert told["early"] < told["middle"] < told["late"]
    assert (told["overdue"], told["next_title"]) == (2, "Drift Monitor")
    assert "chance" not in told
    shown = (await cast.ada.get(page)).text
    for words in ("in four cases of five", "2 milestones are past the date", "What would help you"):
        assert words in shown
    assert "%" not in shown.partition("<main")[2]
    assert f'href="{page}"' in (await cast.ada.get(f"/plan/{cast.enrolment.id}")).text
    assert (await cast.olga.get(api)).json() == told
    for stranger in (cast.max, cast.sam):
        assert (await stranger.get(page)).status_code == 404


async def test_missed_sessions_and_a_failed_mock_exam_are_signs(
    cast: StudyCast, db: AsyncSession, enter: Cast
) -> None:
    await began(db, cast.cohort, 8)
    bea = await enter("Bea")
    await enrolled(db, cast.cohort, bea.person, now=MONDAY)
    for days, is_noted in ((3, True), (10, True), (17, False)):
        await a_session_of_before(
            db,
            cast.cohort,
            cast.olga.person,
            MONDAY - timedelta(days=days),
            missed=cast.ada.person,
            attended=bea.person if is_noted else None,
        )
    await answered_models(db, cast.enrolment, right=3, now=MONDAY - timedelta(days=1))
    await db.execute(update(Quiz).values(kind=QuizKind.MOCK_EXAM))
    await db.commit()
    [ada] = await the_forecasts(cast)
    assert [one for one in ada["signs"] if one in {"mock_exam", "missed_sessions"}] == [
        "mock_exam",
        "missed_sessions",
    ]
    own = (await cast.ada.get(f"/api/v1/enrolments/{cast.enrolment.id}/forecast")).json()
    assert own["sessions_missed"] == 2, "of the third nobody noted who was there"
    assert own["mock_exam_failed_at"] is not None
    await db.execute(update(QuizTry).values(right=5))
    await db.commit()
    [ada] = await the_forecasts(cast)
    assert "mock_exam" not in ada["signs"]


async def a_session_of_before(
    db: AsyncSession,
    cohort: Cohort,
    organiser: Person,
    at: datetime,
    *,
    missed: Person,
    attended: Person | None,
) -> None:
    """Both had signed up; where somebody came, it was noted who did."""
    facts = {"title": "Clinic", "about": "", "host": "", "minutes": 60, "capacity": 0, "link": ""}
    session = LiveSession(
        id=uuid4(),
        cohort_id=cohort.id,
        slot_at=at,
        starts_at=at,
        code="K7PMXQ",
        planned_by=organiser.id,
        created_at=at,
        changed_at=at,
        **facts,
    )
    db.add(session)
    await db.flush()
    came = {"attended_at": at, "attended_by": AttendedBy.CODE}
    for person, noted in ((missed, {}), *([(attended, came)] if attended else [])):
        place = {"session_id": session.id, "person_id": person.id, "asked_at": at}
        db.add(SessionPlace(**place, state=PlaceState.COMING, **noted))
    await db.commit()


async def test_an_elsewhere_organiser_sees_nothing_of_it(
    cast: StudyCast, db: AsyncSession, enter: Cast
) -> None:
    otto: Someone = await enter("Otto")
    studied = await db.get_one(Guide, cast.cohort.guide_id)
    autumn = await a_cohort(db, studied, otto.person, now=MONDAY, slug="autumn", name="Autumn")
    await db.execute(
        update(Cohort)
        .where(Cohort.id == cast.cohort.id)
        .values(state=CohortState.COMPLETED, ends_on=date(2026, 3, 3))
    )
    await db.commit()
    record = await otto.get(f"/api/v1/cohorts/{autumn.id}/forecasts/track_record")
    assert (record.status_code, record.json()["cohorts"]) == (200, 0)
    address = f"/api/v1/cohorts/{cast.cohort.id}/forecasts"
    assert (await otto.get(address)).status_code == 403
