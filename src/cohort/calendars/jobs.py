"""What happens to a calendar without its owner's asking."""

from uuid import UUID

from cohort.calendars import service
from cohort.jobs.context import JobContext


async def revoke(context: JobContext, person_id: str) -> None:
    """Enqueued when a password is chosen by a mailed link: what a thief made is to end."""
    await service.revoke(context.db, UUID(person_id))
