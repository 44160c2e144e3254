"""Two runs side by side over the API; for organisers."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.matching.comparing import service as comparing
from cohort.matching.comparing.schemas import RunChangeOut, RunComparisonOut
from cohort.matching.service import NotSolved
from cohort.pairing.comparing import PersonChange
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get(
    "/runs/{run_id:uuid}/comparison",
    guards=[signed_in],
    responses=may_refuse(NotFound, NotSolved),
)
async def compare_runs(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    run_id: FromPath[UUID],
    before_id: Annotated[
        UUID,
        QueryParameter(name="with", description="Another solved run of the same cohort."),
    ],
) -> RunComparisonOut:
    """What this run changed, held against another run of its cohort: who has another mentor, who
    has one now or has none any more, and what changed around each of them in between.
    """
    return comparison_out(await comparing.compare(db, actor, run_id, before_id))


def comparison_out(found: comparing.Comparison) -> RunComparisonOut:
    return RunComparisonOut(
        before_id=found.before.id,
        after_id=found.after.id,
        rules_version_before=found.before.rules.version,
        rules_version_after=found.after.rules.version,
        pairs_before=found.pairs_before,
        pairs_after=found.pairs_after,
        total_before=found.before.total or 0.0,
        total_after=found.after.total or 0.0,
        newly_placed=len(found.newly_placed),
        unplaced=len(found.unplaced),
        moved=len(found.moved),
        input_kept=found.known,
        causes=found.causes(),
        changes=[_change_out(found, one) for one in found.changes],
    )


def _change_out(found: comparing.Comparison, one: PersonChange) -> RunChangeOut:
    return RunChangeOut(
        enrolment_id=UUID(one.researcher),
        researcher=found.names[one.researcher],
        from_mentor_id=UUID(one.origin) if one.origin else None,
        from_mentor=found.names[one.origin] if one.origin else None,
        to_mentor_id=UUID(one.target) if one.target else None,
        to_mentor=found.names[one.target] if one.target else None,
        score_before=one.before,
        score_after=one.after,
        why=found.why(one),
    )


router = Router("", route_handlers=[compare_runs], tags=["matching"], opt={"room": "matching"})
