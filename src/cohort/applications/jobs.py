"""Mail about applications, and the seats that became free."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.applications import decisions, emails, service
from cohort.applications.models import Application, UnconfirmedApplication
from cohort.cohorts.models import Cohort
from cohort.jobs.context import Delivery, JobContext


async def ask_to_confirm(context: JobContext, unconfirmed_id: str) -> Delivery:
    shown = [joinedload(UnconfirmedApplication.cohort)]
    waiting = await context.db.get(UnconfirmedApplication, UUID(unconfirmed_id), options=shown)
    if waiting is None:
        return None
    return context.deliver(emails.confirm(waiting, service.new_confirmation(waiting)))


async def tell_received(context: JobContext, application_id: str) -> Delivery:
    return context.deliver(emails.received(await _with_people(context, application_id)))


async def tell_decided(context: JobContext, application_id: str, state: str) -> Delivery:
    """Nothing, where something else was decided meanwhile."""
    application = await _with_people(context, application_id)
    if application.state.value != state:
        return None
    deferred_to = application.deferred_to
    later = await context.db.get_one(Cohort, deferred_to) if deferred_to else None
    return context.deliver(emails.decided(application, later))


async def fill_seats(context: JobContext, in_cohort: str) -> None:
    await decisions.fill_seats(context.db, UUID(in_cohort), now=context.now)


async def _with_people(context: JobContext, application_id: str) -> Application:
    shown = [joinedload(Application.person), joinedload(Application.cohort)]
    return await context.db.get_one(Application, UUID(application_id), options=shown)
