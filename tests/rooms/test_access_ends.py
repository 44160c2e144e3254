"""What the other one may read ends with the proposal or the mentorship: nothing written later.

Every address that anyone can ask for is asked by each of the two, with all ids that they know.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cohort.db import unit_of_work
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentorships import jobs
from cohort.study import service as study
from cohort.study.models import PlanItem
from tests.conftest import Platform, Someone
from tests.house.routes import handlers_of
from tests.rooms.mentorship_world import Spring, begun

HERS, GRACES = "Written-by-Ada-later", "Written-by-Grace-later"
PARAMETER = re.compile(r"\{(\w+):\w+\}")


@pytest.fixture
async def ids(spring: Spring, platform: Platform) -> dict[str, Any]:
    """What the addresses are filled in with; a plan is laid out for Ada."""
    async with unit_of_work(platform.sessions) as db:
        await study.lay_out(db, spring.enrolment.id, now=platform.clock())
        item = await db.scalar(select(PlanItem.id).limit(1))
    return {
        "proposal_id": spring.proposal.id,
        "enrolment_id": spring.enrolment.id,
        "mentor_id": spring.mentor.id,
        "person_id": spring.ada.id,
        "cohort_id": spring.cohort.id,
        "slug": spring.cohort.slug,
        "item_id": item,
    }


async def asked(who: Someone, platform: Platform, ids: dict[str, Any]) -> dict[str, str]:
    """The text of every page and answer that can be named and read, by address."""
    texts = {}
    for path, handler in handlers_of(platform.app):
        names = PARAMETER.findall(path)
        if "GET" not in handler.http_methods or not ids.keys() >= set(names):
            continue
        address = PARAMETER.sub(lambda found: str(ids[found[1]]), path)
        if "events" in address or address.startswith("/static"):
            continue
        answer = await who.get(address)
        if answer.status_code == 200:
            texts[address] = answer.text
    return texts


async def write(spring: Spring, platform: Platform, ids: dict[str, Any]) -> None:
    """Each writes what the other one could read while they have to do with each other."""
    enrolment = f"/api/v1/enrolments/{spring.enrolment.id}"
    any_version = {"headers": {"if-match": "*"}}
    kept = await spring.ada.patch(enrolment, json={"about": HERS}, **any_version)
    assert kept.status_code == 200
    handed = await spring.ada.post(
        f"/api/v1/plan_items/{ids['item_id']}/submissions",
        json={"text": HERS},
    )
    assert handed.status_code == 201, handed.text
    mentor = f"/api/v1/mentors/{spring.mentor.id}"
    kept = await spring.grace.patch(mentor, json={"motivation": GRACES}, **any_version)
    assert kept.status_code == 200


async def readers(
    spring: Spring, platform: Platform, ids: dict[str, Any]
) -> tuple[set[str], set[str]]:
    """Where Grace reads what Ada wrote, and Ada what Grace wrote."""
    graces = await asked(spring.grace, platform, ids)
    adas = await asked(spring.ada, platform, ids)
    assert len(graces) > 10
    return (
        {address for address, text in graces.items() if HERS in text},
        {address for address, text in adas.items() if GRACES in text},
    )


async def test_while_it_is_open_each_reads_what_the_other_writes(
    spring: Spring, platform: Platform, ids: dict[str, Any]
) -> None:
    await write(spring, platform, ids)
    by_grace, by_ada = await readers(spring, platform, ids)
    both = {"/api/v1/proposals", spring.address, spring.address.removeprefix("/api/v1")}
    assert by_grace == both | {"/mentoring"}
    assert by_ada == both | {f"/plan/{spring.enrolment.id}"}


@pytest.mark.parametrize("how", ["no", "time"])
async def test_after_a_no_or_no_answer_nothing_written_later_is_read(
    spring: Spring, platform: Platform, ids: dict[str, Any], how: str
) -> None:
    if how == "no":
        await spring.ada.post(f"{spring.address}/refusal", json={"note": "No."})
    else:
        platform.clock.turn(days=7)
        await jobs.expire(platform.runner.cron)
    await write(spring, platform, ids)
    assert await readers(spring, platform, ids) == (set(), set())
    closed = (await spring.grace.get(spring.address)).json()
    assert closed["researcher"]["name"] == "Ada Example"
    assert closed["researcher"]["domains"] is None
    assert closed["mentor"]["motivation"] == GRACES
    assert HERS in (await spring.olga.get(spring.address)).text


async def test_after_the_end_nothing_written_later_is_read(
    spring: Spring, platform: Platform, ids: dict[str, Any]
) -> None:
    mentorship = await begun(spring)
    ids["mentorship_id"] = mentorship["id"]
    async with unit_of_work(platform.sessions) as db:
        met = Meeting(
            mentorship_id=mentorship["id"],
            starts_at=platform.clock() - timedelta(hours=1),
            minutes=30,
            topic="",
            place="",
            state=MeetingState.AGREED,
            proposed_by=spring.ada.person.id,
            created_at=platform.clock(),
            changed_at=platform.clock(),
        )
        db.add(met)
        await db.flush()
        ids["meeting_id"] = met.id
    end = f"/api/v1/mentorships/{mentorship['id']}/end"
    await spring.olga.post(end, json={"reason": "A new job."})
    await platform.run_jobs()
    await write(spring, platform, ids)
    outcome = f"/api/v1/meetings/{ids['meeting_id']}/outcome"
    late = await spring.ada.post(outcome, json={"held": False, "note": HERS})
    assert (late.status_code, late.json()["code"]) == (409, "mentorship_ended")
    assert (await spring.ada.post(outcome, json={"held": True})).status_code == 200
    assert await readers(spring, platform, ids) == (set(), set())
    assert (await spring.grace.get(f"/plan/{spring.enrolment.id}")).status_code == 404
