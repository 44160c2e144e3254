"""What an organiser does from the desk."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.dashboard import figures
from cohort.dashboard.figures import Overview
from cohort.people.models import Person


async def overview(db: AsyncSession, actor: Person, cohort_id: UUID) -> Overview:
    return await figures.overview_of(db, await cohorts.require_organiser(db, actor, cohort_id))
