"""The weekly clock: one round per cohort and week, whoever looks and however late."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Enrolment, Organiser
from cohort.db import unit_of_work
from cohort.jobs import outbox
from cohort.mail import MailboxMessage
from cohort.matching.jobs import open_due_rounds
from cohort.matching.models import Round, RoundState, Run, RunState
from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships.models import Proposal
from tests.conftest import MONDAY, Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    keep_runs,
    open_and_solve,
    read_round,
    set_the_stage,
    words,
)

BEFORE = datetime(2026, 3, 9, 4, 59, tzinfo=UTC)
"""Monday, one minute to six in Berlin."""


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    stage = await set_the_stage(platform, enter)
    platform.clock.now = BEFORE
    return stage


async def look(platform: Platform, workers: int = 1) -> None:
    await asyncio.gather(*[open_due_rounds(platform.runner.cron) for _ in range(workers)])


async def rounds(db: AsyncSession) -> Sequence[Round]:
    found = select(Round).order_by(Round.opened_at, Round.period)
    return (await db.scalars(found.execution_options(populate_existing=True))).all()


async def test_five_workers_open_one_round_when_it_is_time(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    await look(platform, workers=5)
    assert await rounds(db) == []
    platform.clock.turn(minutes=1)

    await look(platform, workers=5)
    await look(platform, workers=5)

    assert [(one.period, one.opened_by) for one in await rounds(db)] == [("2026-W11", None)]
    assert len((await db.scalars(select(Run))).all()) == 1
    await keep_runs(platform)
    round_ = await read_round(stage, (await rounds(db))[0].id)
    assert round_["run"]["state"] == "solved"


async def test_the_week_in_which_a_cohort_began_late_has_no_round(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    platform.clock.turn(hours=2)
    async with unit_of_work(platform.sessions) as change:
        await change.execute(update(Cohort).values(running_since=platform.clock()))

    await look(platform)

    assert await rounds(db) == []


async def test_introductions_that_wait_hold_the_week_back_and_are_not_lost(
    stage: Stage, platform: Platform, db: AsyncSession, run_jobs: Callable[[], Awaitable[None]]
) -> None:
    introductions = f"/api/v1/cohorts/{stage.cohort.id}/introduction_rounds"
    opened = (await stage.olga.post(introductions, json={"per_researcher": 2})).json()
    await keep_runs(platform)
    platform.clock.turn(minutes=1)

    for _ in range(2):
        await look(platform, workers=5)
    await run_jobs()

    assert [(one.state, one.held_back) for one in await rounds(db)] == [("open", "2026-W11")]
    to_olga = select(MailboxMessage.subject).where(MailboxMessage.to == "olga@example.org")
    assert (await db.scalars(to_olga)).all() == [
        "The matching of Spring 2026 waits for the introductions"
    ]
    page = words(await stage.olga.get(f"/rounds/{opened['id']}"))
    assert "that of 2026-W11 did not open" in page
    for _ in range(2):
        aside = await stage.olga.post(f"/api/v1/rounds/{opened['id']}/withdrawal")
        assert (aside.status_code, aside.json()["state"]) == (200, "superseded")
    await look(platform)
    assert len(await rounds(db)) == 1, "the organiser decides when this week is matched"
    by_hand = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
    assert (by_hand.status_code, by_hand.json()["kind"]) == (201, "matching")


async def test_a_round_that_was_set_aside_on_its_page_is_published_by_nobody(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await open_and_solve(stage, platform)
    page = f"/rounds/{round_['id']}"
    assert "Set aside" in words(await stage.olga.get(page))
    assert (await stage.olga.post(f"{page}/withdrawal")).status_code == 303
    assert "nobody was told of it" in words(await stage.olga.get(page))

    refused = (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")).json()
    assert (refused["code"], "was set aside" in refused["detail"]) == ("round_closed", True)
    assert not (await db.scalars(select(Proposal.id))).all()


async def test_three_weeks_of_silence_are_caught_up_with_one_round(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    platform.clock.turn(days=21, hours=10)

    await look(platform, workers=3)

    assert [one.period for one in await rounds(db)] == ["2026-W14"]


async def test_last_weeks_unpublished_round_makes_way(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    platform.clock.turn(minutes=1)
    await look(platform)
    platform.clock.turn(days=7)

    await look(platform, workers=5)

    states = [(one.period, one.state) for one in await rounds(db)]
    assert states == [("2026-W11", RoundState.SUPERSEDED), ("2026-W12", RoundState.OPEN)]
    await keep_runs(platform)
    old, new = [await read_round(stage, one.id) for one in await rounds(db)]
    assert (old["run"]["state"], new["run"]["state"]) == ("failed", "solved")
    assert "replaced by a newer one" in old["run"]["error"]
    refused = await stage.olga.post(f"/api/v1/rounds/{old['id']}/publication")
    assert (refused.status_code, refused.json()["code"]) == (409, "round_closed")


async def test_a_round_opened_by_hand_does_not_take_the_weeks_place(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    platform.clock.turn(hours=-1)
    by_hand = await open_and_solve(stage, platform)
    await stage.olga.post(f"/api/v1/rounds/{by_hand['id']}/publication")
    platform.clock.turn(hours=2)

    await look(platform)

    assert [one.period for one in await rounds(db)] == ["2026-W11-2", "2026-W11"]


async def test_ten_weeks_with_both_changes_of_the_clock_have_ten_rounds(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    """A Sunday at half past two does not exist on 29 March 2026 in Berlin."""
    async with unit_of_work(platform.sessions) as change:
        half_past_two = datetime(2026, 1, 1, 2, 30, tzinfo=UTC).time()
        await change.execute(update(Cohort).values(matching_day=6, matching_time=half_past_two))
    await look(platform)  # yesterday's
    for _ in range(10 * 7 * 4):
        platform.clock.turn(hours=6)
        await look(platform)

    _, *opened = await rounds(db)
    assert [one.period for one in opened] == [f"2026-W{week}" for week in range(11, 21)]
    assert all(timedelta(0) <= one.opened_at - when_due(one) < timedelta(hours=6) for one in opened)


def when_due(round_: Round) -> datetime:
    sunday = datetime.combine(round_.week, datetime.min.time(), UTC) - timedelta(days=1)
    summer = sunday >= datetime(2026, 4, 1, tzinfo=UTC)
    return sunday + timedelta(hours=0 if summer else 1, minutes=30)


async def test_cohorts_that_do_not_run_have_no_weekly_round(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    platform.clock.turn(days=1)
    async with unit_of_work(platform.sessions) as change:
        await change.execute(update(Cohort).values(state=CohortState.COMPLETED))

    await look(platform)

    assert await rounds(db) == []


async def test_a_run_that_kills_every_worker_ends_as_failed_and_can_be_made_again(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
    async with unit_of_work(platform.sessions) as attempts:
        spent = {"attempts": outbox.ATTEMPTS, "due_at": platform.clock()}
        await attempts.execute(update(outbox.Job).values(**spent))

    await keep_runs(platform)

    run = (await db.scalars(select(Run))).one()
    assert run.state is RunState.FAILED
    assert "the worker stopped each time" in (run.error or "")
    assert (await open_and_solve(stage, platform))["run"]["state"] == "solved"


async def test_a_weekly_run_that_fails_by_an_error_of_ours_says_so_at_once_and_can_be_made_again(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    """Hours that no form lets in make the process that solves raise what nobody foresaw."""
    hours = (await db.get_one(Enrolment, stage.ada.id)).weekly_hours
    await with_hours(platform, stage, ["monday"])
    platform.clock.turn(minutes=1)
    await look(platform)
    await keep_runs(platform)
    await platform.run_jobs()

    (round_,) = await rounds(db)
    run = (await read_round(stage, round_.id))["run"]
    assert (run["state"], "Run it again" in run["error"]) == ("failed", True)
    told = select(MailboxMessage).where(MailboxMessage.to == stage.olga.person.email)
    assert "needs your help" in (await db.scalars(told)).one().subject
    await with_hours(platform, stage, hours)
    assert (await open_and_solve(stage, platform))["run"]["state"] == "solved"


async def with_hours(platform: Platform, stage: Stage, hours: list[Any]) -> None:
    async with unit_of_work(platform.sessions) as change:
        whose = update(Enrolment).where(Enrolment.id == stage.ada.id)
        await change.execute(whose.values(weekly_hours=hours))


async def test_organisers_get_one_mail_when_the_weekly_round_is_solved(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    platform.clock.turn(minutes=1)
    await look(platform)
    await keep_runs(platform)
    await platform.run_jobs()

    told = select(MailboxMessage).where(MailboxMessage.to == stage.olga.person.email)
    (mail,) = (await db.scalars(told)).all()
    assert "to look at" in mail.subject
    assert f"/rounds/{(await rounds(db))[0].id}" in mail.text


async def test_who_runs_a_weekly_round_again_is_told_on_its_page_and_the_others_by_mail(
    stage: Stage, platform: Platform, db: AsyncSession, enter: Cast
) -> None:
    otto = await enter("Otto")
    db.add(Organiser(cohort_id=stage.cohort.id, person_id=otto.person.id, since=platform.clock()))
    await db.commit()
    platform.clock.turn(minutes=1)
    await look(platform)
    await platform.run_jobs()
    platform.clock.turn(minutes=1)

    here = f"/rounds/{(await rounds(db))[0].id}"
    again = await stage.olga.post(f"{here}/runs")
    assert (again.status_code, again.headers["location"]) == (303, here)
    await platform.run_jobs()

    of_it = select(MailboxMessage.to).where(MailboxMessage.text.contains(here))
    told = (await db.scalars(of_it)).all()
    both = [stage.olga.person.email, otto.person.email]
    assert sorted(told) == sorted([*both, otto.person.email])
    assert "Solved, waits for you to publish" in (await stage.olga.get(here)).text


async def test_a_round_opened_by_hand_sends_no_mail_before_it_is_published(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    await open_and_solve(stage, platform)
    await platform.run_jobs()
    assert (await db.scalars(select(MailboxMessage))).all() == []


async def solved_weekly(stage: Stage, platform: Platform, db: AsyncSession, how: str) -> Any:
    """The week's round of a cohort that publishes so, once its jobs are done, twice each."""
    read = await stage.olga.get(f"/api/v1/cohorts/{stage.cohort.id}")
    changed = await stage.olga.patch(
        f"/api/v1/cohorts/{stage.cohort.id}",
        json={"publishing": how},
        headers={"if-match": read.headers["etag"]},
    )
    assert changed.json()["publishing"] == how
    platform.clock.turn(minutes=1)
    await look(platform)
    await platform.run_jobs()
    return await read_round(stage, (await rounds(db))[0].id)


