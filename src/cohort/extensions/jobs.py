"""Mail about new dates."""

from uuid import UUID

from cohort.extensions import emails, service
from cohort.extensions.models import ExtensionState
from cohort.jobs.context import Delivery, JobContext
from cohort.people.models import Person


async def tell(context: JobContext, extension_id: str, organiser_id: str | None = None) -> Delivery:
    """An organiser that it was asked, unless it was answered since; or the asker, the answer."""
    extension = await service.read(context.db, UUID(extension_id))
    if organiser_id is None:
        return context.deliver(emails.decided(extension))
    if extension.state is not ExtensionState.ASKED:
        return None
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    return context.deliver(emails.asked(organiser, extension))
