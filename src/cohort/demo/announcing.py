"""The organiser writes to the mentors."""

from datetime import datetime

from cohort.announcements import service
from cohort.announcements.models import Audience
from cohort.announcements.schemas import AnnouncementIn
from cohort.demo.opening import A_DAY, Scene

WORDS = """
In two weeks most of your mentees sit their first **mock exam**.

- Ask them which section they fear most.
- Half an hour on one old problem of yours helps more than another course.

Thank you for the hours that you give.
"""


async def write_to_mentors(scene: Scene, *, now: datetime) -> None:
    said = AnnouncementIn(audience=Audience.MENTORS, subject="Mock exams are near", text=WORDS)
    cohort_id, at = scene.cohort.id, now - 2 * A_DAY
    await service.send(scene.db, scene.organiser, cohort_id, said, now=at)
