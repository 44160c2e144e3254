"""Olga asks Ines to run her cohort too; Mallory runs another one and is curious."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Organiser
from cohort.mail import MailboxMessage
from cohort.people.models import Act
from tests.conftest import MONDAY, Cast, Someone, TurnableClock
from tests.world import a_cohort, a_guide

RunJobs = Callable[[], Awaitable[None]]
INES = {"email": "ines@example.org"}


@pytest.fixture
async def olga(enter: Cast) -> Someone:
    return await enter("Olga")


@pytest.fixture
async def spring(db: AsyncSession, olga: Someone) -> Cohort:
    made = await a_cohort(db, await a_guide(db, now=MONDAY), olga.person, now=MONDAY)
    await db.commit()
    return made


@pytest.fixture
def invitations(spring: Cohort) -> str:
    return f"/api/v1/cohorts/{spring.id}/organiser_invitations"


async def letters(db: AsyncSession, to: str) -> list[str]:
    theirs = select(MailboxMessage).where(MailboxMessage.to == to)
    return [f"{one.subject}\n{one.text}" for one in await db.scalars(theirs)]


async def token_sent(db: AsyncSession, run_jobs: RunJobs) -> str:
    await run_jobs()
    found = re.findall(r"/organisers/accept/([\w-]+)", "".join(await letters(db, INES["email"])))
    assert found
    return str(found[-1])


async def organisers_of(db: AsyncSession, cohort: Cohort) -> set[object]:
    running = select(Organiser.person_id).where(Organiser.cohort_id == cohort.id)
    return set(await db.scalars(running))


async def test_no_organiser_learns_whether_an_address_has_an_account(
    olga: Someone, enter: Cast, invitations: str
) -> None:
    await enter("Ines")
    known = (await olga.post(invitations, json=INES)).json()
    unknown = (await olga.post(invitations, json={"email": "nobody@example.org"})).json()
    for one in (known, unknown):
        one.pop("id"), one.pop("email")
    assert known == unknown


async def test_ines_accepts_and_both_are_told(
    olga: Someone,
    enter: Cast,
    spring: Cohort,
    invitations: str,
    db: AsyncSession,
    run_jobs: RunJobs,
) -> None:
    ines = await enter("Ines")
    assert (await olga.post(invitations, json=INES)).status_code == 201
    token = await token_sent(db, run_jobs)
    page = f"/organisers/accept/{token}"
    assert "Yes, I will run it" in (await ines.get(page)).text
    assert await organisers_of(db, spring) == {olga.person.id}  # nothing happens on GET

    assert (await ines.post(page)).headers["location"] == "/cohorts/spring"
    assert (await ines.post(page)).status_code == 409
    assert await organisers_of(db, spring) == {olga.person.id, ines.person.id}
    assert (await olga.get(invitations)).json()["items"] == []
    await run_jobs()
    for who in ("olga@example.org", "ines@example.org"):
        told = [letter.partition("\n")[0] for letter in await letters(db, who)]
        assert "Ines Example runs Spring 2026 now" in told
    assert set(await db.scalars(select(Act.verb))) == {"organiser.invite", "organiser.add"}


async def test_an_invitation_is_for_its_address_alone(
    olga: Someone,
    enter: Cast,
    anyone: AsyncClient,
    spring: Cohort,
    invitations: str,
    db: AsyncSession,
    run_jobs: RunJobs,
    clock: TurnableClock,
) -> None:
    """Who found the mail, comes too late, or was uninvited, does not run the cohort."""
    mallory, ines = await enter("Mallory"), await enter("Ines")
    acceptances = "/api/v1/organiser_invitations/acceptances"
    await olga.post(invitations, json=INES)
    first = {"token": await token_sent(db, run_jobs)}
    assert (await mallory.post(acceptances, json=first)).status_code == 403
    assert (await anyone.get(f"/organisers/accept/{first['token']}")).status_code == 200

    clock.turn(minutes=1)
    await olga.post(invitations, json=INES)  # again: the newest link counts
    second = {"token": await token_sent(db, run_jobs)}
    assert (await ines.post(acceptances, json=first)).status_code == 409
    (standing,) = (await olga.get(invitations)).json()["items"]
    assert (await mallory.delete(f"{invitations}/{standing['id']}")).status_code == 403
    assert (await olga.delete(f"{invitations}/{standing['id']}")).status_code == 204
    assert (await ines.post(acceptances, json=second)).status_code == 409

    clock.turn(minutes=1)
    await olga.post(invitations, json=INES)
    third = {"token": await token_sent(db, run_jobs)}
    clock.turn(days=6, hours=23)
    assert (await ines.get("/api/v1/me")).status_code == 200
    clock.turn(hours=2)
    late = await ines.post(acceptances, json=third)
    assert late.json()["code"] == "not_confirmed"
    assert (await anyone.get(f"/organisers/accept/{third['token']}")).status_code == 409
    assert await organisers_of(db, spring) == {olga.person.id}


async def test_the_last_organiser_stays_even_when_two_remove_each_other(
    olga: Someone, enter: Cast, spring: Cohort, db: AsyncSession, run_jobs: RunJobs
) -> None:
    address = f"/api/v1/cohorts/{spring.id}/organisers"
    alone = await olga.delete(f"{address}/{olga.id}")
    assert (alone.status_code, alone.json()["code"]) == (409, "last_organiser")

    ines, mallory = await enter("Ines"), await enter("Mallory")
    db.add(Organiser(cohort_id=spring.id, person_id=ines.person.id, since=MONDAY))
    await db.commit()
    assert (await mallory.delete(f"{address}/{ines.id}")).status_code == 403
    assert (await olga.delete(f"{address}/{mallory.id}")).status_code == 404
    both = await asyncio.gather(
        olga.delete(f"{address}/{ines.id}"), ines.delete(f"{address}/{olga.id}")
    )
    assert sorted(one.status_code for one in both) in ([204, 403], [204, 409])
    assert await db.scalar(select(func.count()).select_from(Organiser)) == 1
    await run_jobs()
    left = "does not run Spring 2026 any more"
    for who in ("olga@example.org", "ines@example.org"):
        (letter,) = await letters(db, who)
        assert left in letter


async def test_organisers_are_invited_and_removed_on_their_page(
    olga: Someone, enter: Cast, spring: Cohort, db: AsyncSession, run_jobs: RunJobs
) -> None:
    ines = await enter("Ines")
    page = "/cohorts/spring/organisers"
    wrong = await olga.post(page, data={"email": "nowhere"})
    assert (wrong.status_code, 'value="nowhere"' in wrong.text) == (422, True)
    assert (await olga.post(page, data=INES)).headers["location"] == page
    assert "ines@example.org" in (await olga.get(page)).text
    await ines.post(f"/organisers/accept/{await token_sent(db, run_jobs)}")
    assert "Ines Example" in (await olga.get(page)).text
    assert (await olga.post(f"{page}/{ines.id}/remove")).headers["location"] == page
    assert (await ines.get(page)).status_code == 403
    last = await olga.post(f"{page}/{olga.id}/remove")
    assert (last.status_code, "Invite another one first" in last.text) == (422, True)
