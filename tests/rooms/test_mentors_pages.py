"""The public sign-up in a browser, and Olga's answer to it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState
from cohort.mail import MailboxMessage
from cohort.mentors.models import Mentor, MentorState, UnconfirmedMentor
from tests.conftest import MONDAY, Cast, Someone
from tests.world import mentoring

JOIN = "/mentors/join/spring"
FORM: dict[str, Any] = {
    "name": "Grace Example",
    "email": "grace@example.org",
    "came_from": "postdoc",
    "organisations": "Northwind Robotics\r\n\r\nUniversity of Somewhere",
    "domains": ["nlp", "vision"],
    "roles": ["ml-engineer"],
    "skills": ["serving"],
    "languages": ["en", "de"],
    "time_zone": "Europe/Berlin",
    "weekly_hours": ["tuesday 17-20", "tuesday 20-23"],
    "capacity": "3",
    "motivation": "Somebody did it for <me>.",
    "consent": "yes",
}


async def test_the_cohorts_that_take_mentors_are_listed(
    anyone: AsyncClient, cohort: Cohort, db: AsyncSession
) -> None:
    assert JOIN in (await anyone.get("/mentors/join")).text
    (await db.get_one(Cohort, cohort.id)).state = CohortState.COMPLETED
    await db.commit()
    assert "No cohort takes mentors now" in (await anyone.get("/mentors/join")).text
    assert (await anyone.get(JOIN)).status_code == 404


async def test_grace_signs_up_with_the_form_and_is_thanked(
    anyone: AsyncClient, cohort: Cohort, db: AsyncSession
) -> None:
    shown = await anyone.get(JOIN)
    assert shown.status_code == 200
    for name in FORM:
        assert f'name="{name}"' in shown.text

    sent = await anyone.post(JOIN, data=FORM)

    assert (sent.status_code, sent.headers["location"]) == (303, "/mentors/thanks")
    assert "Thank you" in (await anyone.get("/mentors/thanks")).text
    waiting = (await db.scalars(select(UnconfirmedMentor.profile))).one()
    assert waiting["weekly_hours"] == [{"day": "tuesday", "start": "17:00", "end": "23:00"}]
    assert waiting["organisations"] == ["Northwind Robotics", "University of Somewhere"]
    assert (waiting["domains"], waiting["capacity"]) == (["nlp", "vision"], 3)


async def test_an_error_is_at_its_field_and_nothing_typed_is_lost(
    anyone: AsyncClient, cohort: Cohort, db: AsyncSession
) -> None:
    wrong = {name: value for name, value in FORM.items() if name != "consent"}
    answer = await anyone.post(JOIN, data=wrong | {"capacity": "many", "email": "nowhere"})

    assert answer.status_code == 422
    for field in ("capacity", "email", "consent"):
        assert f'href="#field-{field}"' in answer.text
        assert f'id="field-{field}-error"' in answer.text
    assert 'value="many"' in answer.text
    assert "Somebody did it for &lt;me&gt;." in answer.text
    assert "Northwind Robotics\nUniversity of Somewhere" in answer.text
    for ticked in ("vision", "tuesday 20-23", "de", "serving", "postdoc"):
        assert f'value="{ticked}" checked' in answer.text
    assert await db.scalar(select(func.count()).select_from(UnconfirmedMentor)) == 0


@pytest.mark.parametrize("field", ["name", "email", "domains", "roles", "skills", "motivation"])
async def test_what_is_needed_is_asked_for(anyone: AsyncClient, cohort: Cohort, field: str) -> None:
    left_out = {name: value for name, value in FORM.items() if name != field}
    answer = await anyone.post(JOIN, data=left_out)
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


async def test_signed_in_nobody_is_asked_who_she_is(
    enter: Cast, cohort: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    assert 'name="email"' not in (await ada.get(JOIN)).text
    mine = {name: value for name, value in FORM.items() if name not in {"name", "email"}}
    assert (await ada.post(JOIN, data=mine)).status_code == 303
    assert await db.scalar(select(Mentor.person_id)) == ada.person.id


async def test_hours_that_are_not_on_the_form_are_refused(
    anyone: AsyncClient, cohort: Cohort
) -> None:
    answer = await anyone.post(JOIN, data=FORM | {"weekly_hours": ["someday 00-99"]})
    assert answer.status_code == 422


async def grace_confirms(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Callable[[], Awaitable[None]]
) -> str:
    """The address of the page about her."""
    await anyone.post(JOIN, data=FORM)
    await run_jobs()
    mail = (await db.scalars(select(MailboxMessage.text))).one()
    link = re.search(r"(/mentors/confirm/[\w-]+)", mail)
    assert link
    shown = (await anyone.get(link[1])).text
    assert "Somebody did it for &lt;me&gt;." in shown
    assert (await anyone.post(link[1])).status_code == 303
    return f"/mentors/{await db.scalar(select(Mentor.id))}"


async def test_olga_reads_the_profile_and_approves(
    anyone: AsyncClient,
    olga: Someone,
    cohort: Cohort,
    db: AsyncSession,
    run_jobs: Callable[[], Awaitable[None]],
) -> None:
    address = await grace_confirms(anyone, db, run_jobs)
    seen = (await olga.get(address)).text
    for words in ("Grace Example", "Nlp, Vision", "Tue 17:00–23:00", "English, German"):
        assert words in seen
    approved = await olga.post(f"{address}/approve")
    assert approved.headers["location"] == address
    assert "Approved" in (await olga.get(address)).text
    await run_jobs()
    to_grace = select(MailboxMessage.subject).where(MailboxMessage.to == "grace@example.org")
    assert "You are a mentor in Spring 2026" in set(await db.scalars(to_grace))


async def test_declining_needs_a_reason(
    enter: Cast, olga: Someone, cohort: Cohort, db: AsyncSession
) -> None:
    grace = await enter("Grace")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY, state=MentorState.PENDING)
    await db.commit()
    address = f"/mentors/{mentor.id}"
    answer = await olga.post(f"{address}/decline", data={"note": ""})
    assert answer.status_code == 422
    assert 'id="field-note-error"' in answer.text
    await olga.post(f"{address}/decline", data={"note": "We are full."})
    assert "Declined: We are full." in (await olga.get(address)).text


async def test_who_may_open_the_page_of_a_mentor(
    enter: Cast, anyone: AsyncClient, cohort: Cohort, db: AsyncSession
) -> None:
    grace, eve = await enter("Grace"), await enter("Eve")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY, state=MentorState.PENDING)
    await db.commit()
    address = f"/mentors/{mentor.id}"
    assert (await anyone.get(address)).headers["location"].startswith("/login")
    assert (await eve.get(address)).status_code == 404
    own = await grace.get(address)
    assert own.status_code == 200
    assert f"{address}/approve" not in own.text
    assert (await grace.post(f"{address}/approve")).status_code == 403
