"""Proposals and mentorships: Ada and Grace are proposed to each other."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Organiser
from cohort.mail import MailboxMessage
from cohort.mentors.models import Mentor
from cohort.mentorships import jobs, policy, service
from cohort.mentorships.models import Mentorship, ProposalState
from cohort.people.models import Act
from tests.conftest import MONDAY, Cast, Platform, Someone, TurnableClock
from tests.rooms.mentorship_world import Spring, another, begun, proposed, taken

RunJobs = Callable[[], Awaitable[None]]


async def subjects(db: AsyncSession, to: str) -> list[str]:
    return sorted(
        await db.scalars(
            select(MailboxMessage.subject).where(MailboxMessage.to == f"{to}@example.org")
        )
    )


async def test_both_are_told_why_and_where_to_answer(
    spring: Spring, db: AsyncSession, run_jobs: RunJobs
) -> None:
    await run_jobs()
    assert await subjects(db, "ada") == ["A mentor for you: Grace Example"]
    assert await subjects(db, "grace") == ["A researcher for you: Ada Example"]
    texts = list(await db.scalars(select(MailboxMessage.text).order_by(MailboxMessage.to)))
    assert all("Both of you work on translation." in text for text in texts)
    assert all(f"/proposals/{spring.proposal.id}" in text for text in texts)


@pytest.mark.parametrize("mentor_first", [True, False])
async def test_accepted_by_both_in_either_order_it_begins(
    spring: Spring, db: AsyncSession, run_jobs: RunJobs, *, mentor_first: bool
) -> None:
    first, second = (spring.grace, spring.ada) if mentor_first else (spring.ada, spring.grace)
    half = (await first.post(f"{spring.address}/acceptance")).json()
    assert half["state"] == "open"
    assert await taken(db, spring.mentor.id) == 0
    whole = (await second.post(f"{spring.address}/acceptance")).json()
    assert whole["state"] == "accepted"
    assert await taken(db, spring.mentor.id) == 1

    (mentorship,) = (await first.get("/api/v1/mentorships")).json()["items"]
    assert mentorship["researcher_email"] == "ada@example.org"
    assert mentorship["mentor_email"] == "grace@example.org"
    await run_jobs()
    assert "It is a match: you and Grace Example" in await subjects(db, "ada")
    assert "It is a match: you and Ada Example" in await subjects(db, "grace")


async def test_a_proposal_tells_no_address(spring: Spring) -> None:
    assert "@" not in (await spring.ada.get(spring.address)).text


async def test_saying_yes_twice_is_one_yes(spring: Spring, db: AsyncSession) -> None:
    for _ in range(2):
        assert (await spring.ada.post(f"{spring.address}/acceptance")).status_code == 200
    for _ in range(2):
        answer = await spring.grace.post(f"{spring.address}/acceptance")
        assert answer.json()["state"] == "accepted"
    assert await db.scalar(select(func.count()).select_from(Mentorship)) == 1
    assert await taken(db, spring.mentor.id) == 1


async def test_a_no_has_a_reason_that_only_organisers_read(
    spring: Spring, db: AsyncSession, run_jobs: RunJobs
) -> None:
    for _ in range(2):
        no = await spring.grace.post(f"{spring.address}/refusal", json={"note": "No time."})
        assert (no.status_code, no.json()["note"]) == (200, "No time.")
    assert (await spring.ada.get(spring.address)).json()["note"] == ""
    assert (await spring.olga.get(spring.address)).json()["note"] == "No time."
    late = await spring.ada.post(f"{spring.address}/acceptance")
    assert (late.status_code, late.json()["code"]) == (409, "proposal_closed")
    await run_jobs()
    assert await subjects(db, "olga") == ["A proposal was declined in Spring 2026"]
    pairs = (await db.execute(policy.declined_pairs(spring.cohort.id))).all()
    assert pairs == [(spring.enrolment.id, spring.mentor.id)]


async def test_an_organiser_who_was_declined_gets_no_mail_of_the_reason(
    spring: Spring, db: AsyncSession, run_jobs: RunJobs
) -> None:
    ada = spring.ada.person.id
    db.add(Organiser(cohort_id=spring.cohort.id, person_id=ada, since=MONDAY))
    await db.commit()
    await spring.grace.post(f"{spring.address}/refusal", json={"note": "No time."})
    await run_jobs()

    assert "A proposal was declined in Spring 2026" in await subjects(db, "olga")
    assert "A proposal was declined in Spring 2026" not in await subjects(db, "ada")


async def test_a_no_needs_a_reason(spring: Spring) -> None:
    for body in ({}, {"note": " "}, {"note": "x" * 2001}, {"note": "No.", "mood": "bad"}):
        refused = await spring.ada.post(f"{spring.address}/refusal", json=body)
        assert refused.status_code == 422


async def test_who_may_see_and_answer(spring: Spring, enter: Cast, anyone: AsyncClient) -> None:
    eve = await enter("Eve")
    for address in (f"{spring.address}/acceptance", f"{spring.address}/refusal"):
        body = {"note": "No."} if address.endswith("refusal") else None
        assert (await anyone.post(address, json=body)).status_code == 401
        assert (await eve.post(address, json=body)).status_code == 404
        assert (await spring.olga.post(address, json=body)).status_code == 403
    assert (await eve.get(spring.address)).status_code == 404
    assert (await eve.get("/api/v1/proposals")).json()["items"] == []
    nested = f"/api/v1/cohorts/{spring.cohort.id}/proposals"
    assert (await eve.get(nested)).status_code == 403
    assert (await spring.ada.get(nested)).status_code == 403
    assert len((await spring.olga.get(nested)).json()["items"]) == 1


async def test_when_the_last_place_is_taken_the_others_are_told_kindly(
    spring: Spring, enter: Cast, db: AsyncSession, run_jobs: RunJobs
) -> None:
    mary, marys = await another(enter, db, spring, "Mary")
    await begun(spring)

    assert (await mary.get(marys)).json()["state"] == "lapsed"
    late = await mary.post(f"{marys}/acceptance")
    assert (late.status_code, late.json()["code"]) == (409, "proposal_closed")
    await run_jobs()
    assert "We are looking for another mentor for you" in await subjects(db, "mary")


async def test_an_expired_proposal_lapses_and_cannot_be_accepted(
    spring: Spring, db: AsyncSession, clock: TurnableClock, platform: Platform
) -> None:
    await spring.grace.post(f"{spring.address}/acceptance")
    clock.turn(days=7)
    late = await spring.ada.post(f"{spring.address}/acceptance")
    assert (late.status_code, late.json()["code"]) == (409, "proposal_closed")

    for _ in range(2):
        await jobs.expire(platform.runner.cron)
    assert (await spring.ada.get(spring.address)).json()["state"] == "lapsed"
    await platform.run_jobs()
    assert await subjects(db, "ada") == ["We are looking for another mentor for you"]


async def test_a_researcher_has_one_open_proposal(spring: Spring, db: AsyncSession) -> None:
    with pytest.raises(service.AlreadyProposed):
        await proposed(db, spring.enrolment, spring.mentor)


async def test_whoever_leaves_the_cohort_gives_her_place_back_once_and_nobody_elses(
    spring: Spring, enter: Cast, db: AsyncSession, run_jobs: RunJobs
) -> None:
    await db.execute(update(Mentor).values(capacity=2))
    mary, marys = await another(enter, db, spring, "Mary")
    hers = await begun(spring)
    for one in (mary, spring.grace):
        assert (await one.post(f"{marys}/acceptance")).json()["state"] in {"open", "accepted"}
    assert await taken(db, spring.mentor.id) == 2

    for _ in range(2):
        assert (await spring.ada.post(withdrawal(spring))).status_code == 200
        await run_jobs()
    await spring.olga.post(f"/api/v1/mentorships/{hers['id']}/end", json={"reason": "Late."})

    assert await taken(db, spring.mentor.id) == 1
    (mentorship,) = (await spring.ada.get("/api/v1/mentorships")).json()["items"]
    assert mentorship["end_reason"] == "The researcher has left the cohort."
    (mentorship,) = (await mary.get("/api/v1/mentorships")).json()["items"]
    assert mentorship["ended_at"] is None


async def test_whoever_leaves_with_an_open_proposal_keeps_no_place(
    spring: Spring, db: AsyncSession, run_jobs: RunJobs
) -> None:
    await spring.grace.post(f"{spring.address}/acceptance")
    await spring.ada.post(withdrawal(spring))
    late = await spring.ada.post(f"{spring.address}/acceptance")
    assert (late.status_code, late.json()["code"]) == (409, "not_enrolled")
    await run_jobs()

    closed = (await spring.grace.get(spring.address)).json()
    assert closed["state"] == "lapsed"
    late = await spring.ada.post(f"{spring.address}/acceptance")
    assert (late.status_code, late.json()["code"]) == (409, "proposal_closed")
    assert await taken(db, spring.mentor.id) == 0


def withdrawal(spring: Spring) -> str:
    return f"/api/v1/enrolments/{spring.enrolment.id}/withdrawal"


@pytest.mark.parametrize("who", ["ada", "grace", "olga"])
async def test_either_side_or_an_organiser_ends_it_and_frees_the_place(
    spring: Spring, db: AsyncSession, who: str
) -> None:
    mentorship = await begun(spring)
    one: Someone = getattr(spring, who)
    address = f"/api/v1/mentorships/{mentorship['id']}/end"
    for _ in range(2):
        ended = await one.post(address, json={"reason": "She has a job."})
        assert (ended.status_code, ended.json()["end_reason"]) == (200, "She has a job.")
        assert ended.json()["mentor_email"] is None
    assert await taken(db, spring.mentor.id) == 0
    assert list(await db.scalars(select(Act.verb).where(Act.verb == "mentorship.end"))) == [
        "mentorship.end"
    ]
    assert (await db.scalars(policy.active_in(spring.cohort.id))).all() == []


async def test_a_stranger_neither_sees_nor_ends_it(spring: Spring, enter: Cast) -> None:
    mentorship = await begun(spring)
    eve = await enter("Eve")
    address = f"/api/v1/mentorships/{mentorship['id']}"
    assert (await eve.get(address)).status_code == 404
    assert (await eve.post(f"{address}/end", json={"reason": "Ha."})).status_code == 404
    nested = f"/api/v1/cohorts/{spring.cohort.id}/mentorships"
    assert (await eve.get(nested)).status_code == 403
    assert len((await spring.olga.get(nested, params={"state": "active"})).json()["items"]) == 1
    assert (await spring.olga.get(nested, params={"state": "ended"})).json()["items"] == []


async def test_the_mentor_finds_her_mentees(spring: Spring, db: AsyncSession) -> None:
    assert (await db.scalars(policy.mentored_by(spring.grace.person))).all() == []
    await begun(spring)
    mentees = (await db.scalars(policy.mentored_by(spring.grace.person))).all()
    assert mentees == [spring.enrolment.id]


async def test_lists_cost_the_same_for_more(
    spring: Spring, enter: Cast, db: AsyncSession, count_statements: Callable[[], Any]
) -> None:
    await another(enter, db, spring, "Mary")
    await another(enter, db, spring, "Joan")
    for address in ("/api/v1/proposals", f"/api/v1/cohorts/{spring.cohort.id}/proposals"):
        async with count_statements() as for_one:
            first = (await spring.olga.get(address, params={"limit": 1})).json()
        async with count_statements() as for_more:
            rest = (await spring.olga.get(address, params={"cursor": first["next"]})).json()
        assert len(first["items"]) + len(rest["items"]) == 3
        assert len(for_one) == len(for_more)
    lapsed = {"state": ProposalState.LAPSED}
    assert (await spring.olga.get("/api/v1/proposals", params=lapsed)).json()["items"] == []
