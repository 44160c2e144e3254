"""Mail about meetings, and the end of those whose mentorship has ended."""

from uuid import UUID

from cohort.jobs.context import Delivery, JobContext
from cohort.meetings import emails, reading, service
from cohort.mentorships.models import Side
from cohort.people.models import Person


async def tell(
    context: JobContext,
    meeting_id: str,
    person_id: str,
    actor_id: str | None,
    sequence: int,
    *,
    only_details: bool = False,
) -> Delivery:
    """One of the two; when it has changed again since, a later mail says so.

    `only_details`: the last change was of where it is or what it is about.
    """
    meeting = await reading.get_for_job(context.db, UUID(meeting_id))
    if meeting.sequence != sequence:
        return None
    is_researcher = meeting.mentorship.enrolment.person_id == UUID(person_id)
    side = Side.RESEARCHER if is_researcher else Side.MENTOR
    actor = await context.db.get(Person, UUID(actor_id)) if actor_id else None
    told = emails.told(meeting, side, actor, context.settings, only_details=only_details)
    return context.deliver(told)


async def close_for_mentorship(context: JobContext, mentorship_id: str) -> None:
    """Enqueued when a mentorship ends."""
    await service.close_for_mentorship(context.db, UUID(mentorship_id), now=context.now)
