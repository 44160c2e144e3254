"""Figures of a cohort over the API, for its organisers."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.figures import service
from cohort.figures.milestones import stuck
from cohort.figures.schemas import (
    CohortsFigureOut,
    FirstVerdictsOut,
    FunnelFigureOut,
    MentorFilter,
    MilestoneFigureOut,
    MilestonesFigureOut,
    ProgressFigureOut,
    ProgressSearch,
    ProgressSort,
    ReviewsFigureOut,
    SessionsFigureOut,
    WeeksFigureOut,
)
from cohort.http.listing import PartOfName, pattern
from cohort.http.paging import Slice
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person

OfCircle = Annotated[
    UUID | None, QueryParameter(description="Only the people who are in this study circle now.")
]
HERE = "/cohorts/{cohort_id:uuid}/figures"


@get(f"{HERE}/weeks", guards=[signed_in], responses=may_refuse(NotFound))
async def read_weeks(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    circle: OfCircle = None,
) -> WeeksFigureOut:
    """What was planned, handed in and passed by the end of each week of the cohort."""
    return await service.weeks(db, actor, cohort_id, now=clock(), circle=circle)


@get(f"{HERE}/progress", guards=[signed_in], responses=may_refuse(NotFound))
async def read_progress_by_section(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
    q: PartOfName = None,
    mentor: Annotated[
        MentorFilter | None, QueryParameter(description="Who has one, or who has none.")
    ] = None,
    sort: Annotated[
        ProgressSort,
        QueryParameter(
            description="`progress`: who passed the smallest share first; `-late`: who is late "
            "with the most first. Those who are equal come by name."
        ),
    ] = ProgressSort.NAME,
    circle: OfCircle = None,
) -> ProgressFigureOut:
    """How far each researcher is with each section of the guide: the heat map."""
    pattern(q)
    wanted = ProgressSearch(q=q or "", mentor=mentor, sort=sort, circle=circle)
    shown = await service.progress(db, actor, cohort_id, wanted, part, now=clock())
    return ProgressFigureOut.model_validate(shown)


@get(f"{HERE}/funnel", guards=[signed_in], responses=may_refuse(NotFound))
async def read_funnel(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    cohort_id: FromPath[UUID],
) -> FunnelFigureOut:
    """How many came how far, from the application to the certificate, and how long it took."""
    return FunnelFigureOut.model_validate(await service.funnel(db, actor, cohort_id))


@get(f"{HERE}/milestones", guards=[signed_in], responses=may_refuse(NotFound))
async def read_milestone_figures(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    circle: OfCircle = None,
) -> MilestonesFigureOut:
    """How long each milestone takes, and at which one people stand still.

    A clock begins a week before a milestone's date in her plan, or when she joined, if later.
    """
    found = await service.milestones(db, actor, cohort_id, now=clock(), circle=circle)
    return MilestonesFigureOut(
        milestones=[MilestoneFigureOut.model_validate(one) for one in found],
        stuck=[one.milestone_id for one in stuck(found)],
    )


@get(f"{HERE}/reviews", guards=[signed_in], responses=may_refuse(NotFound))
async def read_review_figures(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    circle: OfCircle = None,
) -> ReviewsFigureOut:
    """What waits for a review and how long, and the time to the first verdict by week."""
    queue = await service.reviews(db, actor, cohort_id, now=clock(), circle=circle)
    weeks = [
        FirstVerdictsOut(
            week=one.week.number,
            begins_on=one.week.begins_on,
            handed_in=one.handed_in,
            judged=one.judged,
            waiting=one.waiting,
            half_days=one.half_days,
        )
        for one in queue.weeks
    ]
    told = {"waiting": queue.waiting, "ages": queue.ages, "longest": queue.longest}
    return ReviewsFigureOut.model_validate({**told, "weeks": weeks}, from_attributes=True)


@get(f"{HERE}/sessions", guards=[signed_in], responses=may_refuse(NotFound))
async def read_session_figures(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    circle: OfCircle = None,
) -> SessionsFigureOut:
    """Who signed up for each live session, and who came. Cancelled ones are counted apart."""
    found = await service.sessions(db, actor, cohort_id, now=clock(), circle=circle)
    return SessionsFigureOut.model_validate(found)


@get(f"{HERE}/cohorts", guards=[signed_in], responses=may_refuse(NotFound))
async def read_cohorts_beside(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
) -> CohortsFigureOut:
    """This cohort and others of its guide that you run, by week since their beginning."""
    return CohortsFigureOut(cohorts=await service.beside(db, actor, cohort_id, now=clock()))


router = Router(
    "",
    route_handlers=[
        read_weeks,
        read_progress_by_section,
        read_funnel,
        read_milestone_figures,
        read_review_figures,
        read_session_figures,
        read_cohorts_beside,
    ],
    tags=["study"],
    opt={"room": "study"},
)
