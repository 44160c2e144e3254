"""Olga runs the cohort: she opens a round, reads the pairs, publishes them."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.db import unit_of_work
from cohort.jobs.outbox import Job
from cohort.mail import MailboxMessage
from cohort.matching.models import Pair, Run
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Proposal
from tests.conftest import Cast, Platform, Someone
from tests.rooms.matching_world import (
    NIGHTS,
    Stage,
    keep_runs,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    """Two researchers of different fields, two mentors with one place each."""
    return await set_the_stage(platform, enter)


async def test_a_round_is_opened_solved_explained_and_published(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await open_and_solve(stage, platform)

    run = round_["run"]
    assert (run["state"], run["gap"], run["rules_version"]) == ("solved", 0, 1)
    assert run["total"] == pytest.approx(run["bound"])
    assert (run["researchers"], run["mentors"], run["places"]) == (2, 2, 2)
    pairs = await pairs_of(stage, run)
    assert {(one["researcher"], one["mentor"]) for one in pairs} == {
        ("Ada Example", "Grace Example"),
        ("Ben Example", "Robin Example"),
    }
    ada = next(one for one in pairs if one["researcher"] == "Ada Example")
    assert "works on machine translation, as you do" in ada["reason"]
    assert sum(factor["weight"] for factor in ada["factors"]) == pytest.approx(1)
    made_of = sum(factor["weight"] * factor["score"] for factor in ada["factors"])
    assert made_of == pytest.approx(ada["score"], abs=1e-8)

    published = await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")

    assert (published.status_code, published.json()["state"]) == (200, "published")
    assert all(one["proposal_id"] for one in await pairs_of(stage, run))
    proposals = (await db.scalars(select(Proposal))).all()
    assert {one.enrolment_id for one in proposals} == {stage.ada.id, stage.ben.id}
    assert {one.reason for one in proposals} == {one["reason"] for one in pairs}
    await platform.run_jobs()
    told = (await db.scalars(select(MailboxMessage.to))).all()
    assert sorted(told) == sorted(one.person.email for one in stage.people.values())


async def test_the_certificate_adds_up_to_the_bound(stage: Stage, platform: Platform) -> None:
    run = (await open_and_solve(stage, platform))["run"]

    proof = (await stage.olga.get(f"/api/v1/runs/{run['id']}/certificate")).json()

    offered = sum(proof["researcher_prices"].values())
    places = sum(price * 1 for price in proof["mentor_prices"].values())
    assert offered + places == pytest.approx(proof["bound"])
    assert len(proof["input_digest"]) == 64


async def test_the_same_input_has_the_same_digest(stage: Stage, platform: Platform) -> None:
    await open_and_solve(stage, platform)  # what it finds is part of what the next run reads
    first = await open_and_solve(stage, platform)
    again = await open_and_solve(stage, platform)
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).values(capacity=2))
    other = await open_and_solve(stage, platform)

    assert again["id"] == first["id"]
    assert again["run"]["number"] == 3
    assert again["run"]["input_digest"] == first["run"]["input_digest"]
    assert other["run"]["input_digest"] != first["run"]["input_digest"]


async def test_a_second_click_on_open_finds_the_first(stage: Stage, db: AsyncSession) -> None:
    address = f"/api/v1/cohorts/{stage.cohort.id}/rounds"
    answers = await asyncio.gather(*[stage.olga.post(address) for _ in range(5)])

    assert {one.status_code for one in answers} == {201}
    assert {one.json()["id"] for one in answers} == {answers[0].json()["id"]}
    assert await db.scalar(select(func.count()).select_from(Run)) == 1


async def test_ten_clicks_on_run_again_make_one_run(stage: Stage, platform: Platform) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/api/v1/rounds/{round_['id']}/runs"

    answers = await asyncio.gather(*[stage.olga.post(address) for _ in range(10)])

    assert {one.json()["number"] for one in answers} == {2}
    assert len((await stage.olga.get(address)).json()["items"]) == 2


async def test_ten_clicks_on_publish_make_one_set_of_proposals(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    round_ = await open_and_solve(stage, platform)
    address = f"/api/v1/rounds/{round_['id']}/publication"

    answers = await asyncio.gather(*[stage.olga.post(address) for _ in range(10)])

    assert {one.status_code for one in answers} == {200}
    assert await db.scalar(select(func.count()).select_from(Proposal)) == 2
    told = select(func.count()).select_from(Job).where(Job.name.like("mentorships.%"))
    assert await db.scalar(told) == 4


async def test_what_is_not_solved_is_not_published(stage: Stage, db: AsyncSession) -> None:
    opened = (await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")).json()
    assert opened["run"]["state"] == "queued"

    refused = await stage.olga.post(f"/api/v1/rounds/{opened['id']}/publication")

    assert (refused.status_code, refused.json()["code"]) == (409, "not_solved")
    still = (await stage.olga.get(f"/api/v1/rounds/{opened['id']}")).json()
    assert still["state"] == "open"


async def test_a_published_round_is_not_run_again_and_the_next_one_has_a_name(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")

    refused = await stage.olga.post(f"/api/v1/rounds/{round_['id']}/runs")
    following = await open_and_solve(stage, platform)

    assert (refused.status_code, refused.json()["code"]) == (409, "round_closed")
    assert (round_["period"], following["period"]) == ("2026-W10-2", "2026-W10-3")
    assert following["run"]["researchers"] == 0  # both have a proposal to answer


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (update(Enrolment).values(state=EnrolmentState.WITHDRAWN), "has withdrawn"),
        (update(Mentor).values(paused_at=func.now()), "has paused"),
        (update(Mentor).values(taken=1), "no free place"),
    ],
)
async def test_a_pair_that_no_longer_fits_is_skipped_and_says_so(
    stage: Stage, platform: Platform, db: AsyncSession, change: Any, said: str
) -> None:
    round_ = await open_and_solve(stage, platform)
    column = change.table.c.id
    async with unit_of_work(platform.sessions) as meanwhile:
        await meanwhile.execute(change.where(column.in_([stage.ada.id, stage.grace.id])))

    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")

    pairs = {one["researcher"]: one for one in await pairs_of(stage, round_["run"])}
    assert said in pairs["Ada Example"]["skipped"]
    assert pairs["Ada Example"]["proposal_id"] is None
    assert pairs["Ben Example"]["skipped"] is None
    assert await db.scalar(select(func.count()).select_from(Proposal)) == 1


async def test_without_common_hours_the_reason_says_so_and_what_to_do(
    stage: Stage, platform: Platform
) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Enrolment).where(Enrolment.id == stage.ada.id).values(NIGHTS))
    round_ = await open_and_solve(stage, platform)

    (ada,) = await unmatched_of(stage, round_["run"])

    assert (ada["researcher"], ada["code"]) == ("Ada Example", "no_allowed_mentor")
    assert "too few weekly hours" in ada["reason"]
    assert "Add more weekly hours" in ada["reason"]
    assert ada["detail"]["shared_hours"] == 2


async def test_without_room_the_reason_says_who_has_none(stage: Stage, platform: Platform) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Mentor).values(capacity=0))
    round_ = await open_and_solve(stage, platform)

    unmatched = await unmatched_of(stage, round_["run"])

    assert {one["code"] for one in unmatched} == {"no_room"}
    assert all("none of them has a free place" in one["reason"] for one in unmatched)


@pytest.mark.parametrize("missing", [Enrolment, Mentor])
async def test_with_nobody_on_one_side_the_run_is_solved_and_says_so(
    stage: Stage, platform: Platform, missing: type[Enrolment | Mentor]
) -> None:
    async with unit_of_work(platform.sessions) as db:
        gone = {"state": EnrolmentState.WITHDRAWN if missing is Enrolment else "declined"}
        await db.execute(update(missing).values(**gone))
    round_ = await open_and_solve(stage, platform)

    run = round_["run"]
    assert (run["state"], run["total"], run["gap"]) == ("solved", 0, 0)
    assert await pairs_of(stage, run) == []
    codes = {one["code"] for one in await unmatched_of(stage, run)}
    assert codes == (set() if missing is Enrolment else {"no_mentors"})


async def test_nobody_is_matched_with_herself(stage: Stage, platform: Platform) -> None:
    async with unit_of_work(platform.sessions) as db:
        both = update(Mentor).where(Mentor.id == stage.grace.id)
        await db.execute(both.values(person_id=stage.ada.person_id))
    round_ = await open_and_solve(stage, platform)

    pairs = await pairs_of(stage, round_["run"])

    assert (str(stage.ada.id), str(stage.grace.id)) not in {
        (one["enrolment_id"], one["mentor_id"]) for one in pairs
    }


async def test_a_draft_has_no_rounds(stage: Stage, platform: Platform) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Cohort).values(state=CohortState.DRAFT))

    refused = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")

    assert (refused.status_code, refused.json()["code"]) == (409, "cohort_not_matched")


async def who_are_not_organisers(stage: Stage, enter: Cast) -> list[Someone]:
    return [await enter("Stranger"), stage.people["Ada"], stage.people["Grace"]]


async def test_a_round_is_hidden_from_everyone_but_its_organisers(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    round_ = await open_and_solve(stage, platform)
    run = round_["run"]["id"]
    for someone in await who_are_not_organisers(stage, enter):
        for path in (
            f"rounds/{round_['id']}",
            f"rounds/{round_['id']}/runs",
            f"runs/{run}",
            f"runs/{run}/pairs",
            f"runs/{run}/unmatched",
            f"runs/{run}/certificate",
        ):
            assert (await someone.get(f"/api/v1/{path}")).status_code == 404, path
        for path in (f"rounds/{round_['id']}/runs", f"rounds/{round_['id']}/publication"):
            assert (await someone.post(f"/api/v1/{path}")).status_code == 404, path
        for path in ("rounds", "overrides", "rules"):
            address = f"/api/v1/cohorts/{stage.cohort.id}/{path}"
            assert (await someone.get(address)).status_code == 403, path
        opened = await someone.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
        assert opened.status_code == 403


async def test_a_visitor_is_asked_to_sign_in(stage: Stage, anyone: Any) -> None:
    assert (await anyone.get(f"/api/v1/rounds/{uuid4()}")).status_code == 401


async def test_lists_take_as_many_statements_for_ten_rows_as_for_one(
    stage: Stage, platform: Platform, enter: Cast, count_statements: Any
) -> None:
    few = await open_and_solve(stage, platform)
    counts: list[dict[str, int]] = []

    async def count() -> None:
        round_ = await open_and_solve(stage, platform)
        taken = {}
        for path in (
            f"cohorts/{stage.cohort.id}/rounds",
            f"rounds/{few['id']}/runs",
            f"runs/{round_['run']['id']}/pairs",
            f"runs/{round_['run']['id']}/unmatched",
            f"cohorts/{stage.cohort.id}/overrides",
        ):
            async with count_statements() as statements:
                assert (await stage.olga.get(f"/api/v1/{path}")).status_code == 200
            taken[path.rpartition("/")[2]] = len(statements)
        counts.append(taken)

    await count()
    await stage.more(enter, researchers=8, mentors=4)
    await count()

    assert counts[0] == counts[1]


async def test_gathering_takes_as_many_statements_for_many_as_for_few(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    async def statements_of_a_run() -> int:
        await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
        return await keep_runs(platform)

    few = await statements_of_a_run()
    await stage.more(enter, researchers=8, mentors=4)

    assert await statements_of_a_run() == few
    async with platform.sessions() as db:
        newest = select(Run.id).order_by(Run.number.desc()).limit(1).scalar_subquery()
        many = select(func.count()).select_from(Pair).where(Pair.run_id == newest)
        assert await db.scalar(many) == 6


async def test_publishing_takes_as_many_statements_for_many_pairs_as_for_few(
    stage: Stage, platform: Platform, enter: Cast, count_statements: Any
) -> None:
    async def statements_of_publishing() -> int:
        round_ = await open_and_solve(stage, platform)
        async with count_statements() as statements:
            answer = await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
        assert answer.status_code == 200, answer.text
        return len(statements)

    few = await statements_of_publishing()
    await stage.more(enter, researchers=12, mentors=12)
    assert await statements_of_publishing() == few


async def test_pages_of_pairs_hold_each_pair_once(stage: Stage, platform: Platform) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    address = f"/api/v1/runs/{run['id']}/pairs?limit=1"

    first = (await stage.olga.get(address)).json()
    second = (await stage.olga.get(f"{address}&cursor={first['next']}")).json()

    assert second["next"] is None
    assert {UUID(one["id"]) for one in first["items"] + second["items"]} == {
        UUID(one["id"]) for one in await pairs_of(stage, run)
    }
