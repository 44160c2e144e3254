"""What organisers read of the quizzes of a cohort, over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.listing import PartOfName, pattern
from cohort.http.paging import PageOut, Slice
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.quizzes import cohort_readiness, item_statistics
from cohort.quizzes.schemas import CohortReadinessOut, ExamStanding, ItemOut, ReadinessSearch

OfSection = Annotated[
    str | None,
    QueryParameter(name="section", description="The slug of an official section of the exam."),
]


@get(
    "/cohorts/{cohort_id:uuid}/quiz_statistics",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_quiz_statistics(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    of_section: OfSection = None,
) -> PageOut[ItemOut]:
    """How the questions do in this cohort: how many get them right, and which wrong choice draws.

    Never who: with fewer than five answers, only their number is told.
    """
    found = await item_statistics.of_cohort(
        db, actor, cohort_id, part, section=of_section, now=clock()
    )
    return PageOut[ItemOut](items=list(found.items), next=found.next)


@get("/cohorts/{cohort_id:uuid}/readiness", guards=[signed_in], responses=may_refuse(NotFound))
async def list_cohort_readiness(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
    q: PartOfName = None,
    standing: Annotated[ExamStanding | None, QueryParameter(description="Only those.")] = None,
) -> PageOut[CohortReadinessOut]:
    """Who of a cohort may book the exam, those first, and which sections help each most per hour.

    For its organisers; from quizzes and mock exams, as `docs/quizzes.md` says.
    """
    pattern(q)
    wanted = ReadinessSearch(q=q or "", standing=standing)
    told = await cohort_readiness.candidates(db, actor, cohort_id, wanted, now=clock())
    found = await cohort_readiness.listed(told, part)
    return PageOut[CohortReadinessOut](items=list(found.items), next=found.next)


router = Router(
    "",
    route_handlers=[list_quiz_statistics, list_cohort_readiness],
    tags=["quizzes"],
    opt={"room": "quizzes"},
)
