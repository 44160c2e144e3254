"""A cohort with many plans, and its figures over the API."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.guides.models import Milestone
from cohort.study.models import ItemState, PlanItem
from tests.conftest import MONDAY
from tests.rooms.crowd import enrol_all, people_with_tokens
from tests.rooms.study_cast import Cast


async def figure(cast: Cast, name: str) -> Any:
    answer = await cast.olga.get(f"/api/v1/cohorts/{cast.cohort.id}/figures/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def join_all(db: AsyncSession, cast: Cast, people: int, **item: Any) -> list[Any]:
    """So many more, with plans of which each item is like this."""
    enrolments = await enrol_all(db, cast.cohort, await people_with_tokens(db, people))
    milestones = (await db.scalars(select(Milestone).order_by(Milestone.position))).all()
    given = {"due_at": MONDAY - timedelta(days=1), "state": ItemState.OPEN} | item
    db.add_all(
        PlanItem(enrolment_id=its_id, milestone_id=one.id, position=one.position, **given)
        for its_id in enrolments
        for one in milestones
    )
    await db.commit()
    return enrolments
