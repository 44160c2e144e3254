"""Whom the advice says to invite is invited from the page of the round, by a filled in form."""

import re
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.invitations.models import MailedInvitation
from cohort.mail import MailboxMessage
from cohort.matching.models import Run
from cohort.mentors.models import Mentor
from tests.conftest import Cast, Platform
from tests.rooms.matching_world import Stage, open_and_solve, set_the_stage, words
from tests.rooms.mentor_forms import TYPED_GRACE


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def advised(stage: Stage, platform: Platform) -> tuple[str, dict[str, Any]]:
    """A round in which somebody is left without a mentor, and the best mentor to look for."""
    async with unit_of_work(platform.sessions) as db:
        (await db.get_one(Mentor, stage.robin.id)).paused_at = platform.clock()
    round_ = await open_and_solve(stage, platform)
    advice = await stage.olga.get(f"/api/v1/runs/{round_['run']['id']}/advice")
    return f"/rounds/{round_['id']}", advice.json()["invitations"][0]


def panel(page: Any, of: dict[str, Any]) -> str:
    """What the page says of one mentor to look for, with its forms."""
    every = re.findall(r"<li>\s*<h3>(.*?)</li>", page.text, re.DOTALL)
    mine = (f'value="{of["domain"]}"', f'value="{of["role"]}"')
    (found,) = [one for one in every if all(value in one for value in mine)]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found))


async def test_an_advised_mentor_is_invited_with_a_filled_in_form_and_the_answer_is_shown(
    stage: Stage, platform: Platform, db: AsyncSession, anyone: AsyncClient, run_jobs: Any
) -> None:
    address, best = await advised(stage, platform)
    form = {"domain": best["domain"], "role": best["role"], "person": "Ivy <ivy@example.org>"}

    sent = await stage.olga.post(f"{address}/invitations", data=form | {"note": "Join us!"})

    assert (sent.status_code, sent.headers["location"]) == (303, f"{address}#advice")
    assert "Ivy: On its way" in panel(await stage.olga.get(address), best)
    await run_jobs()
    mail = await db.scalar(
        select(MailboxMessage.text).where(MailboxMessage.to == "ivy@example.org")
    )
    assert mail is not None
    assert "Join us!" in mail
    (token,) = re.findall(r"/invitations/([\w-]+)", mail)
    asked = await anyone.get(f"/invitations/{token}")
    for value in (best["domain"], best["role"], *best["skills"], best["language"]):
        assert re.search(rf'value="{re.escape(value)}"[^>]* (checked|selected)', asked.text), value
    fields = (await anyone.get(f"/api/v1/forms/invitation/{token}")).json()["properties"]
    assert fields["domains"]["default"] == [best["domain"]]
    assert "Ivy: Opened" in panel(await stage.olga.get(address), best)

    answered = await anyone.post(
        f"/invitations/{token}", data=TYPED_GRACE | {"name": "Ivy Example"}
    )
    assert answered.status_code == 303
    assert "Ivy: Answered" in panel(await stage.olga.get(address), best)


async def test_what_cannot_be_invited_is_said_in_its_row_and_nothing_is_lost(
    stage: Stage, platform: Platform, db: AsyncSession
) -> None:
    address, best = await advised(stage, platform)
    form = {"domain": best["domain"], "role": best["role"], "note": "Join us!"}
    for person, sentence in (
        ("Ivy", "Write one address on each line"),
        ("", "This is needed."),
        ("robin@example.org", "Has signed up as a mentor already."),
    ):
        refused = await stage.olga.post(f"{address}/invitations", data=form | {"person": person})
        assert refused.status_code == 422
        said = panel(refused, best)
        assert sentence in said
        assert "Join us!" in said
        assert "<details open>" in refused.text
    elsewhere = form | {"role": "astronaut", "person": "ivy@example.org"}
    assert (await stage.olga.post(f"{address}/invitations", data=elsewhere)).status_code == 422
    await open_and_solve(stage, platform)
    newest = await db.scalar(select(Run).order_by(Run.number.desc()))
    assert newest is not None
    assert await db.scalar(select(func.count()).select_from(MailedInvitation)) == 0


async def test_over_the_api_the_form_of_a_mentor_is_filled_in_and_of_nobody_else(
    stage: Stage,
) -> None:
    address = f"/api/v1/cohorts/{stage.cohort.id}/invitations"
    profile = {"domains": ["machine-translation"], "languages": ["pt"]}
    asked = {"lines": ["ivy@example.org"], "profile": profile}
    made = await stage.olga.post(address, json=asked | {"invited_as": "mentor"})
    assert made.status_code == 200, made.text
    (listed,) = (await stage.olga.get(address)).json()["items"]
    assert {k: v for k, v in listed["profile"].items() if v} == profile

    refused = await stage.olga.post(address, json=asked | {"invited_as": "researcher"})
    assert refused.json()["errors"][0]["field"] == "profile"
    unknown = {"lines": ["x@example.org"], "invited_as": "mentor", "profile": {"roles": ["king"]}}
    refused = await stage.olga.post(address, json=unknown)
    assert refused.status_code == 422
    assert "king" in words(refused)
