"""What an organiser reads at the desk."""

from functools import cache
from uuid import UUID

from sqlalchemy import Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.dashboard import figures
from cohort.dashboard.schemas import OverviewOut
from cohort.db import Prepared, given
from cohort.errors import NotFound
from cohort.matching import service as matching
from cohort.matching.showing import round_out
from cohort.people.asker import asker
from cohort.people.models import Person


@cache
def _overview(*, is_admin: bool) -> Prepared:
    organised = cohort_policy.organised_by(asker(is_admin=is_admin))
    one = select(Cohort.id.label("cohort_id"), Cohort.seats).where(
        Cohort.id == given("cohort_id", Uuid()), Cohort.id.in_(organised)
    )
    return Prepared(figures.counted(one))


async def overview(
    db: AsyncSession, actor: Person, cohort_id: UUID, *, latest_round: bool = False
) -> OverviewOut:
    """One statement, which asks for the organiser as well; only without an answer, we ask why."""
    read = _overview(is_admin=actor.is_admin)
    found = await read.row(db, actor_id=actor.id, cohort_id=cohort_id)
    if found is None:
        await cohorts.require_organiser(db, actor, cohort_id)
        raise NotFound
    waiting = found["researchers"] - found["matched"] - found["proposed"]
    latest = await matching.latest_round(db, actor, cohort_id) if latest_round else None
    shown = round_out(latest, await matching.newest_run(db, latest.id)) if latest else None
    return OverviewOut(**found, waiting=waiting, latest_round=shown)