async def test_a_cohort_may_let_its_rounds_be_published_by_themselves_once(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await solved_weekly(stage, platform, db, "unless_warned")

    assert (round_["state"], round_["published_by"]) == ("published", None)
    asked = select(Proposal.id).where(Proposal.cohort_id == stage.cohort.id)
    assert len((await db.scalars(asked)).all()) == 2
    run_id = round_["run"]["id"]
    async with unit_of_work(platform.sessions) as again:
        for _ in range(2):
            await outbox.enqueue(
                again, "matching.publish_weekly", now=platform.clock(), run_id=run_id
            )
    await asyncio.gather(
        platform.run_jobs(), stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    )
    assert len((await db.scalars(asked)).all()) == 2


async def test_who_left_since_the_run_is_warned_of_before_it_is_published(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/api/v1/runs/{round_['run']['id']}/warnings"
    codes = [one["code"] for one in (await stage.olga.get(address)).json()["warnings"]]
    assert "changed_since" not in codes

    await stage.olga.put(f"/api/v1/mentors/{stage.robin.id}/pause", json={})
    warned = {one["code"]: one for one in (await stage.olga.get(address)).json()["warnings"]}

    assert warned["changed_since"]["sentence"] == (
        "Since this run, no longer to be matched: Robin Example. 1 pair would be left out. "
        "Run the round again."
    )
    assert warned["changed_since"]["holds"]
    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "no longer to be matched: Robin Example" in page
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    after = (await stage.olga.get(address)).json()["warnings"]
    assert "changed_since" not in {one["code"] for one in after}


async def test_where_something_warns_it_waits_and_the_mail_says_why(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    async with unit_of_work(platform.sessions) as change:
        await change.execute(
            update(Enrolment).where(Enrolment.id == stage.ben.id).values(languages=["fi"])
        )

    round_ = await solved_weekly(stage, platform, db, "unless_warned")

    assert round_["state"] == "open"
    told = (await stage.olga.get(f"/api/v1/runs/{round_['run']['id']}/warnings")).json()
    warned = {one["code"]: one for one in told["warnings"]}
    assert warned["lonely_fields"]["who"] == ["Ben Example"]
    assert warned["lonely_fields"]["holds"]
    assert warned["full_mentors"]["who"] == ["Grace Example"]
    assert not warned["full_mentors"]["holds"]
    subject = MailboxMessage.subject.contains("to look at")
    (mail,) = (await db.scalars(select(MailboxMessage).where(subject))).all()
    assert warned["lonely_fields"]["sentence"] in mail.text.replace("\n", " ")
    page = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert warned["lonely_fields"]["sentence"] in page


async def test_a_round_without_mentors_waits_and_the_organisers_are_told(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    async with unit_of_work(platform.sessions) as change:
        await change.execute(update(Mentor).values(state=MentorState.PENDING))

    round_ = await solved_weekly(stage, platform, db, "unless_warned")

    assert round_["state"] == "open"
    subject = MailboxMessage.subject.contains("to look at")
    (mail,) = (await db.scalars(select(MailboxMessage).where(subject))).all()
    assert "No approved mentor takes part" in mail.text


async def test_the_third_week_without_a_mentor_warns_however_many_rounds_it_had(
    stage: Stage, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as change:
        await change.execute(
            update(Enrolment).where(Enrolment.id == stage.ben.id).values(languages=["fi"])
        )
    platform.clock.now = MONDAY
    for week, days in ((1, 0), (1, 0), (1, 0), (2, 1), (2, 4), (3, 4)):
        platform.clock.turn(days=days)
        round_ = await open_and_solve(stage, platform)
        told = (await stage.olga.get(f"/api/v1/runs/{round_['run']['id']}/warnings")).json()
        again = [one["who"] for one in told["warnings"] if one["code"] == "unmatched_again"]
        assert again == ([["Ben Example"]] if week == 3 else [])
        await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
