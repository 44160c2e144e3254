"""What the people of a cohort handed in, read by statements that are prepared once."""

from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import Select, String, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment
from cohort.db import given
from cohort.errors import Invalid
from cohort.guides.models import Milestone
from cohort.http.listing import Listing, ListQuery, by_name, has_in_name
from cohort.http.paging import Page, Slice
from cohort.people.asker import asker
from cohort.people.models import Person
from cohort.study import policy
from cohort.study.models import PlanItem, Submission


def _in_cohort(is_admin: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001
    """The newest version of each item; the others stand at the item."""
    cohort_id, who = given("cohort_id", Uuid()), asker(is_admin=is_admin)
    newer = aliased(Submission)
    replaced = select(newer.id).where(
        newer.plan_item_id == Submission.plan_item_id, newer.version > Submission.version
    )
    cohort = cohort_policy.visible_to(who).where(Cohort.id == cohort_id)
    return (
        select(
            Submission.id.label("submission_id"),
            Submission.plan_item_id,
            Submission.version,
            Submission.submitted_at,
            PlanItem.enrolment_id,
            PlanItem.due_at,
            PlanItem.state,
            Enrolment.cohort_id,
            Person.name.label("researcher"),
            Milestone.title.label("milestone"),
            Milestone.slug.label("milestone_slug"),
        )
        .join(Submission.plan_item)
        .join(PlanItem.milestone)
        .join(PlanItem.enrolment)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort_id, cohort.exists(), ~replaced.exists())
        .where(
            PlanItem.enrolment_id.in_(
                policy.evidence_visible_to(who).with_only_columns(Enrolment.id)
            )
        )
    )


IN_COHORT = Listing(
    _in_cohort,
    id=Submission.id,
    filters={
        "q": has_in_name(Person.name),
        "state": PlanItem.state == given("state", String()),
        "milestone": Milestone.slug == given("milestone", Text()),
        "enrolment_id": PlanItem.enrolment_id == given("enrolment_id", Uuid()),
    },
    orders={"submitted_at": Submission.submitted_at, "researcher": by_name(Person.name)},
)


async def list_in(
    db: AsyncSession, actor: Person, cohort_id: UUID, wanted: ListQuery, part: Slice
) -> Page[Record]:
    """One statement, which asks for the cohort as well; only where it is empty, we ask why."""
    page = await IN_COHORT.read(
        db, part, wanted, is_admin=actor.is_admin, actor_id=actor.id, cohort_id=cohort_id
    )
    if not page.items:
        cohort = await cohorts.get(db, actor, cohort_id)
        await _require_milestone(db, cohort, wanted.filters["milestone"])
    return page


async def _require_milestone(db: AsyncSession, cohort: Cohort, slug: str | None) -> None:
    known = select(Milestone.id).where(
        Milestone.guide_id == cohort.guide_id, Milestone.slug == slug
    )
    if slug is not None and await db.scalar(known.limit(1)) is None:
        raise Invalid.at("milestone", f"“{slug}” is not a milestone of this cohort's guide.")
