"""Who reads which drafts, and who may follow a guide with another version."""

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import aliased

from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Cohort
from cohort.curricula.models import CurriculumDraft
from cohort.guides.models import Guide
from cohort.guides.service import first_of
from cohort.people.models import Person


def visible_to(actor: Person) -> Select[CurriculumDraft]:
    """Their author's alone: what is not published is nobody else's business."""
    return select(CurriculumDraft).where(CurriculumDraft.author_id == actor.id)


def may_follow(actor: Person) -> ColumnElement[bool]:
    """Asked of a guide: its owner, the organisers of a cohort that studies it, and admins.

    A new version moves nobody: each cohort goes on with its own until its organisers move it.
    """
    if actor.is_admin:
        return true()
    studied = aliased(Guide)
    in_cohorts = (
        select(Cohort.id)
        .join(studied, studied.id == Cohort.guide_id)
        .where(first_of(studied) == first_of(Guide), Cohort.id.in_(cohorts.organised_by(actor)))
    )
    return or_(Guide.owner_id == actor.id, in_cohorts.exists())
