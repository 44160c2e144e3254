"""Her week: what to do, for how long and why, what is late, and what comes next."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.errors import NotAllowed
from cohort.http.formats import local_day
from cohort.meetings import reading as meetings
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person
from cohort.quizzes import suggesting
from cohort.schedules.reading import hours_told
from cohort.schedules.returning import back_since
from cohort.sessions import reading as sessions
from cohort.study import plans
from cohort.study.models import ItemState
from cohort.study.plans import Plan, Step
from cohort.weeks.schemas import (
    WayBackOut,
    WeekMeetingOut,
    WeekOut,
    WeekQuizOut,
    WeekSessionOut,
)
from cohort.weeks.telling import Telling, telling_of
from cohort.weeks.timeline import OWED, PlanWeek, week_of, weeks_in
from cohort.weeks.way_back import WEEK, OwedWork, way_back

AHEAD = 3
MUCH = 1.5
"""Of the hours of a usual week: what a week may ask of somebody who told nothing of her time."""


async def running_enrolment(db: AsyncSession, actor: Person) -> UUID | None:
    """Where somebody studies now; of several, the one that began last."""
    found: UUID | None = await db.scalar(
        select(Enrolment.id)
        .join(Enrolment.cohort)
        .where(Enrolment.person_id == actor.id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(Cohort.state == CohortState.RUNNING)
        .order_by(Cohort.starts_on.desc(), Enrolment.id)
        .limit(1)
    )
    return found


async def enrolment_of(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Enrolment:
    """With its cohort, if it is the actor's."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    if enrolment.person_id != actor.id:
        raise NotAllowed("A week is shown to the researcher whose it is; others read her plan.")
    return enrolment


async def week(db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime) -> WeekOut:
    """Fifteen or so statements, however long the plan is and however many people there are."""
    await enrolment_of(db, actor, enrolment_id)
    plan = await plans.plan_of(db, actor, enrolment_id, now=now)
    cohort = plan.enrolment.cohort
    here = week_of(local_day(now, cohort.time_zone), cohort)
    telling = await telling_of(db, actor, plan)
    late = [step for step in plan.steps if step.is_late]
    due = [one for one in plan.steps if _waits_for_her(one, now) and _is_in(one, here, cohort)]
    ahead = [] if due or late else [one for one in plan.steps if _waits_for_her(one, now)]
    mentorship = await mentorships.mentorship_of(db, actor, enrolment_id)
    return WeekOut(
        enrolment_id=enrolment_id,
        week=here.number,
        weeks=weeks_in(cohort),
        begins_on=here.monday,
        ends_on=here.sunday,
        time_zone=cohort.time_zone,
        is_frozen=plan.is_frozen,
        passed=plan.passed,
        total=len(plan.steps),
        in_review=sum(one.item.state == ItemState.SUBMITTED for one in plan.steps),
        hours=sum(one.item.milestone.hours for one in due),
        items=[telling.item(one) for one in due],
        ahead=[telling.item(one) for one in ahead[:AHEAD]],
        late=[telling.item(one) for one in late],
        back_since=await back_since(db, plan.enrolment, now=now),
        way_back=_way_back(plan, telling, await hours_told(db, enrolment_id), now),
        mentor=mentorship.mentor.person.name if mentorship else None,
        mentorship_id=mentorship.id if mentorship else None,
        next_meeting=await _next_meeting(db, actor, mentorship, now),
        next_session=await _next_session(db, actor, cohort, now),
        quiz=_quiz(telling, due or late or ahead[:AHEAD]),
    )


def _waits_for_her(step: Step, now: datetime) -> bool:
    return step.item.state in OWED and step.item.due_at >= now


def _is_in(step: Step, week: PlanWeek, cohort: Cohort) -> bool:
    return week_of(local_day(step.item.due_at, cohort.time_zone), cohort) == week


def _way_back(plan: Plan, telling: Telling, hours: int | None, now: datetime) -> WayBackOut | None:
    cohort = plan.enrolment.cohort
    if plan.is_frozen:
        return None
    owed = {one.item.milestone.slug: one for one in plan.steps if one.item.state in OWED}
    required = [one.item.milestone for one in plan.steps if not one.item.milestone.is_optional]
    end = _closing(cohort)
    begun = max(_opening(cohort), plan.enrolment.created_at)
    usual = sum(one.hours for one in required) / max((end - begun) / WEEK, 1.0)
    found = way_back(
        [_owed_work(one, telling) for one in owed.values()],
        now=now,
        end=end,
        most=hours or MUCH * usual,
    )
    if found is None:
        return None
    return WayBackOut(
        begin_with=[owed[slug].item.id for slug in found.first],
        left_out=[owed[slug].item.id for slug in found.left_out],
        hours=found.hours,
        weeks=found.weeks,
        hours_a_week=found.hours_a_week,
        is_too_much=found.is_too_much,
        hours_told=hours,
    )


def _owed_work(step: Step, telling: Telling) -> OwedWork:
    its = step.item.milestone
    focus = telling.focuses.get(its.slug)
    return OwedWork(
        slug=its.slug,
        hours=its.hours,
        due_at=step.item.due_at,
        requires=its.requires,
        instead_of=its.instead_of,
        is_optional=its.is_optional,
        is_known=focus is not None and focus.may_skip,
    )


def _opening(cohort: Cohort) -> datetime:
    first = datetime.combine(cohort.starts_on, time(), ZoneInfo(cohort.time_zone))
    return first.astimezone(UTC)


def _closing(cohort: Cohort) -> datetime:
    after = cohort.ends_on + timedelta(days=1)
    return datetime.combine(after, time(), ZoneInfo(cohort.time_zone)).astimezone(UTC)


async def _next_meeting(
    db: AsyncSession, actor: Person, mentorship: Mentorship | None, now: datetime
) -> WeekMeetingOut | None:
    found = await meetings.next_of(db, actor, mentorship.id, now=now) if mentorship else None
    if found is None or mentorship is None:
        return None
    return WeekMeetingOut(
        id=found.id,
        mentorship_id=mentorship.id,
        starts_at=found.starts_at,
        minutes=found.minutes,
        state=found.state,
        mentor=mentorship.mentor.person.name,
    )


async def _next_session(
    db: AsyncSession, actor: Person, cohort: Cohort, now: datetime
) -> WeekSessionOut | None:
    found = await sessions.next_of(db, actor, cohort.id, now=now)
    return WeekSessionOut.model_validate(found) if found else None


def _quiz(telling: Telling, steps: Sequence[Step]) -> WeekQuizOut | None:
    wanted = {slug for one in steps for slug in one.item.milestone.exam_sections}
    found = suggesting.next_quiz(telling.quizzes, wanted)
    return WeekQuizOut.model_validate(found) if found else None
