"""Who sees what was announced to whom: those who run the cohort."""

from sqlalchemy import Select, select

from cohort.announcements.models import Announcement
from cohort.cohorts import policy as cohorts
from cohort.people.models import Person


def visible_to(actor: Person) -> Select[Announcement]:
    return select(Announcement).where(Announcement.cohort_id.in_(cohorts.organised_by(actor)))
