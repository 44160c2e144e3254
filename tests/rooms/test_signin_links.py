"""Ada signs in by a link that she is mailed; Mallory tries to do it with hers."""

import re
from collections.abc import Awaitable, Callable

from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage
from cohort.people.models import Login
from tests.conftest import Cast, TurnableClock
from tests.rooms.accounts import EMAIL

Keep = Callable[[], Awaitable[None]]


async def mailed(anyone: AsyncClient, db: AsyncSession, run_jobs: Keep) -> str:
    """The token of the link that Ada is sent when someone asks for it on the page."""
    asked = await anyone.post("/login/link", data=EMAIL)
    assert (asked.status_code, asked.headers["location"]) == (303, "/login")
    return await newest_link(db, run_jobs)


async def newest_link(db: AsyncSession, run_jobs: Keep) -> str:
    await run_jobs()
    newest = select(MailboxMessage.text).order_by(MailboxMessage.sent_at.desc()).limit(1)
    found = re.search(r"/login/link/([\w-]+)", await db.scalar(newest) or "")
    assert found
    await db.rollback()  # so that the next look sees what is new
    return found[1]


async def logins_of(db: AsyncSession) -> int:
    count = await db.scalar(select(func.count()).select_from(Login)) or 0
    await db.rollback()
    return count


async def test_the_link_opens_a_page_whose_button_signs_in_once(
    anyone: AsyncClient, enter: Cast, db: AsyncSession, run_jobs: Keep
) -> None:
    await enter("Ada")
    link = f"/login/link/{await mailed(anyone, db, run_jobs)}"
    opened = await anyone.get(link)
    assert "Sign me in" in opened.text
    assert await logins_of(db) == 1  # the one that she entered with: to look is not to sign in

    entered = await anyone.post(link)

    assert (entered.status_code, entered.headers["location"]) == (303, "/week")
    assert "Ada Example" in (await anyone.get("/login")).text
    again = await anyone.post(link)
    assert again.status_code == 409
    assert "does not work any more" in again.text
    assert await logins_of(db) == 2


async def test_the_token_signs_a_program_in(
    anyone: AsyncClient, enter: Cast, db: AsyncSession, run_jobs: Keep
) -> None:
    await enter("Ada")
    told = await anyone.post("/api/v1/login_links", json=EMAIL)
    assert told.status_code == 202
    await run_jobs()
    text = await db.scalar(select(MailboxMessage.text)) or ""
    assert "15 minutes" in text
    token = text.partition("/login/link/")[2].split()[0]
    entry = await anyone.post("/api/v1/logins/by_link", json={"token": token})
    shown = {"authorization": f"Bearer {entry.json()['token']}"}
    assert (await anyone.get("/api/v1/me", headers=shown)).json()["name"] == "Ada Example"


async def test_an_address_that_nobody_has_is_answered_the_same_and_gets_no_mail(
    anyone: AsyncClient, enter: Cast, db: AsyncSession, run_jobs: Keep
) -> None:
    await enter("Ada")
    answers = []
    for email in (EMAIL["email"], "nobody@example.org"):
        answer = await anyone.post("/api/v1/login_links", json={"email": email})
        answers.append((answer.status_code, answer.content))
    assert answers[0] == answers[1]
    await run_jobs()
    assert list(await db.scalars(select(MailboxMessage.to))) == [EMAIL["email"]]


async def test_a_link_is_dead_when_it_is_old_replaced_or_before_a_new_password(
    anyone: AsyncClient, enter: Cast, db: AsyncSession, run_jobs: Keep, clock: TurnableClock
) -> None:
    await enter("Ada")
    old = await mailed(anyone, db, run_jobs)
    clock.turn(minutes=15)
    replaced = await mailed(anyone, db, run_jobs)
    clock.turn(minutes=1)
    before = await mailed(anyone, db, run_jobs)
    clock.turn(minutes=1)
    await anyone.post("/api/v1/password_links", json=EMAIL)
    await run_jobs()
    newest = select(MailboxMessage.text).order_by(MailboxMessage.sent_at.desc()).limit(1)
    token = (await db.scalar(newest) or "").partition("/password/")[2].split()[0]
    chosen = await anyone.post(
        "/api/v1/passwords", json={"token": token, "password": "four calm herons wading"}
    )
    assert chosen.status_code == 200

    for link in (old, replaced, before, token, "made up by somebody x"):
        answer = await anyone.post("/api/v1/logins/by_link", json={"token": link})
        assert answer.status_code in {409, 422}, link
        assert (await anyone.post(f"/login/link/{link}")).status_code == 409


async def test_who_asks_for_many_links_is_told_to_wait(anyone: AsyncClient, enter: Cast) -> None:
    await enter("Ada")
    answers = [(await anyone.post("/login/link", data=EMAIL)).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]


async def test_who_has_no_password_confirms_by_a_mailed_link(
    anyone: AsyncClient, enter: Cast, db: AsyncSession, run_jobs: Keep, clock: TurnableClock
) -> None:
    ada, eve = await enter("Ada"), await enter("Eve")
    await anyone.post(f"/login/link/{await mailed(anyone, db, run_jobs)}")
    clock.turn(minutes=16)
    waits = await anyone.post("/account/logins/end_others", data={"typed": "before"})
    assert (waits.status_code, 'type="password"' in waits.text) == (403, False)
    assert 'name="typed" value="before"' in waits.text
    assert "Mail me a link" in (await anyone.get("/account/confirm")).text
    asked = await anyone.post("/account/confirm", data={"by": "link"})
    assert asked.headers["location"] == "/account/confirm"
    assert (await anyone.post("/account/confirm")).status_code == 422
    assert (await anyone.post("/account/logins/end_others")).status_code == 403
    await anyone.post(f"/login/link/{await newest_link(db, run_jobs)}")
    assert "Yes, it is you" in (await anyone.get("/account/confirm")).text
    assert (await anyone.post("/account/logins/end_others")).status_code == 303

    clock.turn(minutes=16)
    token, confirmation = (
        {"token": await mailed(anyone, db, run_jobs)},
        "/api/v1/logins/current/confirmation",
    )
    assert (await eve.post(confirmation, json=token)).status_code == 409
    assert (await anyone.post(confirmation, json={})).status_code == 422
    assert (await anyone.delete("/api/v1/logins/others")).status_code == 403
    assert (await anyone.post(confirmation, json=token)).status_code == 204
    assert (await anyone.delete("/api/v1/logins/others")).status_code == 204
    assert (await anyone.post(confirmation, json=token)).status_code == 409
    assert (await ada.get("/api/v1/me")).status_code == 401  # one of the others
