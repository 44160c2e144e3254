"""Week after week: who stays keeps the mentor of the week before, where that loses nothing."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.matching.gather import gather
from cohort.matching.jobs import open_due_rounds
from cohort.matching.models import Pair, Round, Run
from cohort.matching.runs import read
from cohort.pairing.find import find_pairs
from cohort.people.models import Person
from tests.conftest import Platform
from tests.rooms.crowd import enrol_all, people_with_tokens
from tests.rooms.matching_world import keep_runs
from tests.world import a_cohort, a_guide, mentoring

RESEARCHERS, MENTORS, CHURN = 200, 70, 10
FIELDS = ("nlp", "machine-translation", "speech", "vision", "robotics")


async def test_with_five_percent_of_churn_nearly_all_who_stay_keep_their_mentor_at_no_loss(
    platform: Platform, db: AsyncSession
) -> None:
    now = platform.clock()
    cohort = await a_cohort(db, await a_guide(db, now=now), now=now, seats=RESEARCHERS + CHURN)
    ids = await enrol_all(db, cohort, await people_with_tokens(db, RESEARCHERS))
    for k, field in enumerate(FIELDS):
        some = Enrolment.id.in_(ids[k :: len(FIELDS)])
        await db.execute(update(Enrolment).where(some).values(domains=[field]))
    for k, one in enumerate(await people_with_tokens(db, MENTORS)):
        person = await db.get_one(Person, one)
        await mentoring(db, cohort, person, now=now, capacity=3, domains=[FIELDS[k % 4]])
    await db.commit()
    before = await matched_this_week(platform, db)

    left = Enrolment.id.in_(ids[:CHURN])
    await db.execute(update(Enrolment).where(left).values(state=EnrolmentState.WITHDRAWN))
    await enrol_all(db, cohort, await people_with_tokens(db, CHURN))
    await db.commit()
    after = await matched_this_week(platform, db)

    stayers = before.keys() & after.keys()
    kept = sum(before[one] == after[one] for one in stayers)
    assert len(stayers) >= 180
    assert kept / len(stayers) >= 0.92
    newest = (await db.scalars(select(Run).order_by(Run.queued_at.desc()).limit(1))).one()
    pool = await gather(db, await read(db, newest.id), now=platform.clock())
    assert newest.total == find_pairs(replace(pool, incumbents={})).total


async def matched_this_week(platform: Platform, db: AsyncSession) -> dict[UUID, UUID]:
    """Nobody publishes the week's round; its pairs, researcher to mentor."""
    platform.clock.turn(days=7)
    await open_due_rounds(platform.runner.cron)
    await keep_runs(platform)
    newest = select(Round.id).order_by(Round.opened_at.desc()).limit(1).scalar_subquery()
    of_round = select(Pair.enrolment_id, Pair.mentor_id).join(Run, Run.id == Pair.run_id)
    return dict((await db.execute(of_round.where(Run.round_id == newest))).all())
