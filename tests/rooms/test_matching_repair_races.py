"""Many organisers act on one run at once: one act is done, and the ledger has its price."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Organiser
from cohort.db import unit_of_work
from cohort.matching.models import PinSet, Run
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Proposal, ProposalState
from tests.conftest import Cast, Platform, Someone
from tests.rooms.matching_world import (
    Stage,
    items,
    keep_runs,
    open_and_solve,
    pairs_of,
    read_round,
    set_the_stage,
)

ORGANISERS = 4
LOCK = {"kind": "lock", "reason": "They have begun to talk."}


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    """Six researchers, and six mentors of one place each."""
    stage = await set_the_stage(platform, enter)
    await stage.more(enter, researchers=4, mentors=4)
    return stage


async def organisers(stage: Stage, enter: Cast) -> list[Someone]:
    others = [await enter(f"Organiser{k}") for k in range(1, ORGANISERS)]
    async with unit_of_work(stage.platform.sessions) as db:
        since = {"cohort_id": stage.cohort.id, "since": stage.platform.clock()}
        db.add_all([Organiser(person_id=one.person.id, **since) for one in others])
    return [stage.olga, *others]


async def send(who: Someone, address: str, **sent: Any) -> Response:
    """Again, as long as the server is busy: on a slow machine all wait for one lock."""
    while True:
        told: Response = await who.post(address, **sent)
        if told.status_code != 503:
            return told
        await asyncio.sleep(float(told.headers["retry-after"]) / 10)


async def act(who: Someone, run: dict[str, Any], **asked: Any) -> Response:
    body = {"reason": "We talked about it.", **asked}
    return await send(who, f"/api/v1/runs/{run['id']}/pin_sets", json=body)


def codes(answers: list[Response]) -> set[str]:
    return {one.json()["code"] for one in answers if one.status_code not in {200, 201}}


async def nobody_is_oversold(stage: Stage, db: AsyncSession, round_id: str) -> None:
    """After the round is published: one open proposal for each place and each researcher."""
    await stage.olga.post(f"/api/v1/rounds/{round_id}/publication")
    still = Proposal.state == ProposalState.OPEN
    made = (await db.execute(select(Proposal.mentor_id, Proposal.enrolment_id).where(still))).all()
    assert made
    for side in zip(*made, strict=True):
        assert max(Counter(side).values()) == 1


async def the_ledger_has(
    stage: Stage, before: dict[str, Any], done: dict[str, Any]
) -> dict[str, Any]:
    """One line, which stands, with the price that was told."""
    [line] = await items(stage, f"/api/v1/cohorts/{stage.cohort.id}/decisions")
    after = (await read_round(stage, before["round_id"]))["run"]
    assert (after["id"], after["number"]) == (done["next_run_id"], 2)
    assert (line["kind"], line["standing"]) == (done["kind"], done["pins"])
    assert line["cost"] == pytest.approx(done["cost"])
    newest: dict[str, Any] = after
    return newest


async def test_of_twelve_swaps_at_once_one_is_done(
    stage: Stage, platform: Platform, enter: Cast, db: AsyncSession
) -> None:
    acting = await organisers(stage, enter)
    run = (await open_and_solve(stage, platform))["run"]
    pairs = await pairs_of(stage, run)
    asked = [[one["enrolment_id"] for one in pairs[k : k + 2]] for k in range(0, len(pairs), 2)]

    answers = await asyncio.gather(
        *(act(who, run, kind="swap", enrolment_ids=two) for two in asked for who in acting)
    )

    done = [one.json() for one in answers if one.status_code == 201]
    assert len({one["id"] for one in done}) == 1
    assert len(done) == ORGANISERS  # whoever asked for the same, whose act it is as well
    assert codes(answers) == {"run_passed"}
    assert await db.scalar(select(func.count()).select_from(PinSet)) == 1
    assert await db.scalar(select(func.count()).select_from(Run)) == 2
    await keep_runs(platform)
    newest = await the_ledger_has(stage, run, done[0])
    assert run["total"] - newest["total"] == pytest.approx(done[0]["cost"])
    mentor_of = {one["enrolment_id"]: one["mentor_id"] for one in pairs}
    made = await db.get_one(PinSet, done[0]["id"])
    one, other = made.asked["enrolment_ids"]
    after = await pairs_of(stage, {"id": done[0]["next_run_id"]})
    now = {pair["enrolment_id"]: pair["mentor_id"] for pair in after}
    assert now == mentor_of | {one: mentor_of[other], other: mentor_of[one]}
    await nobody_is_oversold(stage, db, run["round_id"])


async def test_repairs_and_the_publication_at_once_have_one_outcome(
    stage: Stage, platform: Platform, enter: Cast, db: AsyncSession
) -> None:
    """Either the round is repaired and waits for its new run, or it is published as it was."""
    acting = await organisers(stage, enter)
    run = (await open_and_solve(stage, platform))["run"]
    address = f"/api/v1/runs/{run['id']}/repairs?mentor_id={stage.robin.id}"
    options = (await stage.olga.get(address)).json()["options"]
    totals = {one["moved"]: one["total"] for one in options}
    async with unit_of_work(platform.sessions) as there:
        gone = update(Mentor).where(Mentor.id == stage.robin.id)
        await there.execute(gone.values(paused_at=platform.clock()))
    repair = {"kind": "repair", "mentor_id": str(stage.robin.id)}
    publication = f"/api/v1/rounds/{run['round_id']}/publication"

    *answers, published, again = await asyncio.gather(
        *(act(who, run, **repair, moved=moved) for moved in totals for who in acting),
        *(act(who, run, kind="lock") for who in acting),
        *(send(who, publication) for who in acting[:2]),
    )

    done = [one.json() for one in answers if one.status_code == 201]
    assert len({one["id"] for one in done}) == await db.scalar(
        select(func.count()).select_from(PinSet)
    )
    if done:
        assert codes(answers) == {"run_passed"}
        assert {published.status_code, again.status_code} == {409}
        await keep_runs(platform)
        newest = await the_ledger_has(stage, run, done[0])
        if done[0]["kind"] == "repair":
            made = await db.get_one(PinSet, done[0]["id"])
            assert newest["total"] == pytest.approx(totals[made.asked["moved"]])
    else:
        assert codes(answers) == {"round_closed"}
        assert {published.status_code, again.status_code} == {200}
        assert await items(stage, f"/api/v1/cohorts/{stage.cohort.id}/decisions") == []
    await nobody_is_oversold(stage, db, run["round_id"])
    to_robin = select(func.count()).where(Proposal.mentor_id == stage.robin.id)
    assert await db.scalar(to_robin) == 0


async def test_what_is_locked_leaves_out_a_mentor_who_paused_meanwhile(
    stage: Stage, platform: Platform
) -> None:
    run = (await open_and_solve(stage, platform))["run"]
    mentor_of = {one["enrolment_id"]: one["mentor_id"] for one in await pairs_of(stage, run)}
    await stage.olga.put(f"/api/v1/mentors/{stage.robin.id}/pause", json={})
    [hers] = [one for one, mentor in mentor_of.items() if mentor == str(stage.robin.id)]

    named = await act(stage.olga, run, kind="lock", enrolment_ids=[hers])
    assert named.status_code == 422
    [error] = named.json()["errors"]
    assert (error["field"], error["message"]) == (
        "enrolment_ids/0",
        "The mentor of this pair is paused or not approved now.",
    )

    locked = await act(stage.olga, run, kind="lock")
    assert locked.status_code == 201
    assert locked.json()["pins"] == len(mentor_of) - 1


@asynccontextmanager
async def somebody_plans(
    stage: Stage, run: dict[str, Any]
) -> AsyncGenerator[asyncio.Task[Response]]:
    """A lock of all pairs, held up in the middle of its plan for as long as we are inside."""
    async with stage.platform.sessions() as holding:
        await holding.execute(text("LOCK TABLE terms IN ACCESS EXCLUSIVE MODE"))
        asked = asyncio.create_task(
            stage.olga.post(f"/api/v1/runs/{run['id']}/pin_sets", json=LOCK)
        )
        waits = text("SELECT 1 FROM pg_locks WHERE relation = 'terms'::regclass AND NOT granted")
        while not (await holding.execute(waits)).first():
            assert not asked.done(), asked.result().text
            await asyncio.sleep(0.01)
        yield asked


async def test_a_round_can_be_run_again_while_somebody_plans(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    _, otto, *_ = await organisers(stage, enter)
    run = (await open_and_solve(stage, platform))["run"]

    async with somebody_plans(stage, run) as asked:
        async with asyncio.timeout(1.5):  # a lock of the round would be given up after two seconds
            again = await otto.post(f"/api/v1/rounds/{run['round_id']}/runs")

    assert again.status_code == 201
    passed = await asked
    assert (passed.status_code, passed.json()["code"]) == (409, "run_passed")


async def test_what_changes_while_somebody_plans_is_in_the_plan(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    _, otto, *_ = await organisers(stage, enter)
    run = (await open_and_solve(stage, platform))["run"]
    robins, *others = sorted(
        await pairs_of(stage, run), key=lambda one: one["mentor_id"] != str(stage.robin.id)
    )
    pin = {key: others[0][key] for key in ("enrolment_id", "mentor_id")}

    async with somebody_plans(stage, run) as asked:
        await otto.put(f"/api/v1/mentors/{robins['mentor_id']}/pause", json={})
        overrides = f"/api/v1/cohorts/{stage.cohort.id}/overrides"
        pinned = await otto.post(overrides, json={"kind": "pin", **pin, "reason": "They asked."})
        assert pinned.status_code == 201, pinned.text

    locked = await asked
    assert (locked.status_code, locked.json()["pins"]) == (201, len(others) - 1)
    await keep_runs(platform)
    newest = (await read_round(stage, run["round_id"]))["run"]
    assert (newest["state"], newest["number"]) == ("solved", 2)
    after = {(one["enrolment_id"], one["mentor_id"]) for one in await pairs_of(stage, newest)}
    assert after == {(one["enrolment_id"], one["mentor_id"]) for one in others}


async def test_a_plan_that_never_holds_is_refused_with_what_to_do(
    stage: Stage, platform: Platform, enter: Cast
) -> None:
    """One pair is to be locked, while somebody else pins another researcher here and there."""
    _, otto, *_ = await organisers(stage, enter)
    run = (await open_and_solve(stage, platform))["run"]
    overrides = f"/api/v1/cohorts/{stage.cohort.id}/overrides"
    first, *others = await pairs_of(stage, run)
    whom = {"kind": "pin", "enrolment_id": others[0]["enrolment_id"]}

    one = {**LOCK, "enrolment_ids": [first["enrolment_id"]]}
    asked = asyncio.create_task(stage.olga.post(f"/api/v1/runs/{run['id']}/pin_sets", json=one))
    for there in itertools.cycle(others[:2]):
        pin = {**whom, "mentor_id": there["mentor_id"], "reason": "Hm.", "replace": True}
        assert (await otto.post(overrides, json=pin)).status_code == 201
        if asked.done():
            break

    refused = (await asked).json()
    assert (refused["status"], refused["code"]) == (409, "conflict")
    assert refused["detail"].endswith("Look at the price again, then decide.")
    newest = (await read_round(stage, run["round_id"]))["run"]
    assert newest["id"] == run["id"]
