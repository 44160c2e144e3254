"""When a proposal comes to nothing, whoever waits is offered the next best mentor."""

import asyncio
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import delete, func, select, update

from cohort.cohorts.models import Cohort
from cohort.db import unit_of_work
from cohort.jobs.outbox import Job
from cohort.mail import MailboxMessage
from cohort.matching.next_best import service
from cohort.matching.solving import solve_next_best
from cohort.mentors.models import Mentor
from cohort.mentorships import jobs
from cohort.mentorships.models import Proposal, ProposalState
from tests import world
from tests.conftest import Cast, Platform, Someone
from tests.rooms.matching_world import Stage, items, open_and_solve, set_the_stage, words

NO = {"note": "Not this time."}


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def one_more(stage: Stage, enter: Cast, name: str, **changes: Any) -> Someone:
    """Another mentor of one place, who works on what Grace does."""
    someone = await enter(name)
    given = {"capacity": 1, "domains": ["machine-translation"]} | changes
    async with unit_of_work(stage.platform.sessions) as db:
        cohort = await db.get_one(Cohort, stage.cohort.id)
        await world.mentoring(db, cohort, someone.person, now=stage.platform.clock(), **given)
    return someone


async def publish(stage: Stage) -> str:
    round_ = await open_and_solve(stage, stage.platform)
    answer = await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    assert answer.status_code == 200
    address: str = round_["id"]
    return address


async def open_of(who: Someone) -> dict[str, Any] | None:
    answer = await who.get("/api/v1/proposals", params={"state": "open"})
    found: list[dict[str, Any]] = answer.json()["items"]
    return found[0] if found else None


async def decline(who: Someone) -> Response:
    proposal = await open_of(who)
    assert proposal is not None
    answer: Response = await who.post(f"/api/v1/proposals/{proposal['id']}/refusal", json=NO)
    return answer


async def subjects(platform: Platform, to: str) -> list[str]:
    hers = select(MailboxMessage.subject).where(MailboxMessage.to == f"{to}@example.org")
    async with platform.sessions() as db:
        return list(await db.scalars(hers.order_by(MailboxMessage.sent_at)))


