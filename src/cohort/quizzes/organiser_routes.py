"""What organisers read of the quizzes of a cohort, over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.quizzes import item_statistics
from cohort.quizzes.schemas import ItemOut

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
    cohort_id: FromPath[UUID],
    of_section: OfSection = None,
) -> PageOut[ItemOut]:
    """How the questions do in this cohort: how many get them right, and which wrong choice draws.

    Never who: with fewer than five answers, only their number is told.
    """
    found = await item_statistics.of_cohort(db, actor, cohort_id, part, section=of_section)
    return PageOut[ItemOut](items=list(found.items), next=found.next)


router = Router(
    "",
    route_handlers=[list_quiz_statistics],
    tags=["quizzes"],
    opt={"room": "quizzes"},
)
