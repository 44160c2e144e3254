"""What organisers read of the quizzes of a cohort, in a browser."""

from typing import Annotated

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.http.pages import Asked, page
from cohort.http.paging import Slice
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.quizzes import item_statistics, reading

OfSection = Annotated[str | None, QueryParameter(name="section")]


@get("/cohorts/{slug:str}/quizzes", guards=[signed_in])
async def quiz_statistics_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    slug: FromPath[str],
    of_section: OfSection = None,
) -> Response[str]:
    """An empty choice of the form is all sections."""
    cohort = await cohorts.get_by_slug(db, actor, slug)
    section = of_section or None
    found = await item_statistics.of_cohort(db, actor, cohort.id, part, section=section)
    return page(
        request,
        "quizzes/statistics.html",
        cohort=cohort,
        found=found,
        exam=await reading.exam_of(db, cohort.id),
        section=section or "",
        cursor=part.cursor,
    )


router = Router("", route_handlers=[quiz_statistics_page], include_in_schema=False)
