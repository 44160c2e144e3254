"""What to look at before a round is published, over the API; for organisers."""

from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.http.fields import Shown
from cohort.http.problems import may_refuse
from cohort.matching import runs
from cohort.matching.results.service import get_run
from cohort.matching.warnings.service import warnings_of
from cohort.people.auth import signed_in
from cohort.people.models import Person


class RoundWarningOut(Shown):
    code: str = Field(
        description="`cut_short`, `changed_since`, `weak_pairs`, `near_ties`, `lonely_fields`, "
        "`unmatched_again` or `full_mentors`.",
        examples=["weak_pairs"],
    )
    sentence: str = Field(examples=["Without a mentor for the third time or more: Ada Example."])
    who: list[str] = Field(description="The names of all whom it is about.")
    holds: bool = Field(
        description="Whether it keeps a round from being published by itself, where the cohort "
        "publishes unless something warns."
    )


class RoundWarningsOut(Shown):
    run_id: UUID
    warnings: list[RoundWarningOut]


@get("/runs/{run_id:uuid}/warnings", guards=[signed_in], responses=may_refuse(NotFound))
async def list_run_warnings(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], run_id: FromPath[UUID]
) -> RoundWarningsOut:
    """What to look at before you publish; none while the run is not solved."""
    run = await runs.read(db, (await get_run(db, actor, run_id)).id)
    warned = [RoundWarningOut.model_validate(one) for one in await warnings_of(db, run)]
    return RoundWarningsOut(run_id=run.id, warnings=warned)


router = Router("", route_handlers=[list_run_warnings], tags=["matching"], opt={"room": "matching"})
