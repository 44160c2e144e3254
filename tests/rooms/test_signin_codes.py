"""Ada signs in in two steps; Mallory, who knows her password, stays outside."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pyotp
import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.app import create_app
from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from cohort.people.links import new_link
from cohort.people.models import LinkPurpose, Person
from cohort.people.tokens import hash_password
from tests.conftest import Cast, Platform, Someone, TurnableClock
from tests.rooms.accounts import ADA, SIGN_IN
from tests.world import a_cohort, a_guide

Keep = Callable[[], Awaitable[None]]
RECOVERY = re.compile(r"<code>([a-z2-7-]{19})</code>")


class Phone:
    """The app on Ada's telephone."""

    def __init__(self, secret: str, clock: TurnableClock) -> None:
        self.totp, self.clock = pyotp.TOTP(secret), clock

    def shows(self, **earlier: float) -> str:
        return self.totp.at(self.clock() - timedelta(**earlier))


async def set_up(ada: Someone, clock: TurnableClock) -> tuple[Phone, list[str]]:
    assert (await ada.post("/account/codes")).headers["location"] == "/account/codes"
    shown = (await ada.get("/account/codes")).text
    found = re.search(r'<code class="secret">([A-Z2-7]{32})</code>', shown)
    assert found
    assert "<svg" in shown
    phone = Phone(found[1], clock)
    told = await ada.post("/account/codes/confirm", data={"code": phone.shows()})
    clock.turn(minutes=1)  # that code is spent
    return phone, RECOVERY.findall(told.text)


@pytest.fixture
async def ada(enter: Cast, platform: Platform) -> Someone:
    ada = await enter("Ada")
    async with unit_of_work(platform.sessions) as db:
        found = await db.get_one(Person, ada.person.id)
        found.password_hash = await hash_password(ADA["password"])
    return ada


