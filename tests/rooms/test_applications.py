"""Applying for a seat: until a day, with or without an account, changed, withdrawn, confirmed."""

import asyncio
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications import service
from cohort.applications.models import Application, UnconfirmedApplication
from cohort.applications.policy import takes_applications
from cohort.cohorts.models import Admission, Cohort, CohortState, Enrolment
from cohort.cohorts.policy import applications_close_at
from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from cohort.people import service as people
from cohort.people.models import Person
from cohort.people.tokens import hash_password
from tests.conftest import MONDAY, Cast, Platform, Someone
from tests.rooms.cohort_world import PROFILE, applications, applied, mailed_token
from tests.world import enrolled


async def mails_to(db: AsyncSession, address: str) -> list[str]:
    found = await db.scalars(
        select(MailboxMessage.subject)
        .where(MailboxMessage.to == address)
        .order_by(MailboxMessage.sent_at)
    )
    return list(found)


async def test_ada_applies_with_her_profile_and_is_told(
    enter: Cast, summer: Cohort, db: AsyncSession, run_jobs: Any
) -> None:
    ada = await enter("Ada")

    application = await applied(ada, summer)
    await run_jobs()

    assert application["state"] == "applied"
    assert application["profile"] == PROFILE
    assert await mails_to(db, "ada@example.org") == ["You have applied to Summer"]
    assert await db.scalar(select(func.count()).select_from(Enrolment)) == 0


async def test_a_seat_of_this_cohort_cannot_be_taken_directly(enter: Cast, summer: Cohort) -> None:
    ada = await enter("Ada")
    refused = await ada.post(f"/api/v1/cohorts/{summer.id}/enrolments", json=PROFILE)
    assert (refused.status_code, refused.json()["code"]) == (409, "by_application")


