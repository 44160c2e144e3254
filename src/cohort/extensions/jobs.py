"""Mail about new dates."""

from uuid import UUID

from cohort.extensions import emails, service
from cohort.extensions.models import ExtensionState
from cohort.jobs.context import Delivery, JobContext
from cohort.people.models import Person


async def tell_asked(context: JobContext, extension_id: str, organiser_id: str) -> Delivery:
    """Not worth a mail where it was answered or withdrawn since."""
    extension = await service.read(context.db, UUID(extension_id))
    if extension.state is not ExtensionState.ASKED:
        return None
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    return context.deliver(emails.asked(organiser, extension))


async def tell_decided(context: JobContext, extension_id: str) -> Delivery:
    return context.deliver(emails.decided(await service.read(context.db, UUID(extension_id))))
