"""The same accounts, through pages."""

from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http import pages as web
from tests.conftest import TurnableClock
from tests.rooms.accounts import ADA, EMAIL, JOIN, SIGN_IN, link_in_last_mail

Keep = Callable[[], Awaitable[None]]


async def with_an_account(anyone: AsyncClient, db: AsyncSession, run_jobs: Keep) -> None:
    joined = await anyone.post("/join", data=EMAIL)
    assert (joined.status_code, joined.headers["location"]) == (303, "/login")
    await run_jobs()
    verified = await anyone.post(f"/verify/{await link_in_last_mail(db)}", data=JOIN)
    assert verified.headers["location"] == "/week"


async def test_ada_joins_is_signed_in_and_signs_out_and_in(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep
) -> None:
    await with_an_account(anyone, db, run_jobs)
    said = await anyone.get("/account")
    assert "Your account is open" in said.text
    assert "Your account is open" not in (await anyone.get("/account")).text
    await anyone.post("/logout")
    assert "Ada Example" not in (await anyone.get("/login")).text

    entered = await anyone.post("/login?next=/login", data=SIGN_IN)

    assert entered.headers["location"] == "/login"
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert "Ada Example" in (await anyone.get("/login")).text
    await anyone.post("/logout")
    assert "Ada Example" not in (await anyone.get("/login")).text


async def test_a_planted_token_is_worth_nothing_after_sign_in(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep
) -> None:
    await with_an_account(anyone, db, run_jobs)
    anyone.cookies.set("cohort_login", "chosen-by-the-attacker")

    await anyone.post("/login", data=SIGN_IN)

    attacker = await anyone.get(
        "/api/v1/me", headers={"cookie": "cohort_login=chosen-by-the-attacker"}
    )
    assert attacker.status_code == 401


async def test_a_wrong_password_is_said_at_the_field_and_the_address_is_kept(
    anyone: AsyncClient,
) -> None:
    answer = await anyone.post("/login", data=SIGN_IN)

    assert answer.status_code == 422
    assert "is not right" in answer.text
    assert 'value="ada@example.org"' in answer.text


async def test_a_form_from_another_site_is_refused(anyone: AsyncClient) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = await anyone.post("/login", data=SIGN_IN, headers=headers)
        assert answer.status_code == 403
        assert "another site" in answer.text


async def test_a_link_leads_nobody_to_another_site(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep
) -> None:
    await with_an_account(anyone, db, run_jobs)
    for onward in ("//evil.example", "https://evil.example", "/\\evil.example"):
        entered = await anyone.post("/login", params={"next": onward}, data=SIGN_IN)
        assert entered.headers["location"] == "/week"


async def test_who_is_signed_out_comes_back_to_the_same_list(anyone: AsyncClient) -> None:
    """With the query: an address without it may be another page."""
    asked = await anyone.get("/cohorts?cursor=abc&limit=5")
    assert asked.headers["location"] == "/login?next=/cohorts%3Fcursor%3Dabc%26limit%3D5"


async def test_ada_forgets_her_password_and_every_old_login_ends(
    anyone: AsyncClient, db: AsyncSession, run_jobs: Keep, clock: TurnableClock
) -> None:
    await with_an_account(anyone, db, run_jobs)
    await anyone.post("/login", data=SIGN_IN)
    clock.turn(minutes=1)
    await anyone.post("/forgotten", data={"email": ADA["email"]})
    await run_jobs()
    token = await link_in_last_mail(db)

    short = await anyone.post(f"/password/{token}", data={"password": "short"})
    chosen = await anyone.post(f"/password/{token}", data={"password": "another long sentence"})

    assert (short.status_code, chosen.status_code) == (422, 303)
    assert (await anyone.get("/api/v1/me")).status_code == 401
    again = await anyone.post("/login", data=SIGN_IN | {"password": "another long sentence"})
    assert again.status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://e.example",
    ],
    ids=repr,
)
def test_nobody_is_led_to_another_site(elsewhere: str) -> None:
    assert web.local(elsewhere) == "/"
