"""Amy, an admin, keeps Mallory out for a while."""

from collections.abc import Awaitable, Callable

from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from cohort.people.models import Act, Person
from cohort.people.tokens import hash_password
from tests.conftest import Cast, Platform

PASSWORD = "seven quiet otters"
SIGN_IN = {"email": "mallory@example.org", "password": PASSWORD}
WHY = {"reason": "You wrote to people who asked you not to."}


async def test_who_is_suspended_is_out_at_once_is_told_why_and_may_come_back(
    enter: Cast,
    anyone: AsyncClient,
    platform: Platform,
    db: AsyncSession,
    run_jobs: Callable[[], Awaitable[None]],
) -> None:
    amy, mallory = await enter("Amy", admin=True), await enter("Mallory")
    async with unit_of_work(platform.sessions) as writing:
        person = await writing.get_one(Person, mallory.person.id)
        person.password_hash = await hash_password(PASSWORD)
    key = {"name": "script", "scopes": ["cohorts:read"]}
    script = platform.client((await mallory.post("/api/v1/api_keys", json=key)).json()["secret"])
    address = f"/api/v1/people/{mallory.id}/suspension"
    assert (await mallory.put(address, json=WHY)).status_code == 403

    suspended = [await amy.put(address, json=WHY) for _ in range(2)]
    assert [one.status_code for one in suspended] == [200, 200]
    assert suspended[0].json() == suspended[1].json()
    assert [(await one.get("/api/v1/me")).status_code for one in (mallory, script)] == [401, 401]
    refused = await anyone.post("/api/v1/logins", json=SIGN_IN)
    assert (refused.status_code, refused.json()["code"]) == (403, "suspended")
    wrong = await anyone.post("/api/v1/logins", json=SIGN_IN | {"password": "something else"})
    assert wrong.json()["code"] == "wrong_password"  # strangers do not learn it
    assert "This account is suspended" in (await anyone.post("/login", data=SIGN_IN)).text
    listed = (await amy.get("/api/v1/people?suspended=true")).json()["items"]
    assert [one["email"] for one in listed] == ["mallory@example.org"]

    assert (await amy.delete(address)).json()["suspended_at"] is None
    assert (await anyone.post("/api/v1/logins", json=SIGN_IN)).status_code == 201
    assert [(await one.get("/api/v1/me")).status_code for one in (mallory, script)] == [401, 401]
    await run_jobs()
    mails = list(await db.scalars(select(MailboxMessage).order_by(MailboxMessage.sent_at)))
    assert {one.subject for one in mails} == {
        "Your account is suspended",
        "Your account works again",
    }
    (told,) = [one.text for one in mails if "is suspended" in one.subject]
    assert WHY["reason"] in told
    assert "amy@example.org" in told
    verbs = await db.scalars(select(Act.verb).order_by(Act.id))
    assert list(verbs) == ["person.suspend", "person.end_suspension"]
    await script.aclose()


async def test_an_admin_looks_people_up_and_suspends_on_a_page(enter: Cast) -> None:
    amy, mallory = await enter("Amy", admin=True), await enter("Mallory")
    assert (await mallory.get("/people")).status_code == 403
    assert "Mallory Example" in (await amy.get("/people?q=MALLO")).text
    assert "Mallory Example" not in (await amy.get("/people?q=m%25y")).text
    without = await amy.post(f"/people/{mallory.id}/suspend", data={"reason": ""})
    assert (without.status_code, "This is needed" in without.text) == (422, True)
    herself = await amy.post(f"/people/{amy.id}/suspend", data=WHY)
    assert (herself.status_code, "cannot suspend yourself" in herself.text) == (422, True)
    assert (await amy.post(f"/people/{mallory.id}/suspend", data=WHY)).status_code == 303
    assert "Let in again" in (await amy.get("/people")).text
    assert (await amy.post(f"/people/{mallory.id}/end_suspension")).status_code == 303
