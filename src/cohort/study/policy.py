"""Who sees which plans and evidence, and who may judge them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, or_, select, union
from sqlalchemy.orm import aliased

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import CohortState, Enrolment, EnrolmentState, MentorSees
from cohort.mentorships.policy import mentored_by
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem, Submission


def plans_visible_to(actor: Person) -> Select[Enrolment]:
    """To the researcher, the organisers, and the mentor whom she lets read its milestones."""
    return select(Enrolment).where(reads_plan(actor))


def reads_plan(actor: Person) -> ColumnElement[bool]:
    """Asked of an enrolment."""
    is_shown = Enrolment.mentor_sees == MentorSees.MILESTONES
    return or_(
        Enrolment.person_id == actor.id,
        Enrolment.cohort_id.in_(cohorts.organised_by(actor)),
        and_(is_shown, Enrolment.id.in_(mentored_by(actor))),
    )


def items_visible_to(actor: Person) -> Select[PlanItem]:
    """Asked of the plan that the item belongs to: one row, whatever the number of plans.

    What was handed in, the mentor reads whatever she sees of the plan: it is there to be judged.
    """
    plan = plans_visible_to(actor).where(Enrolment.id == PlanItem.enrolment_id)
    evidence = select(Submission.id).where(Submission.plan_item_id == PlanItem.id)
    handed_in = and_(PlanItem.enrolment_id.in_(mentored_by(actor)), evidence.exists())
    return select(PlanItem).where(or_(plan.exists(), handed_in))


def evidence_visible_to(actor: Person) -> Select[Enrolment]:
    """Those of whose plans the actor reads what was handed in."""
    return select(Enrolment).where(or_(reads_plan(actor), Enrolment.id.in_(mentored_by(actor))))


def submissions_visible_to(actor: Person) -> Select[Submission]:
    item = items_visible_to(actor).where(PlanItem.id == Submission.plan_item_id)
    return select(Submission).where(item.exists())


def reviewed_by(actor: Person) -> CompoundSelect[UUID]:
    """The ids of the plans that the actor may judge: as organiser or as mentor, never their own.

    Two reads by an index each: with "or", PostgreSQL would read all enrolments.
    """
    plan = aliased(Enrolment)  # the statement around it may be about enrolments too
    others = select(plan.id).where(plan.person_id != actor.id)
    return union(
        others.where(plan.cohort_id.in_(cohorts.organised_by(actor))),
        others.where(plan.id.in_(mentored_by(actor))),
    )


def may_hand_in(actor: Person, enrolment: Enrolment) -> bool:
    return enrolment.person_id == actor.id


def is_frozen(enrolment: Enrolment) -> bool:
    """Nothing moves any more; it stays to be read. The enrolment comes with its cohort."""
    withdrawn = enrolment.state == EnrolmentState.WITHDRAWN
    return withdrawn or enrolment.cohort.state == CohortState.ARCHIVED


A_MINUTE = timedelta(minutes=1)
"""Who reads 23:59 hands in until the last second of it."""


def came_late(due_at: datetime, at: datetime) -> bool:
    return due_at + A_MINUTE <= at


def is_late(item: PlanItem, now: datetime) -> bool:
    """Past its date, and the next step is the researcher's."""
    return item.state in {ItemState.OPEN, ItemState.AGAIN} and came_late(item.due_at, now)
