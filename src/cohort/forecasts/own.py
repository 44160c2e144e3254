"""When somebody will be done, told to herself: a range, what it rests on, and the next step."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.errors import NotFound
from cohort.forecasts.other_signs import with_other_signs
from cohort.forecasts.outlook import Forecast, StudyOutlook, facts_of, forecasts_of
from cohort.forecasts.pace import Pace, pace_of
from cohort.forecasts.reading import ends_at, works
from cohort.forecasts.service import GOES_ON
from cohort.guides.models import Milestone
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem

PACE_KEPT_FOR = timedelta(hours=1)
PACES_KEPT = 256


@dataclass(frozen=True, slots=True)
class OwnForecast:
    """With its enrolment, its person and its cohort."""

    enrolment: Enrolment
    forecast: Forecast | None
    """None before a plan is laid out, and where the cohort is not open or running."""
    next_step: tuple[UUID, str] | None
    """The item of her plan that comes next, by date, and its title."""

    @property
    def is_told(self) -> bool:
        """In the first two weeks it would be the pace of the plan, and nothing of hers."""
        begins = StudyOutlook.BEGINS
        return self.forecast is not None and self.forecast.outlook is not begins


async def own_forecast(
    db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime
) -> OwnForecast:
    """For her and for the organisers of her cohort; no mentor reads it."""
    organised = Enrolment.cohort_id.in_(cohorts.organised_by(actor))
    enrolment = await db.scalar(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id, or_(Enrolment.person_id == actor.id, organised))
        .options(joinedload(Enrolment.person), joinedload(Enrolment.cohort))
    )
    if enrolment is None:
        raise NotFound
    goes_on = enrolment.state is EnrolmentState.ACTIVE and enrolment.cohort.state in GOES_ON
    return OwnForecast(
        enrolment,
        await _forecast(db, enrolment, now) if goes_on else None,
        await _next_step(db, enrolment_id) if goes_on else None,
    )


async def _forecast(db: AsyncSession, enrolment: Enrolment, now: datetime) -> Forecast | None:
    cohort = enrolment.cohort
    pace = await PACES.of_cohort(db, cohort, now=now)
    hers = await works(db, cohort, at=now, of=enrolment.id)
    hers = await with_other_signs(db, cohort, hers, at=now)
    told = await asyncio.to_thread(forecasts_of, hers, at=now, end=ends_at(cohort), pace=pace)
    return told[0] if told else None


async def _next_step(db: AsyncSession, enrolment_id: UUID) -> tuple[UUID, str] | None:
    row = (
        await db.execute(
            select(PlanItem.id, Milestone.title)
            .join(PlanItem.milestone)
            .where(PlanItem.enrolment_id == enrolment_id)
            .where(PlanItem.state.in_([ItemState.OPEN, ItemState.AGAIN]))
            .order_by(PlanItem.due_at, PlanItem.position)
            .limit(1)
        )
    ).first()
    return (row.id, row.title) if row else None


class KeptPaces:
    """The paces of whole cohorts: they change slowly, and all plans are read for one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, tuple[datetime, Pace]] = OrderedDict()

    async def of_cohort(self, db: AsyncSession, cohort: Cohort, *, now: datetime) -> Pace:
        at, pace = self._kept.get(cohort.id, (None, None))
        if at is not None and pace is not None and abs(now - at) < PACE_KEPT_FOR:
            return pace
        everyone = await works(db, cohort, at=now)
        pace = await asyncio.to_thread(lambda: pace_of(facts_of(everyone)))
        self._kept[cohort.id] = now, pace
        self._kept.move_to_end(cohort.id)
        while len(self._kept) > PACES_KEPT:
            self._kept.popitem(last=False)
        return pace


PACES = KeptPaces()
