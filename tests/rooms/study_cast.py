"""Ada studies, Olga organises, Max mentors Ada, and Sam is a stranger."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment
from cohort.guides.models import Milestone
from cohort.study import service
from cohort.study.models import PlanItem
from tests.world import a_cohort, a_guide, enrolled, mentored, mentoring

EVIDENCE = {"text": "It runs, **every hour**.", "links": ["https://example.org/monitor"]}
PASSED = {"verdict": "passed", "comment": "Exactly right."}
AGAIN = {"verdict": "again", "comment": "How did you choose the threshold?"}


@dataclass
class Cast:
    ada: Any
    olga: Any
    max: Any
    sam: Any
    cohort: Cohort
    enrolment: Enrolment
    items: dict[str, UUID]

    @property
    def first(self) -> UUID:
        return self.items["end-to-end"]

    def hand_in(self, evidence: Any = EVIDENCE, item_id: UUID | None = None) -> Any:
        address = f"/api/v1/plan_items/{item_id or self.first}/submissions"
        return self.ada.post(address, json=evidence)


async def the_cast(db: AsyncSession, enter: Any, *, now: datetime) -> Cast:
    ada, olga, max_, sam = [await enter(name) for name in ("Ada", "Olga", "Max", "Sam")]
    cohort = await a_cohort(db, await a_guide(db, now=now), olga.person, now=now)
    enrolment = await enrolled(db, cohort, ada.person, now=now)
    mentor = await mentoring(db, cohort, max_.person, now=now, taken=1)
    await mentored(db, enrolment, mentor, now=now)
    await service.lay_out(db, enrolment.id, now=now)
    found = await db.execute(
        select(Milestone.slug, PlanItem.id)
        .join(PlanItem.milestone)
        .where(PlanItem.enrolment_id == enrolment.id)
    )
    items = {row.slug: row.id for row in found}
    await db.commit()
    return Cast(ada, olga, max_, sam, cohort, enrolment, items)


async def make_due(db: AsyncSession, item_id: UUID, *, now: datetime) -> None:
    """As if time had passed; turning the clock itself would end everyone's login."""
    (await db.get_one(PlanItem, item_id)).due_at = now - timedelta(hours=1)
    await db.commit()
