"""500 answers on 20 mentors while the next best are offered: no place is promised twice."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.jobs.outbox import Job, JobState
from cohort.matching.models import NextOffer, Pair, Round, RoundState, Run, RunState
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.rules import service as rules
from tests.conftest import MONDAY, Platform
from tests.rooms.crowd import MENTORS, PLACES, RESEARCHERS, a_crowd

REFUSING = 6
"""Mentors whose proposals are all refused, so that their places are left."""


async def published(db: AsyncSession) -> None:
    """The round that the crowd's proposals come from."""
    [cohort_id] = await db.scalars(select(Proposal.cohort_id).distinct())
    round_ = Round(
        cohort_id=cohort_id,
        period="2026-W10",
        week=MONDAY.date(),
        state=RoundState.PUBLISHED,
        opened_at=MONDAY,
        published_at=MONDAY,
    )
    version = await rules.standing(db, cohort_id, now=MONDAY)
    db.add(round_)
    await db.flush()
    run = Run(round_id=round_.id, number=1, rules=version, state=RunState.SOLVED, queued_at=MONDAY)
    db.add(run)
    await db.flush()
    shared = {"run_id": run.id, "score": 0.5, "factors": [], "reason": "", "pinned": False}
    made = (await db.scalars(select(Proposal))).all()
    each = [
        {"enrolment_id": one.enrolment_id, "mentor_id": one.mentor_id, "proposal_id": one.id}
        for one in made
    ]
    await db.execute(insert(Pair), [shared | one for one in each])
    await db.commit()


async def answer(client: AsyncClient, token: str, proposal_id: UUID, *, yes: bool) -> Response:
    address = f"/api/v1/proposals/{proposal_id}/{'acceptance' if yes else 'refusal'}"
    sent = {} if yes else {"json": {"note": "No."}}
    while True:  # as long as it takes a slow machine to get round to everybody
        told = await client.post(address, headers={"authorization": f"Bearer {token}"}, **sent)
        if told.status_code != 503:
            return told
        await asyncio.sleep(float(told.headers["retry-after"]) / 10)


@pytest.mark.timeout(400)
async def test_500_answer_at_once_no_mentor_is_oversold_and_what_is_left_is_offered_once(
    anyone: AsyncClient, db: AsyncSession, platform: Platform
) -> None:
    crowd = await a_crowd(db)
    await published(db)

    async def offers() -> None:
        """Two workers, meanwhile: of so many jobs for one cohort, a few do all there is to do."""
        for _ in range(2):
            async with platform.runner.cron.transaction() as other:
                due = select(Job.id).where(Job.name == "matching.offer_next").limit(2)
                waiting = (await other.scalars(due.where(Job.state == JobState.PENDING))).all()
            await asyncio.gather(*(platform.runner.run(one) for one in waiting))
            await asyncio.sleep(0.05)

    refusing = {one.id for one in crowd.mentors[:REFUSING]}
    asked = {one.id: one.mentor_id for one in await db.scalars(select(Proposal))}
    await db.commit()
    answers = [
        answer(anyone, token, proposal_id, yes=asked[proposal_id] not in refusing)
        for token, proposal_id in crowd.answers
    ]
    told = Counter(
        (one.status_code, one.json().get("code", ""))
        for one in (await asyncio.gather(offers(), *answers))[1:]
    )
    assert set(told) <= {(200, ""), (409, "proposal_closed"), (409, "no_place_left")}
    await offers()

    places = (await db.execute(select(Mentor.id, Mentor.taken, Mentor.capacity))).all()
    active = await db.scalar(select(func.count()).where(Mentorship.ended_at.is_(None)))
    assert sum(one.taken for one in places) == active == (MENTORS - REFUSING) * PLACES
    awaited = select(Proposal.mentor_id, func.count()).where(Proposal.state == ProposalState.OPEN)
    offered = dict((await db.execute(awaited.group_by(Proposal.mentor_id))).all())
    assert offered == dict.fromkeys(refusing, PLACES)
    made = await db.scalar(select(func.count()).select_from(NextOffer))
    assert made == REFUSING * PLACES
    refused = sum(mentor_id in refusing for mentor_id in asked.values())
    states = await db.execute(select(Proposal.state, func.count()).group_by(Proposal.state))
    assert dict(states.all()) == {
        ProposalState.OPEN: REFUSING * PLACES,
        ProposalState.ACCEPTED: (MENTORS - REFUSING) * PLACES,
        ProposalState.DECLINED: refused,
        ProposalState.LAPSED: RESEARCHERS - refused - (MENTORS - REFUSING) * PLACES,
    }
