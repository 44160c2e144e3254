"""What an organiser does with many at once: as a dry run, and for good, once."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.mail import MailboxMessage
from cohort.mentors.models import Mentor, MentorState
from cohort.people.models import Act
from tests.conftest import MONDAY, Cast, Someone
from tests.world import enrolled, mentoring

RunJobs = Callable[[], Awaitable[None]]


async def test_seats_are_taken_back_all_at_once_and_once(
    enter: Cast,
    db: AsyncSession,
    olga: Someone,
    cohort: Cohort,
    count_statements: Callable[[], Any],
) -> None:
    people = [await enter(name) for name in ("Ada", "Ben", "Cleo")]
    ids = [str((await enrolled(db, cohort, one.person, now=MONDAY)).id) for one in people]
    await db.commit()
    address = f"/api/v1/cohorts/{cohort.id}/withdrawals"

    async def asked(*chosen: str, dry_run: bool = False) -> Any:
        return await olga.post(address, json={"enrolment_ids": chosen, "dry_run": dry_run})

    async def kept() -> tuple[int, list[EnrolmentState]]:
        states = await db.scalars(select(Enrolment.state).order_by(Enrolment.created_at))
        taken = await db.scalar(select(Cohort.taken).where(Cohort.id == cohort.id))
        return taken or 0, list(states)

    tried = await asked(*ids[:2], dry_run=True)
    assert [(one["name"], one["before"], one["after"]) for one in tried.json()["outcomes"]] == [
        ("Ada Example", "active", "withdrawn"),
        ("Ben Example", "active", "withdrawn"),
    ]
    assert await kept() == (3, [EnrolmentState.ACTIVE] * 3)

    unknown = await asked(ids[0], str(uuid4()))
    assert unknown.json()["errors"][0]["field"] == "enrolment_ids/1"
    assert (await kept())[0] == 3

    done = await asked(*ids[:2])
    assert done.json()["outcomes"] == tried.json()["outcomes"]
    again = await asked(*ids[:2])
    assert {one["before"] for one in again.json()["outcomes"]} == {"withdrawn"}
    taken, states = await kept()
    assert (taken, sorted(states)) == (1, ["active", "withdrawn", "withdrawn"])
    acts = select(func.count()).where(Act.verb == "enrolment.withdraw")
    assert await db.scalar(acts) == 2
    assert (await people[0].post(address, json={"enrolment_ids": ids[2:]})).status_code == 403

    statements = []
    for chosen in (ids[:1], ids):
        async with count_statements() as seen:
            await asked(*chosen, dry_run=True)
        statements.append(len(seen))
    assert statements[0] == statements[1]


async def test_mentors_are_approved_all_at_once_and_each_is_told_once(
    enter: Cast, db: AsyncSession, olga: Someone, cohort: Cohort, run_jobs: RunJobs
) -> None:
    states = [MentorState.PENDING, MentorState.DECLINED, MentorState.APPROVED]
    ids = []
    for name, state in zip(["Grace", "Hugo", "Ida"], states, strict=True):
        mentor = await mentoring(db, cohort, (await enter(name)).person, now=MONDAY, state=state)
        ids.append(str(mentor.id))
    await db.commit()
    address = f"/api/v1/cohorts/{cohort.id}/approvals"

    tried = await olga.post(address, json={"mentor_ids": ids, "dry_run": True})
    assert [one["before"] for one in tried.json()["outcomes"]] == states
    for _ in range(2):
        assert (await olga.post(address, json={"mentor_ids": ids})).status_code == 200
    await run_jobs()

    assert set(await db.scalars(select(Mentor.state))) == {MentorState.APPROVED}
    told = await db.scalars(select(MailboxMessage.to).order_by(MailboxMessage.to))
    assert list(told) == ["grace@example.org", "hugo@example.org"]

    await db.execute(update(Mentor).values(state=MentorState.LEFT))
    await db.commit()
    late = await olga.post(address, json={"mentor_ids": ids})
    assert {one["after"] for one in late.json()["outcomes"]} == {"left"}
    declined = await olga.post(f"/api/v1/mentors/{ids[0]}/refusal", json={"note": "Too late."})
    assert declined.json()["state"] == "left"
    assert set(await db.scalars(select(Mentor.state))) == {MentorState.LEFT}


async def test_the_pages_do_the_same_and_say_when_nobody_is_chosen(
    enter: Cast, db: AsyncSession, olga: Someone, cohort: Cohort
) -> None:
    ada, grace = await enter("Ada"), await enter("Grace")
    await enrolled(db, cohort, ada.person, now=MONDAY)
    await mentoring(db, cohort, grace.person, now=MONDAY, state=MentorState.PENDING)
    await db.commit()
    for page, name in (("people", "enrolment_ids"), ("mentors", "mentor_ids")):
        address = f"/cohorts/spring/{page}"
        [box] = re.findall(rf'name="{name}" value="([^"]+)"', (await olga.get(address)).text)
        nobody = await olga.post(address, data={})
        assert nobody.status_code == 422
        assert f"field-{name}" in nobody.text
        assert (await olga.post(address, data={name: box})).status_code == 303
        assert f'value="{box}"' not in (await olga.get(address)).text
