"""Who sees which circles: who is in them now, and the organisers of their cohort."""

from uuid import UUID

from sqlalchemy import Select, or_, select

from cohort.circles.models import Circle, CircleMember, CirclePreview
from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.people.models import Person


def own_memberships(actor: Person) -> Select[CircleMember]:
    """In cohorts that are not archived."""
    return (
        select(CircleMember)
        .join(CircleMember.enrolment)
        .join(Enrolment.cohort)
        .where(
            CircleMember.left_at.is_(None),
            Enrolment.person_id == actor.id,
            Enrolment.state == EnrolmentState.ACTIVE,
            Cohort.state.in_(cohorts.PUBLISHED),
        )
    )


def visible_to(actor: Person) -> Select[Circle]:
    own = own_memberships(actor).with_only_columns(CircleMember.circle_id)
    run = Circle.cohort_id.in_(cohorts.organised_by(actor))
    return select(Circle).where(or_(Circle.id.in_(own), run))


def previews_visible_to(actor: Person) -> Select[CirclePreview]:
    return select(CirclePreview).where(CirclePreview.cohort_id.in_(cohorts.organised_by(actor)))


def members_of(circle_ids: Select[UUID] | list[UUID]) -> Select[CircleMember]:
    return select(CircleMember).where(
        CircleMember.circle_id.in_(circle_ids), CircleMember.left_at.is_(None)
    )