async def test_an_operator_may_demand_two_steps_of_who_sees_other_peoples_data(
    platform: Platform, enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, amy, ada = await enter("Olga"), await enter("Amy", admin=True), await enter("Ada")
    await a_cohort(db, await a_guide(db, now=clock()), olga.person, now=clock())
    await db.commit()
    strict = platform.settings.model_copy(update={"organisers_need_two_steps": True})
    app = create_app(strict, clock=clock)
    async with app.lifespan():
        for someone, status in ((olga, 403), (amy, 403), (ada, 200)):
            there = AsyncClient(
                transport=ASGITransport(app),
                base_url="http://127.0.0.1:8000",
                headers=someone.http.headers,
            )
            async with there:
                assert (await there.get("/api/v1/cohorts")).status_code == status
                assert (await there.get("/account/signing-in")).status_code == 200
                if status == 200:
                    continue
                refused = await there.get("/cohorts")
                assert 'href="/account/signing-in"' in refused.text
                assert (await there.get("/api/v1/me")).status_code == 200
                await set_up(Someone(someone.person, there), clock)
                assert (await there.get("/cohorts")).status_code == 200


async def with_code(client: AsyncClient, code: str | None) -> Response:
    return await client.post("/api/v1/logins", json=SIGN_IN | ({"code": code} if code else {}))


async def test_a_program_sends_both_steps_at_once(
    anyone: AsyncClient, ada: Someone, clock: TurnableClock
) -> None:
    assert (await with_code(anyone, None)).status_code == 201
    phone, recovery = await set_up(ada, clock)
    assert len(set(recovery)) == 10

    without = await with_code(anyone, None)
    assert (without.status_code, without.json()["code"]) == (401, "code_needed")
    wrong = await with_code(anyone, phone.shows(minutes=5))
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    late = phone.shows(seconds=30)
    assert (await with_code(anyone, late)).status_code == 201  # shown a moment ago
    assert (await with_code(anyone, late)).json()["code"] == "wrong_code"
    assert (await with_code(anyone, phone.shows())).status_code == 201


async def test_of_two_with_the_same_code_one_gets_in(
    anyone: AsyncClient, ada: Someone, clock: TurnableClock
) -> None:
    phone, recovery = await set_up(ada, clock)
    for code in (phone.shows(), recovery[0]):
        both = await asyncio.gather(*[with_code(anyone, code) for _ in range(2)])
        assert sorted(answer.status_code for answer in both) == [201, 401]


async def test_on_pages_the_second_step_comes_after_the_first(
    anyone: AsyncClient, ada: Someone, clock: TurnableClock
) -> None:
    phone, _ = await set_up(ada, clock)
    first = await anyone.post("/login?next=/cohorts", data=SIGN_IN)
    assert first.headers["location"] == "/login/code?next=/cohorts"
    assert "Ada Example" not in (await anyone.get("/login/code")).text
    assert (await anyone.get("/account/signing-in")).status_code == 303  # half the way is outside

    wrong = await anyone.post("/login/code?next=/cohorts", data={"code": "1"})
    assert wrong.status_code == 422
    assert "Type the code that your app shows now" in wrong.text
    entered = await anyone.post("/login/code?next=/cohorts", data={"code": phone.shows()})

    assert entered.headers["location"] == "/cohorts"
    assert "Ada Example" in (await anyone.get("/cohorts")).text


async def test_a_mailed_link_is_the_first_step_too_and_stays_good_until_the_second(
    anyone: AsyncClient, ada: Someone, platform: Platform, clock: TurnableClock
) -> None:
    phone, _ = await set_up(ada, clock)
    async with unit_of_work(platform.sessions) as db:
        token = await new_link(db, ADA["email"], LinkPurpose.SIGN_IN, now=clock())
    sent = {"token": token}
    asked = await anyone.post("/api/v1/logins/by_link", json=sent)
    assert asked.json()["code"] == "code_needed"
    opened = await anyone.post(f"/login/link/{token}")
    assert opened.headers["location"] == "/login/code?next=/"
    entered = await anyone.post("/login/code?next=/", data={"code": phone.shows()})
    assert entered.headers["location"] == "/week"


@pytest.mark.parametrize("meanwhile", ["ten minutes pass", "a new password is chosen"])
async def test_the_second_step_does_not_wait_for_ever(
    anyone: AsyncClient, ada: Someone, platform: Platform, clock: TurnableClock, meanwhile: str
) -> None:
    phone, _ = await set_up(ada, clock)
    await anyone.post("/login", data=SIGN_IN)
    if meanwhile == "ten minutes pass":
        clock.turn(minutes=10)
    else:
        async with unit_of_work(platform.sessions) as db:
            token = await new_link(db, ADA["email"], LinkPurpose.PASSWORD, now=clock())
        new = {"token": token, "password": "four calm herons wading"}
        assert (await anyone.post("/api/v1/passwords", json=new)).status_code == 200
    late = await anyone.post("/login/code", data={"code": phone.shows()})
    assert late.headers["location"] == "/login"


async def test_codes_cannot_be_guessed_for_long(
    anyone: AsyncClient, ada: Someone, clock: TurnableClock
) -> None:
    phone, _ = await set_up(ada, clock)
    await anyone.post("/login", data=SIGN_IN)
    sent = [{"code": f"{number:06}"} for number in range(10)]
    tried = [(await anyone.post("/login/code", data=one)).status_code for one in sent]
    assert tried == [422] * 9 + [429]  # the first of ten was the one that turned codes on
    right = await anyone.post("/login/code", data={"code": phone.shows()})
    assert right.status_code == 429


async def test_a_recovery_code_signs_in_once_and_new_ones_replace_them(
    anyone: AsyncClient, ada: Someone, db: AsyncSession, run_jobs: Keep, clock: TurnableClock
) -> None:
    _, old = await set_up(ada, clock)
    assert (await with_code(anyone, old[0].upper().replace("-", " "))).status_code == 201
    assert (await with_code(anyone, old[0])).json()["code"] == "wrong_code"
    assert "9 codes left" in (await ada.get("/account/signing-in")).text

    new = RECOVERY.findall((await ada.post("/account/recovery-codes")).text)

    assert (await with_code(anyone, old[1])).json()["code"] == "wrong_code"
    assert (await with_code(anyone, new[0])).status_code == 201
    await run_jobs()
    mails = " ".join(await db.scalars(select(MailboxMessage.text)))
    for sentence in ("turned on", "was used to sign in", "New recovery codes were made"):
        assert sentence in mails


async def test_turned_off_one_step_is_enough_and_recovery_codes_are_gone(
    anyone: AsyncClient, ada: Someone, clock: TurnableClock
) -> None:
    await set_up(ada, clock)
    assert (await ada.post("/account/codes")).status_code == 409
    off = await ada.post("/account/codes/off")
    assert off.headers["location"] == "/account/signing-in"
    assert (await with_code(anyone, None)).status_code == 201
    assert "Recovery codes" not in (await ada.get("/account/signing-in")).text


async def test_a_secret_whose_code_was_never_typed_is_asked_for_nowhere(
    anyone: AsyncClient, ada: Someone, clock: TurnableClock
) -> None:
    await ada.post("/account/codes")
    wrong = await ada.post("/account/codes/confirm", data={"code": "000000"})
    assert wrong.status_code == 422
    assert (await with_code(anyone, None)).status_code == 201


async def test_a_code_confirms_a_login_and_a_mailed_link_wants_one_too(
    ada: Someone, clock: TurnableClock, db: AsyncSession
) -> None:
    phone, _ = await set_up(ada, clock)
    clock.turn(minutes=16)
    confirmation = "/api/v1/logins/current/confirmation"
    token = await new_link(db, ADA["email"], LinkPurpose.SIGN_IN, now=clock())
    await db.commit()
    half = await ada.post(confirmation, json={"token": token})
    assert (half.status_code, half.json()["code"]) == (401, "code_needed")
    wrong = await ada.post("/account/confirm", data={"code": "000000"})
    assert (wrong.status_code, "That code" in wrong.text) == (422, False)
    assert "Each works once" in wrong.text
    assert (await ada.delete("/api/v1/logins/others")).status_code == 403
    code = phone.shows()
    assert (await ada.post("/account/confirm", data={"code": code})).status_code == 303
    assert (await ada.delete("/api/v1/logins/others")).status_code == 204
    clock.turn(minutes=16)
    assert (await ada.post(confirmation, json={"code": code})).status_code == 401
    assert (await ada.post(confirmation, json={"code": phone.shows()})).status_code == 204
