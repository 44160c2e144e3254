"""Mail about places in cohorts, and about who runs them."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.cohorts import emails, organisers
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState, OrganiserInvitation
from cohort.jobs.context import Delivery, JobContext
from cohort.people.models import Person


async def welcome(context: JobContext, enrolment_id: str) -> Delivery:
    shown = [joinedload(Enrolment.person), joinedload(Enrolment.cohort)]
    enrolment = await context.db.get_one(Enrolment, UUID(enrolment_id), options=shown)
    if enrolment.state == EnrolmentState.ACTIVE:
        return context.deliver(emails.welcome(enrolment))
    return None


async def invite_organiser(context: JobContext, invitation_id: str) -> Delivery:
    shown = [joinedload(OrganiserInvitation.cohort), joinedload(OrganiserInvitation.inviter)]
    invitation = await context.db.get(OrganiserInvitation, UUID(invitation_id), options=shown)
    if invitation is None:
        return None
    return context.deliver(
        emails.organiser_invited(invitation, organisers.new_token_of(invitation))
    )


async def tell_organiser_added(
    context: JobContext, of_cohort: str, about: str, to: str
) -> Delivery:
    return context.deliver(emails.organiser_added(*await _three(context, to, about, of_cohort)))


async def tell_organiser_removed(
    context: JobContext, of_cohort: str, about: str, to: str
) -> Delivery:
    return context.deliver(emails.organiser_removed(*await _three(context, to, about, of_cohort)))


async def _three(
    context: JobContext, to: str, about: str, of_cohort: str
) -> tuple[Person, Person, Cohort]:
    reader = await context.db.get_one(Person, UUID(to))
    person = await context.db.get_one(Person, UUID(about))
    return reader, person, await context.db.get_one(Cohort, UUID(of_cohort))
