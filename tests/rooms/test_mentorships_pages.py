"""Grace's page, and the answers to a proposal in a browser."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships.models import Mentorship
from tests.conftest import MONDAY, Cast
from tests.rooms.mentorship_world import Spring, another, begun
from tests.world import mentoring


async def test_grace_sees_who_is_proposed_and_why(spring: Spring) -> None:
    seen = (await spring.grace.get("/mentoring")).text
    for words in ("Ada Example", "Both of you work on translation.", "Ml engineer", "0.90"):
        assert words in seen
    assert "ada@example.org" not in seen
    assert f"/proposals/{spring.proposal.id}/accept?next=/mentoring" in seen


async def test_she_accepts_and_after_ada_too_finds_her_mentee(spring: Spring) -> None:
    yes = f"/proposals/{spring.proposal.id}/accept?next=/mentoring"
    answer = await spring.grace.post(yes)
    card = f"proposal-{spring.proposal.id}"
    assert (answer.status_code, answer.headers["location"]) == (303, f"/mentoring#{card}")
    waiting = (await spring.grace.get("/mentoring")).text
    assert "You said yes; Ada Example has not answered yet" in waiting
    assert f'id="{card}"' in waiting
    assert yes not in waiting

    await spring.ada.post(f"/proposals/{spring.proposal.id}/accept?next=/")
    seen = (await spring.grace.get("/mentoring")).text
    assert "ada@example.org" in seen
    assert f"/plan/{spring.enrolment.id}" in seen
    assert "1 of 1" in seen


async def test_nobody_is_sent_elsewhere_after_an_answer(spring: Spring) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        address = f"/proposals/{spring.proposal.id}/accept?next={quote(elsewhere)}"
        answer = await spring.grace.post(address)
        assert answer.headers["location"].partition("#")[0] == "/"
        shown = await spring.ada.get(address.replace("/accept", ""))
        assert "evil" not in shown.text


async def test_she_changes_her_places_but_not_below_those_in_use(
    spring: Spring, db: AsyncSession
) -> None:
    await begun(spring)
    places = f"/mentoring/{spring.mentor.id}/places"
    refused = await spring.grace.post(places, data={"capacity": "0"})
    assert refused.status_code == 422
    assert "You mentor 1 now" in refused.text
    assert 'value="0"' in refused.text
    assert (await spring.grace.post(places, data={"capacity": "lots"})).status_code == 422
    assert (await spring.grace.post(places, data={"capacity": "4"})).status_code == 303
    assert await db.scalar(select(Mentor.capacity)) == 4
    assert (await spring.olga.post(places, data={"capacity": "9"})).status_code == 403


async def test_she_pauses_and_resumes(spring: Spring, db: AsyncSession) -> None:
    here, home = f"/mentoring/{spring.mentor.id}", "/mentoring"
    for act, paused in (("pause", True), ("pause", True), ("resume", False)):
        answer = await spring.grace.post(f"{here}/{act}")
        assert answer.headers["location"] == home
        assert (await db.scalar(select(Mentor.paused_at)) is not None) is paused


async def test_she_plans_a_pause_ahead_and_an_organiser_ends_it(
    spring: Spring, db: AsyncSession
) -> None:
    here = f"/mentoring/{spring.mentor.id}"
    for wrong, said in (
        ({"back_on": "2026-03-02"}, "This day has come already"),
        ({"pause_from": "2026-03-20", "back_on": "2026-03-20"}, "must be after the day"),
        ({"back_on": "2099-01-01"}, "more than two years ahead"),
    ):
        refused = await spring.grace.post(f"{here}/pause", data=wrong)
        assert (refused.status_code, said in refused.text) == (422, True)
        assert f'value="{wrong["back_on"]}"' in refused.text

    days = {"pause_from": "2026-03-20", "back_on": "2026-04-06"}
    await spring.grace.post(f"{here}/pause", data=days)
    assert "Pauses from Fri 20 Mar 2026" in (await spring.grace.get("/mentoring")).text
    assert 'value="2026-04-06"' in (await spring.grace.get(f"{here}/pause")).text
    ended = await spring.olga.post(f"{here}/resume")
    assert ended.headers["location"] == f"/mentors/{spring.mentor.id}"
    assert await db.scalar(select(Mentor.back_on)) is None


async def test_a_mentorship_ends_with_a_reason(spring: Spring, db: AsyncSession) -> None:
    mentorship = await begun(spring)
    address = f"/mentorships/{mentorship['id']}/end?next=/mentoring"
    assert "Ada Example" in (await spring.grace.get(address)).text
    assert (await spring.grace.post(address, data={"reason": " "})).status_code == 422
    ended = await spring.grace.post(address, data={"reason": "She has a job."})
    assert ended.headers["location"] == "/mentoring"
    assert await db.scalar(select(Mentor.taken)) == 0
    assert "No mentees yet" in (await spring.grace.get("/mentoring")).text
    await spring.ada.post(address, data={"reason": "I have one."})
    assert "what was said then stands" in (await spring.ada.get("/mentoring")).text
    assert await db.scalar(select(Mentorship.end_reason)) == "She has a job."


async def test_who_is_no_mentor_yet_is_shown_the_way(
    spring: Spring, enter: Cast, db: AsyncSession
) -> None:
    eve = await enter("Eve")
    assert "You are not a mentor yet" in (await eve.get("/mentoring")).text
    await mentoring(db, spring.cohort, eve.person, now=MONDAY, state=MentorState.PENDING)
    await db.commit()
    assert "waits for an answer" in (await eve.get("/mentoring")).text


async def test_the_page_costs_the_same_for_more(
    spring: Spring, enter: Cast, db: AsyncSession, count_statements: Callable[[], Any]
) -> None:
    async with count_statements() as for_one:
        await spring.grace.get("/mentoring")
    await another(enter, db, spring, "Mary")
    await another(enter, db, spring, "Joan")
    async with count_statements() as for_three:
        assert "Joan Example" in (await spring.grace.get("/mentoring")).text
    assert len(for_one) == len(for_three)
