"""Who came back from an absence or a pause: new dates may help her, and are offered."""

from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.cohorts.pausing import is_paused
from cohort.http.formats import local_day
from cohort.schedules.models import Absence

OFFERED_FOR = timedelta(weeks=3)


async def back_since(db: AsyncSession, enrolment: Enrolment, *, now: datetime) -> date | None:
    """The day of her return, for three weeks; None while she is away. With its cohort loaded."""
    today = local_day(now, enrolment.cohort.time_zone)
    is_over = Absence.last_day < today
    ended, is_away = (
        await db.execute(
            select(
                func.max(Absence.last_day).filter(is_over),
                func.bool_or(and_(Absence.first_day <= today, ~is_over)),
            ).where(Absence.enrolment_id == enrolment.id)
        )
    ).one()
    if is_away or is_paused(enrolment, today):
        return None
    days = [ended + timedelta(days=1)] if ended else []
    days += [enrolment.paused_until] if enrolment.paused_until else []
    last = max(days, default=None)
    return last if last is not None and today - last < OFFERED_FOR else None
