"""Who sees which failed work."""

from sqlalchemy import Select, select

from cohort.cohorts import policy as cohorts
from cohort.jobs.outbox import Promise
from cohort.people.models import Person


def promises_visible_to(actor: Person) -> Select[Promise]:
    """Those of the cohorts that the actor runs; an admin sees those of no cohort too."""
    if actor.is_admin:
        return select(Promise)
    return select(Promise).where(Promise.cohort_id.in_(cohorts.organised_by(actor)))