async def test_after_a_no_the_next_best_with_a_free_place_is_offered_and_nobody_else_moves(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    joan = await one_more(stage, enter, "Joan")
    ada, ben = stage.people["Ada"], stage.people["Ben"]
    round_id = await publish(stage)
    hers, his = await open_of(ada), await open_of(ben)
    assert hers is not None
    first, second = ("Grace", "Joan") if "Grace" in hers["mentor"]["name"] else ("Joan", "Grace")
    decliner = {"Grace": stage.people["Grace"], "Joan": joan}[first]

    await decline(decliner)
    await platform.run_jobs()
    after = await open_of(ada)
    assert after is not None
    assert after["mentor"]["name"] == f"{second} Example"
    assert after["reason"]
    assert after["factors"]
    assert 0 < after["score"] <= hers["score"]
    assert await open_of(ben) == his
    assert f"A mentor for you: {second} Example" in await subjects(platform, "ada")
    assert "We are looking for another mentor for you" in await subjects(platform, "ada")

    [offer] = await items(stage, f"/api/v1/rounds/{round_id}/next_offers")
    assert (offer["proposal_id"], offer["after_id"]) == (after["id"], hers["id"])
    assert offer["mentor_before"] == f"{first} Example"
    page = words(await stage.olga.get(f"/rounds/{round_id}/next_offers"))
    assert f"{second} Example" in page
    assert f"{first} Example (declined)" in page
    assert "What was offered since" in words(await stage.olga.get(f"/rounds/{round_id}"))

    await platform.run_jobs()
    assert len(await items(stage, f"/api/v1/rounds/{round_id}/next_offers")) == 1


async def test_the_reason_of_a_no_is_not_in_the_mail_to_the_other(
    stage: Stage, platform: Platform
) -> None:
    await publish(stage)
    await decline(stage.people["Grace"])
    await platform.run_jobs()
    async with platform.sessions() as db:
        hers = select(MailboxMessage.text).where(
            MailboxMessage.to == "ada@example.org",
            MailboxMessage.subject == "We are looking for another mentor for you",
        )
        [text] = (await db.scalars(hers)).all()
    assert "Grace Example said no this time. This says nothing about you." in " ".join(text.split())
    assert NO["note"] not in text


async def test_a_cohort_may_wait_for_the_weekly_matching_instead(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await one_more(stage, enter, "Joan")
    changed = await stage.olga.patch(
        f"/api/v1/cohorts/{stage.cohort.id}",
        json={"next_best": False},
        headers={"if-match": "*"},
    )
    assert changed.json()["next_best"] is False
    round_id = await publish(stage)
    await decline(stage.people["Ada"])
    await platform.run_jobs()
    assert await open_of(stage.people["Ada"]) is None
    page = words(await stage.olga.get(f"/rounds/{round_id}/next_offers"))
    assert "This cohort waits for the weekly matching instead" in page


async def test_whoever_said_yes_in_time_is_offered_another_and_a_silent_one_is_not(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    for name, field in (("Joan", "machine-translation"), ("Rita", "robotics")):
        await one_more(stage, enter, name, domains=[field])
    await publish(stage)
    hers = await open_of(stage.people["Ada"])
    assert hers is not None
    await stage.people["Ada"].post(f"/api/v1/proposals/{hers['id']}/acceptance")
    platform.clock.turn(days=7)
    await jobs.expire(platform.runner.cron)
    await platform.run_jobs()
    again = await open_of(stage.people["Ada"])
    assert again is not None
    assert again["mentor"]["name"] != hers["mentor"]["name"]
    assert await open_of(stage.people["Ben"]) is None


async def test_at_most_three_in_a_round_are_offered_after_the_first(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    for name in ("Joan", "Rita", "Mary", "Emmy"):
        await one_more(stage, enter, name)
    round_id = await publish(stage)
    for _ in range(4):
        await decline(stage.people["Ada"])
        await platform.run_jobs()
    assert await open_of(stage.people["Ada"]) is None
    assert len(await items(stage, f"/api/v1/rounds/{round_id}/next_offers")) == 3


async def test_a_round_that_waits_to_be_published_keeps_its_places(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    """Cleo arrives, and the next round, which is open, has given her the only free place."""
    await publish(stage)
    await one_more(stage, enter, "Joan")
    cleo = await enter("Cleo")
    async with unit_of_work(platform.sessions) as db:
        cohort = await db.get_one(Cohort, stage.cohort.id)
        await world.enrolled(db, cohort, cleo.person, now=platform.clock())
    waits = await open_and_solve(stage, platform)
    await decline(stage.people["Ada"])
    await platform.run_jobs()
    assert await open_of(stage.people["Ada"]) is None

    await stage.olga.post(f"/api/v1/rounds/{waits['id']}/publication")
    hers = await open_of(cleo)
    assert hers is not None
    assert hers["mentor"]["name"] == "Joan Example"


async def test_a_round_that_is_solved_while_the_next_best_is_worked_out_keeps_its_pairs(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    await publish(stage)
    await one_more(stage, enter, "Joan")
    await decline(stage.people["Ada"])
    now = platform.clock()
    async with unit_of_work(platform.sessions) as db:
        asking = await service.begin(db, stage.cohort.id, now=now)
        await db.execute(delete(Job).where(Job.name == service.JOB))
    assert asking is not None
    asked = [str(one) for one in asking.after]
    found = solve_next_best(asking.pool, asked, 60, progress=lambda _step, _share: None)
    assert [one.researcher for one in found] == asked

    waits = await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as db:
        await service.store(db, stage.cohort.id, asking, found, now=now)
    await platform.run_jobs()
    assert await open_of(stage.people["Ada"]) is None
    await stage.olga.post(f"/api/v1/rounds/{waits['id']}/publication")
    hers = await open_of(stage.people["Ada"])
    assert hers is not None
    assert hers["mentor"]["name"] == "Joan Example"


async def test_two_who_decline_at_once_want_the_last_place_and_one_gets_it(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    """Both are offered by two workers at the same moment."""
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).values(domains=["nlp"]))
    cleo = await enter("Cleo")
    async with unit_of_work(platform.sessions) as db:
        cohort = await db.get_one(Cohort, stage.cohort.id)
        await world.enrolled(db, cohort, cleo.person, now=platform.clock())
        await db.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(capacity=0))
        await db.execute(update(Mentor).where(Mentor.id == stage.grace.id).values(capacity=3))
    await publish(stage)
    for one in (stage.people["Ada"], cleo):
        assert (await decline(one)).status_code == 200
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).where(Mentor.id == stage.robin.id).values(capacity=1))
    await asyncio.gather(platform.run_jobs(), platform.run_jobs())
    await platform.run_jobs()
    async with platform.sessions() as db:
        open_to_robin = select(func.count()).where(
            Proposal.mentor_id == stage.robin.id, Proposal.state == ProposalState.OPEN
        )
        assert await db.scalar(open_to_robin) == 1


async def test_a_cancelled_run_does_not_hide_the_one_before_it(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    again = (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/runs")).json()
    cancelled = await stage.olga.post(f"/api/v1/runs/{again['id']}/cancellation")
    assert cancelled.status_code == 200
    shown = (await stage.olga.get(f"/api/v1/rounds/{round_['id']}")).json()["run"]
    assert (shown["number"], shown["state"]) == (1, "solved")
    assert "Ada Example" in words(await stage.olga.get(f"/rounds/{round_['id']}"))
    third = (await stage.olga.post(f"/api/v1/rounds/{round_['id']}/runs")).json()
    assert third["number"] == 3
    await stage.olga.post(f"/api/v1/runs/{third['id']}/cancellation")

    published = await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    assert published.json()["state"] == "published"
    assert await open_of(stage.people["Ada"]) is not None
