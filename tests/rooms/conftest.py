"""Those of the cast whom several files of tests begin with."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from tests.conftest import MONDAY, Cast, Someone
from tests.rooms.cohort_world import BY_APPLICATION
from tests.rooms.import_world import Bring
from tests.rooms.mentorship_world import Spring, proposed
from tests.world import a_cohort, a_guide, enrolled, mentoring


@pytest.fixture
async def olga(enter: Cast) -> Someone:
    return await enter("Olga")


@pytest.fixture
async def cohort(db: AsyncSession, olga: Someone) -> Cohort:
    """Olga's cohort, running."""
    guide = await a_guide(db, now=MONDAY)
    cohort = await a_cohort(db, guide, olga.person, now=MONDAY)
    await db.commit()
    return cohort


@pytest.fixture
async def spring(enter: Cast, db: AsyncSession) -> Spring:
    olga, ada, grace = await enter("Olga"), await enter("Ada"), await enter("Grace")
    cohort = await a_cohort(db, await a_guide(db, now=MONDAY), olga.person, now=MONDAY)
    enrolment = await enrolled(db, cohort, ada.person, now=MONDAY)
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY, capacity=1)
    proposal = await proposed(db, enrolment, mentor)
    await db.commit()
    return Spring(cohort, olga, ada, grace, enrolment, mentor, proposal)


@pytest.fixture
async def summer(db: AsyncSession, olga: Someone) -> Cohort:
    """Two seats, given by application; the last day is in ten days."""
    guide = await a_guide(db, now=MONDAY)
    cohort = await a_cohort(
        db, guide, olga.person, now=MONDAY, slug="summer", name="Summer", seats=2, **BY_APPLICATION
    )
    await db.commit()
    return cohort


@pytest.fixture
def bring(cohort: Cohort, olga: Someone) -> Bring:
    return Bring(cohort, olga)