async def test_she_applies_once_however_often_she_sends_it(
    enter: Cast, summer: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    answers = await asyncio.gather(
        *(ada.post(applications(summer), json=PROFILE) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409]
    assert await db.scalar(select(func.count()).select_from(Application)) == 1


async def test_she_changes_it_until_the_end_of_the_last_day(
    enter: Cast, summer: Cohort, clock: Any
) -> None:
    ada = await enter("Ada")
    application = await applied(ada, summer)
    address = f"/api/v1/applications/{application['id']}"

    clock.now = datetime(2026, 3, 12, 22, 59, tzinfo=UTC)  # one minute to midnight in Berlin
    changed = await ada.patch(address, json={"about": "New."}, headers={"If-Match": '"1"'})
    clock.turn(minutes=1)
    late = await ada.patch(address, json={"about": "Late."}, headers={"If-Match": '"2"'})

    assert changed.json()["profile"] == PROFILE | {"about": "New."}
    assert (late.status_code, late.json()["code"]) == (409, "applications_closed")
    refused = await (await enter("Ben")).post(applications(summer), json=PROFILE)
    assert refused.json()["code"] == "applications_closed"


async def test_what_is_no_profile_is_refused_at_its_field(enter: Cast, summer: Cohort) -> None:
    ada = await enter("Ada")
    wrong = await ada.post(applications(summer), json=PROFILE | {"domains": ["alchemy"]})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "domains/0"
    unknown = await ada.post(applications(summer), json=PROFILE | {"shoe_size": 38})
    assert unknown.json()["errors"][0]["field"] == "shoe_size"


async def test_she_withdraws_twice_and_may_apply_again(enter: Cast, summer: Cohort) -> None:
    ada = await enter("Ada")
    application = await applied(ada, summer)
    withdrawal = f"/api/v1/applications/{application['id']}/withdrawal"

    first, second = await ada.post(withdrawal), await ada.post(withdrawal)
    again = await applied(ada, summer)

    assert first.json()["state"] == "withdrawn"
    assert second.json() == first.json()
    assert (again["id"], again["state"]) == (application["id"], "applied")


async def test_a_newcomer_counts_once_she_opened_the_link(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession, run_jobs: Any
) -> None:
    form = PROFILE | {"name": "Nora", "email": "nora@example.org"}

    sent = await anyone.post(applications(summer), json=form)
    await run_jobs()

    assert sent.status_code == 202
    assert await db.scalar(select(func.count()).select_from(Application)) == 0
    assert await db.scalar(select(Person).where(Person.email == "nora@example.org")) is None
    token = await mailed_token(db, "nora@example.org")
    shown = await anyone.get(f"/applications/confirm/{token}")
    assert "I work on translation for small languages." in shown.text
    confirmed = await anyone.post(f"/applications/confirm/{token}")
    assert confirmed.headers["location"].startswith("/password/")
    again = await anyone.post(f"/applications/confirm/{token}")
    assert again.status_code == 409
    nora = await db.scalar(select(Person).where(Person.email == "nora@example.org"))
    assert nora is not None
    assert nora.verified_at is not None
    application = await db.scalar(select(Application).where(Application.person_id == nora.id))
    assert application is not None
    assert application.profile == PROFILE
    chosen = await anyone.post(
        confirmed.headers["location"], data={"password": "four quiet geese at dawn"}
    )
    assert chosen.status_code == 303


async def test_a_known_address_is_answered_like_an_unknown_one(
    enter: Cast, anyone: AsyncClient, summer: Cohort, db: AsyncSession, run_jobs: Any
) -> None:
    ada = await enter("Ada")
    forms = [PROFILE | {"name": "X", "email": f"{name}@example.org"} for name in ("ada", "nobody")]
    known, unknown = [await anyone.post(applications(summer), json=form) for form in forms]
    await run_jobs()

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert await mails_to(db, "ada@example.org") == await mails_to(db, "nobody@example.org")
    token = await mailed_token(db, "ada@example.org")
    confirmed = await anyone.post(f"/applications/confirm/{token}")
    assert confirmed.status_code == 303
    own = (await ada.get("/api/v1/applications")).json()["items"]
    assert [one["person"]["name"] for one in own] == ["Ada Example"]


async def test_whoever_opened_an_account_with_her_address_before_has_no_way_into_it(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession, platform: Platform, run_jobs: Any
) -> None:
    planted = {"email": "nora@example.org", "password": "planted by somebody else"}
    async with unit_of_work(platform.sessions) as writing:  # as it could be in earlier versions
        mallory = await people.open_account(writing, planted["email"], "Mallory", now=MONDAY)
        assert mallory is not None
        mallory.password_hash = await hash_password(planted["password"])
    form = PROFILE | {"name": "Nora", "email": "nora@example.org"}
    await anyone.post(applications(summer), json=form)
    await run_jobs()
    token = await db.scalar(
        select(MailboxMessage.text).where(MailboxMessage.subject.like("Confirm your application%"))
    )
    [confirm] = re.findall(r"/applications/confirm/[\w-]+", token or "")

    assert (await anyone.post(confirm)).headers["location"].startswith("/password/")

    nora = await db.scalar(select(Person).where(Person.email == "nora@example.org"))
    assert nora is not None
    assert nora.name == "Nora"
    assert (await anyone.post("/api/v1/logins", json=planted)).status_code == 401


async def test_who_is_not_signed_in_says_who_she_is(anyone: AsyncClient, summer: Cohort) -> None:
    refused = await anyone.post(applications(summer), json=PROFILE)
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["errors"]} == {"name", "email"}


async def test_a_form_sent_in_time_may_be_confirmed_after_the_last_day_but_not_after_three(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession, run_jobs: Any, clock: Any
) -> None:
    clock.now = datetime(2026, 3, 12, 22, tzinfo=UTC)
    for name in ("nora", "nele"):
        form = PROFILE | {"name": name, "email": f"{name}@example.org"}
        assert (await anyone.post(applications(summer), json=form)).status_code == 202
    await run_jobs()
    nora, nele = [await mailed_token(db, f"{one}@example.org") for one in ("nora", "nele")]

    clock.turn(days=2)
    assert (await anyone.post(f"/applications/confirm/{nora}")).status_code == 303
    clock.turn(days=1, minutes=1)
    assert (await anyone.post(f"/applications/confirm/{nele}")).status_code == 409


async def test_what_nobody_confirmed_is_forgotten(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession, clock: Any, platform: Any
) -> None:
    form = PROFILE | {"name": "Nora", "email": "nora@example.org"}
    await anyone.post(applications(summer), json=form)
    for hours, left in [(71, 1), (1, 0)]:
        clock.turn(hours=hours)
        await service.forget_unconfirmed(db, now=clock())
        await db.commit()
        assert await db.scalar(select(func.count()).select_from(UnconfirmedApplication)) == left


@pytest.mark.parametrize(
    ("zone", "last_day", "closes_at"),
    [
        ("Europe/Berlin", date(2026, 3, 28), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),  # DST began
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        # The clock goes from 23:59 to 01:00: the next day has no midnight.
        ("Asia/Beirut", date(2026, 3, 28), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        # The last hour of the day comes twice, and belongs to the day both times.
        ("America/Asuncion", date(2024, 3, 23), datetime(2024, 3, 24, 4, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 3, 20), datetime(2026, 3, 20, 10, tzinfo=UTC)),
        ("Pacific/Niue", date(2026, 3, 20), datetime(2026, 3, 21, 11, tzinfo=UTC)),
    ],
)
def test_the_last_day_ends_on_the_clock_of_the_cohort(
    zone: str, last_day: date, closes_at: datetime
) -> None:
    cohort = Cohort(
        admission=Admission.APPLICATION,
        apply_by=last_day,
        time_zone=zone,
        state=CohortState.OPEN,
    )
    assert applications_close_at(cohort) == closes_at
    assert not takes_applications(cohort, closes_at)


async def test_an_organiser_says_until_when_people_apply(olga: Someone, cohort: Cohort) -> None:
    address = f"/api/v1/cohorts/{cohort.id}"
    seen = {"If-Match": '"1"'}
    refused = await olga.patch(address, json={"admission": "application"}, headers=seen)
    assert refused.json()["errors"][0]["field"] == "apply_by"
    change = {"admission": "application", "apply_by": "2026-03-20", "reviews_needed": 3}
    changed = await olga.patch(address, json=change, headers=seen)
    assert changed.status_code == 200
    assert {name: changed.json()[name] for name in change} == change


@pytest.mark.parametrize(
    "changed", [{"state": CohortState.COMPLETED}, {"admission": Admission.FIRST_COME}]
)
async def test_she_changes_nothing_once_the_cohort_takes_no_applications(
    enter: Cast, summer: Cohort, db: AsyncSession, changed: dict[str, Any]
) -> None:
    ada = await enter("Ada")
    application = await applied(ada, summer)
    await db.execute(update(Cohort).values(changed))
    await db.commit()
    address, seen = f"/api/v1/applications/{application['id']}", {"If-Match": '"1"'}
    refused = await ada.patch(address, json={"about": "New."}, headers=seen)
    assert (refused.status_code, refused.json()["code"]) == (409, "applications_closed")


@pytest.mark.parametrize("state", [CohortState.DRAFT, CohortState.COMPLETED])
async def test_nobody_applies_to_what_is_not_open(
    enter: Cast, summer: Cohort, db: AsyncSession, state: CohortState
) -> None:
    await db.execute(update(Cohort).values(state=state))
    await db.commit()
    ada = await enter("Ada")
    assert (await ada.post(applications(summer), json=PROFILE)).status_code == 404


async def test_who_has_a_seat_does_not_apply(enter: Cast, summer: Cohort, db: AsyncSession) -> None:
    ada = await enter("Ada")
    await enrolled(db, summer, ada.person, now=MONDAY)
    await db.commit()
    refused = await ada.post(applications(summer), json=PROFILE)
    assert refused.json()["code"] == "already_enrolled"
