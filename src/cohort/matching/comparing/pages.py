"""Two runs side by side in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http.pages import Asked, page
from cohort.matching.comparing import service as comparing
from cohort.matching.console.before import run_before
from cohort.matching.models import Run
from cohort.people.auth import signed_in
from cohort.people.models import Person

ROWS = 50


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """found  none where the cohort has no other solved run."""

    run: Run
    found: comparing.Comparison | None
    others: Sequence[Run]
    first: int
    rows: int


@get("/runs/{run_id:uuid}/compare", guards=[signed_in])
async def compare_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    run_id: FromPath[UUID],
    before_id: Annotated[UUID | None, QueryParameter(name="with")] = None,
    changes: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1,
) -> Response[str]:
    """With the run before it, until another one is chosen."""
    run = await comparing.solved_run(db, actor, run_id)
    others = await comparing.others(db, actor, run)
    if before_id is None:
        before = await run_before(db, run.round, run)
        before_id = before.run_id if before else None
    found = await comparing.compare(db, actor, run_id, before_id) if before_id else None
    view = ComparisonView(run, found, others, (changes - 1) * ROWS, ROWS)
    return page(request, "matching/compare.html", view)


router = Router("", route_handlers=[compare_page], include_in_schema=False)
