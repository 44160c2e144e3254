"""This week, and the whole plan, in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.offers import Offers, offers_of
from cohort.clock import Clock
from cohort.cohorts import own_terms
from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid
from cohort.http.pages import Asked, page, see
from cohort.mentorships import reading as mentorships
from cohort.mentorships.models import Mentorship, Proposal
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions.models import AnswerOf, GivenAnswer
from cohort.schedules import service as schedules
from cohort.schedules.returning import back_since
from cohort.sessions import reading as sessions
from cohort.sessions.models import LiveSession
from cohort.study import plans, policy
from cohort.study.plans import Plan
from cohort.weeks import service, timeline
from cohort.weeks.schemas import WeekOut
from cohort.weeks.telling import Telling, telling_of
from cohort.weeks.timeline import PlanPart


class PlanOrder(StrEnum):
    WEEK = "week"
    SECTION = "section"


@dataclass(frozen=True, slots=True)
class WeekView:
    enrolment: Enrolment
    its: WeekOut
    now: datetime
    offers: Offers


@dataclass(frozen=True, slots=True)
class PlanView:
    """A researcher's plan, in parts that fold, and the mentor beside it."""

    plan: Plan
    parts: Sequence[PlanPart]
    order: PlanOrder
    now: datetime
    is_own: bool
    may_redate: bool
    """Whether she may be given new dates, which her mentor may not."""
    back_since: date | None
    """Since when she is back, if that is not long ago."""
    mentorship: Mentorship | None
    proposal: Proposal | None
    titles: Mapping[tuple[str, str], str]
    languages: Mapping[str, str]
    answers: Sequence[GivenAnswer]
    """What the mentor, proposed or found, tells."""
    session: LiveSession | None
    """What the cohort comes together for next, on the own plan."""
    telling: Telling | None
    """What is known of her milestones, on the own plan."""
    offers: Offers
    left_open: int
    """How many questions of the organisers the researcher has still to answer."""


@get("/week", guards=[signed_in])
async def own_week(db: NamedDependency[AsyncSession], actor: NamedDependency[Person]) -> Redirect:
    """Where one lands after signing in: one's week in a running cohort, else the first page."""
    enrolment_id = await service.running_enrolment(db, actor)
    return see(f"/plan/{enrolment_id}/week" if enrolment_id else "/")


@get("/plan/{enrolment_id:uuid}/week", guards=[signed_in])
async def week_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    now = clock()
    its = await service.week(db, actor, enrolment_id, now=now)
    enrolment = await service.enrolment_of(db, actor, enrolment_id)
    offers = await offers_of(db, enrolment.cohort_id)
    return page(request, "weeks/week.html", WeekView(enrolment, its, now, offers))


@get("/plan/{enrolment_id:uuid}", guards=[signed_in])
async def plan_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    now, order = clock(), _order(request)
    plan = await plans.plan_of(db, actor, enrolment_id, now=now)
    mentorship = await mentorships.mentorship_of(db, actor, enrolment_id)
    proposal = await mentorships.open_proposal_of(db, actor, enrolment_id)
    cohort_id, person_id = plan.enrolment.cohort_id, plan.enrolment.person_id
    match = mentorship or proposal
    whose = [(cohort_id, match.mentor.person_id)] if match else []
    told = await answering.told_in_pairs(db, whose, AnswerOf.MENTOR)
    open_in = await answering.left_open(db, person_id, [cohort_id], AnswerOf.RESEARCHER)
    is_own = policy.may_hand_in(actor, plan.enrolment)
    by_section = order is PlanOrder.SECTION
    view = PlanView(
        plan=plan,
        parts=timeline.by_section(plan) if by_section else timeline.by_week(plan, now),
        order=order,
        now=now,
        is_own=is_own,
        may_redate=await schedules.may_redate(db, actor, plan.enrolment),
        back_since=await back_since(db, plan.enrolment, now=now),
        mentorship=mentorship,
        proposal=proposal,
        titles=await own_terms.titles(db, plan.enrolment.cohort_id),
        languages=LANGUAGES,
        session=await sessions.next_of(db, actor, cohort_id, now=now) if is_own else None,
        answers=[one for answers in told.values() for one in answers],
        telling=await telling_of(db, actor, plan) if is_own else None,
        offers=await offers_of(db, cohort_id),
        left_open=open_in.get(cohort_id, 0),
    )
    return page(request, "weeks/plan.html", view, status_of=plans.status_of)


def _order(request: Asked) -> PlanOrder:
    asked = request.query_params.get("by", PlanOrder.WEEK)
    try:
        return PlanOrder(asked)
    except ValueError as error:
        raise Invalid.at("by", "A plan is shown by “week” or by “section”.") from error


router = Router("", route_handlers=[own_week, week_page, plan_page], include_in_schema=False)
