"""Figures of one study circle: of the people who are in it now."""

from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles import policy as circles
from cohort.circles.models import Circle, CircleMember
from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import Invalid


async def require_circle(db: AsyncSession, cohort: Cohort, circle_id: UUID | None) -> None:
    if circle_id is None:
        return
    its = select(Circle.id).where(Circle.id == circle_id, Circle.cohort_id == cohort.id)
    if await db.scalar(its) is None:
        raise Invalid.at("circle", "This is no circle of this cohort.")


def in_circle(circle_id: UUID | BindParameter[UUID] | None) -> ColumnElement[bool]:
    """Of an enrolment; of no circle, it is true of all."""
    return true() if circle_id is None else Enrolment.id.in_(_members(circle_id))


def people_in_circle(circle_id: UUID) -> Select[UUID]:
    return select(Enrolment.person_id).where(Enrolment.id.in_(_members(circle_id)))


def _members(circle_id: Any) -> Select[UUID]:
    return circles.members_of([circle_id]).with_only_columns(CircleMember.enrolment_id)
