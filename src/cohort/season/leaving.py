"""Who leaves, and who is away for a while; each by the verb of a request."""

from uuid import UUID

from cohort.cohorts import enrolments
from cohort.mentors import pausing
from cohort.mentors.schemas import MentorPauseIn
from cohort.mentorships import leaving
from cohort.people.models import Person
from cohort.season.behaviour import PAUSE_WEEKS
from cohort.season.stage import SeasonStage


async def come_and_go(stage: SeasonStage, day: int) -> None:
    """Once a week for each: researchers drop out; mentors pause, come back, and leave."""
    dice, behaviour, now = stage.plan.dice, stage.plan.behaviour, stage.clock()
    for enrolment_id, person in list(stage.enrolments.items()):
        if _is_her_day(stage, person, day) and dice.chance(
            behaviour.drops_out, person.email, day // 7, "drops out"
        ):
            async with stage.act() as db:
                await enrolments.withdraw(db, person, enrolment_id, now=now)
            del stage.enrolments[enrolment_id]
            stage.left[enrolment_id] = now
    for mentor_id, person in list(stage.helping.items()):
        if _is_her_day(stage, person, day) and dice.chance(
            behaviour.mentor_leaves, person.email, day // 7, "leaves"
        ):
            async with stage.act() as db:
                await leaving.leave(db, person, mentor_id, now=now)
            del stage.helping[mentor_id]
        else:
            await _pause_or_come_back(stage, day, mentor_id)


def _is_her_day(stage: SeasonStage, person: Person, day: int) -> bool:
    return day % 7 == stage.plan.dice.day(0, 6, person.email, "weekday")


async def _pause_or_come_back(stage: SeasonStage, day: int, mentor_id: UUID) -> None:
    """Some name no day, and come back when they say so."""
    dice, behaviour, now = stage.plan.dice, stage.plan.behaviour, stage.clock()
    person = stage.mentors[mentor_id]
    if stage.paused.get(mentor_id) == day:
        del stage.paused[mentor_id]
        async with stage.act() as db:
            await pausing.resume(db, person, mentor_id, now=now)
    elif (
        mentor_id not in stage.paused
        and _is_her_day(stage, person, day)
        and dice.chance(behaviour.mentor_pauses, person.email, day // 7, "pauses")
    ):
        stage.paused[mentor_id] = day + 7 * PAUSE_WEEKS
        async with stage.act() as db:
            await pausing.pause(db, person, mentor_id, MentorPauseIn(), now=now)
