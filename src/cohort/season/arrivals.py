"""The cohort opens, and its people come, each on their own day."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from cohort.cohorts import enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import CohortState
from cohort.cohorts.schemas import CohortIn, EnrolmentIn
from cohort.demo.arriving import become_mentor, bring_guide, join
from cohort.demo.cast import CastMember
from cohort.http.etag import etag
from cohort.mentors import service as mentors
from cohort.pairing.rules import Rules
from cohort.people import service as people
from cohort.rules import service as rules
from cohort.season.people import Newcomer
from cohort.season.stage import FIRST_DAY, ZONE, SeasonStage

ORGANISER = CastMember(name="Ola Season", email="organiser@example.org")


async def open_cohort(stage: SeasonStage, seed: Path) -> None:
    """The organiser is an admin too, so that she brings the guide herself."""
    now, plan = stage.clock(), stage.plan
    async with stage.act() as db:
        organiser = await join(db, ORGANISER, now=now)
        await people.make_admin(db, organiser.email, now=now)
        guide = await bring_guide(db, seed, now=now)
        form = CohortIn(
            guide_id=guide.id,
            slug="season",
            name="A season",
            starts_on=FIRST_DAY,
            ends_on=FIRST_DAY + timedelta(weeks=plan.weeks, days=-1),
            time_zone=ZONE,
            seats=max(plan.researchers, 1),
        )
        cohort = await cohorts.create(db, organiser, form, now=now)
        wanted = Rules.model_validate(plan.policy.rules)
        if wanted != Rules():
            seen = etag((await rules.read(db, organiser, cohort.id, now=now)).version)
            await rules.change(db, organiser, cohort.id, wanted, if_match=seen, now=now)
        for state in (CohortState.OPEN, CohortState.RUNNING):
            await cohorts.move(db, organiser, cohort.id, state, now=now)
        stage.cohort_id, stage.organiser = cohort.id, organiser


async def arrive(
    stage: SeasonStage, day: int, researchers: Sequence[Newcomer], mentors_: Sequence[Newcomer]
) -> None:
    for newcomer in (one for one in researchers if one.day == day):
        await _enrol(stage, newcomer)
    for newcomer in (one for one in mentors_ if one.day == day):
        await _sign_up(stage, newcomer)


async def _enrol(stage: SeasonStage, who: Newcomer) -> None:
    now = stage.clock()
    async with stage.act() as db:
        person = await join(db, who, now=now)
        form = EnrolmentIn.model_validate(who.profile)
        enrolment = await enrolments.enrol(db, person, stage.cohort_id, form, now=now)
    stage.researchers[enrolment.id] = stage.enrolments[enrolment.id] = person
    stage.came_on[who.day].append((enrolment.id, person))


async def _sign_up(stage: SeasonStage, who: Newcomer) -> None:
    """The organiser says yes on the same day."""
    now = stage.clock()
    async with stage.act() as db:
        person, mentor = await become_mentor(db, stage.cohort_id, who, who.profile, now=now)
        await mentors.approve(db, stage.organiser, mentor.id, now=now)
    stage.mentors[mentor.id] = stage.helping[mentor.id] = person
    stage.signed_up_on[who.day].append((mentor.id, person))
