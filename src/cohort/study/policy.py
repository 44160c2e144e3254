"""What may still happen to a plan."""

from datetime import datetime

from cohort.cohorts.models import CohortState, Enrolment, EnrolmentState
from cohort.study.models import ItemState, PlanItem


def is_frozen(enrolment: Enrolment) -> bool:
    """Nothing moves any more; it stays to be read. The enrolment comes with its cohort."""
    withdrawn = enrolment.state == EnrolmentState.WITHDRAWN
    return withdrawn or enrolment.cohort.state == CohortState.ARCHIVED


def is_late(item: PlanItem, now: datetime) -> bool:
    """Past its date, and the next step is the researcher's."""
    return item.state in {ItemState.OPEN, ItemState.AGAIN} and item.due_at < now
