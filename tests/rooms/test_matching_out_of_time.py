"""A run that is out of time keeps what it has, and Olga is told before she publishes it."""

import re
from copy import copy
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assignment.certificate import verify
from cohort.mail import MailboxMessage
from cohort.matching.jobs import open_due_rounds
from cohort.pairing.evidence import unpack
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    Stage,
    aim_at,
    keep_runs,
    open_and_solve,
    pairs_of,
    set_the_stage,
    unmatched_of,
)


@pytest.fixture
def hurried(platform: Platform) -> Platform:
    """The platform with a worker that gives a run a microsecond."""
    runner = copy(platform.runner)
    runner.settings = platform.settings.model_copy(update={"longest_solve": 1e-6})
    return replace(platform, runner=runner)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    stage = await set_the_stage(platform, enter)
    await stage.more(enter, researchers=6, mentors=3)
    return stage


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


async def test_everybody_who_can_has_a_mentor_and_the_gap_is_told(
    stage: Stage, hurried: Platform
) -> None:
    run = (await open_and_solve(stage, hurried))["run"]

    assert (run["state"], run["stopped"], run["error"]) == ("solved", True, None)
    pairs, left = await pairs_of(stage, run), await unmatched_of(stage, run)
    assert (len(pairs), len(left)) == (5, 3)
    assert run["total"] == pytest.approx(sum(pair["score"] for pair in pairs))
    assert run["gap"] == pytest.approx(run["bound"] - run["total"])
    assert run["gap"] > 0
    proof = (await stage.olga.get(f"/api/v1/runs/{run['id']}/certificate")).json()
    assert (proof["stopped"], proof["gap"]) == (True, run["gap"])


async def test_with_time_the_same_people_are_proved_and_no_better_than_the_bound(
    stage: Stage, hurried: Platform, platform: Platform
) -> None:
    early = (await open_and_solve(stage, hurried))["run"]
    best = (await open_and_solve(stage, platform))["run"]

    assert (best["stopped"], best["gap"]) == (False, 0)
    assert early["total"] <= best["total"] <= early["bound"]
    assert best["input_digest"] != early["input_digest"]  # it knows the pairs of the run before


async def test_olga_is_told_before_she_publishes_and_may_publish_all_the_same(
    stage: Stage, hurried: Platform
) -> None:
    round_ = await open_and_solve(stage, hurried)
    address = f"/rounds/{round_['id']}"
    page = await stage.olga.get(address)

    said = words(page)
    told = said.index("Out of time, waits for you to look and publish")
    assert "a better assignment is not ruled out" in said
    assert "Time ran out before these pairs were proved the best" in said
    assert re.search(r"At best, the total would be \d\.\d\d \(\d+\.\d% of the total\) higher", said)
    assert told < said.index("Publish all the same")
    assert "These pairs are not proved the best: time ran out." in page.text
    assert "no other assignment" not in said
    done = await stage.olga.post(f"{address}/publication")
    assert done.status_code == 303
    after = words(await stage.olga.get(address))
    assert "Time ran out before these pairs were proved the best" in after
    assert after.count("Proposed") >= 5
    assert "You can publish them" not in after


async def test_what_needs_the_best_pairs_is_refused_with_what_to_do(
    stage: Stage, hurried: Platform
) -> None:
    round_ = await open_and_solve(stage, hurried)
    run = round_["run"]
    asked = f"{stage.ada.id}/{stage.robin.id}"

    refused = await stage.olga.get(f"/api/v1/runs/{run['id']}/alternatives/{asked}")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_comparable")
    assert "ran out of time before that. Run the round again" in refused.json()["detail"]
    two = f"enrolment_id={stage.ada.id}&mentor_id={stage.robin.id}"
    page = await stage.olga.get(f"/rounds/{round_['id']}/what_if?{two}")
    assert page.status_code == 409
    assert "ran out of time before that" in words(page)
    assert "Other mentors" not in words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert {pair["loss"] for pair in await pairs_of(stage, run)} == {None}
    advice = (await stage.olga.get(f"/api/v1/runs/{run['id']}/advice")).json()
    assert (advice["places"], advice["invitations"]) == ([], [])


async def test_the_evidence_is_sound_and_proves_nothing_the_best(
    stage: Stage, hurried: Platform
) -> None:
    run = (await open_and_solve(stage, hurried))["run"]
    packed = (await stage.olga.get(f"/api/v1/runs/{run['id']}/evidence")).content
    evidence = unpack(packed)

    verdict = verify(evidence.problem, evidence.solution)
    assert evidence.solution.stopped
    assert verdict.sound
    assert not verdict
    assert verdict.bound == pytest.approx(run["bound"])


async def test_fairness_that_was_not_proved_is_not_claimed(stage: Stage, hurried: Platform) -> None:
    await aim_at(stage, objective="fair")
    round_ = await open_and_solve(stage, hurried)

    assert round_["run"]["stopped"]
    said = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert "fairness is not proved" in said
    assert "Fairer pairs may exist; how much fairer is not known." in said
    assert "let the rules aim at the highest total" in said
    assert "no other assignment is fairer" not in said


async def test_with_cover_it_is_told_how_many_more_could_have_a_mentor(
    stage: Stage, hurried: Platform
) -> None:
    await aim_at(stage, cover=True)
    round_ = await open_and_solve(stage, hurried)

    said = words(await stage.olga.get(f"/rounds/{round_['id']}"))
    assert re.search(r"Nobody more could have a mentor|people? more would have a mentor", said)


async def test_the_weekly_mail_says_that_time_ran_out(
    stage: Stage, hurried: Platform, db: AsyncSession
) -> None:
    hurried.clock.turn(days=7)
    await open_due_rounds(hurried.runner.cron)
    await keep_runs(hurried)
    await hurried.run_jobs()

    told = select(MailboxMessage).where(MailboxMessage.to == stage.olga.person.email)
    (mail,) = (await db.scalars(told)).all()
    assert "Time ran out before these pairs were proved the best" in mail.text


async def test_rules_that_cannot_be_tried_out_in_time_are_not_shown_half_done(
    stage: Stage, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cohort.matching.previews.service.LONGEST_PREVIEW", 1e-6)
    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    rules = (await stage.olga.get(address)).json()
    form = {part: rules[part] for part in ("weights", "requirements", "aim")}

    tried = await stage.olga.post(f"{address}_previews", json=form)

    assert (tried.status_code, tried.json()["code"]) == (409, "cannot_preview")
    assert "could not be worked out in five seconds" in tried.json()["detail"]
    assert (await open_and_solve(stage, platform))["run"]["gap"] == 0
