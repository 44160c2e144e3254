"""Who sees which plans and evidence, and who may judge them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import CohortState, Enrolment, EnrolmentState
from cohort.mentorships.policy import mentored_by
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem, Submission


def plans_visible_to(actor: Person) -> Select[Enrolment]:
    """To the researcher, the mentor, and the organisers of the cohort."""
    return select(Enrolment).where(
        or_(
            Enrolment.person_id == actor.id,
            Enrolment.cohort_id.in_(cohorts.organised_by(actor)),
            Enrolment.id.in_(mentored_by(actor)),
        )
    )


def items_visible_to(actor: Person) -> Select[PlanItem]:
    """Asked of the plan that the item belongs to: one row, whatever the number of plans."""
    plan = plans_visible_to(actor).where(Enrolment.id == PlanItem.enrolment_id)
    return select(PlanItem).where(plan.exists())


def submissions_visible_to(actor: Person) -> Select[Submission]:
    item = items_visible_to(actor).where(PlanItem.id == Submission.plan_item_id)
    return select(Submission).where(item.exists())


def reviewed_by(actor: Person) -> Select[UUID]:
    """The ids of the plans that the actor may judge: as organiser or as mentor, never their own."""
    organised = Enrolment.cohort_id.in_(cohorts.organised_by(actor))
    mine = Enrolment.id.in_(mentored_by(actor))
    others: Any = select(Enrolment.id).where(Enrolment.person_id != actor.id)
    reviewed: Select[UUID] = others.where(or_(organised, mine))
    return reviewed


def may_hand_in(actor: Person, enrolment: Enrolment) -> bool:
    return enrolment.person_id == actor.id


def is_frozen(enrolment: Enrolment) -> bool:
    """Nothing moves any more; it stays to be read. The enrolment comes with its cohort."""
    withdrawn = enrolment.state == EnrolmentState.WITHDRAWN
    return withdrawn or enrolment.cohort.state == CohortState.ARCHIVED


def is_late(item: PlanItem, now: datetime) -> bool:
    """Past its date, and the next step is the researcher's."""
    return item.state in {ItemState.OPEN, ItemState.AGAIN} and item.due_at < now
