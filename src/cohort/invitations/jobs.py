"""Mail to those who are invited, and links that end."""

from uuid import UUID

from sqlalchemy.orm import joinedload

from cohort.invitations import answers, emails, service
from cohort.invitations.models import InvitationState, MailedInvitation
from cohort.jobs.context import CronContext, Delivery, JobContext


async def send(context: JobContext, invitation_id: str) -> Delivery:
    """Nothing, where it was revoked meanwhile."""
    shown = [joinedload(MailedInvitation.cohort), joinedload(MailedInvitation.inviter)]
    invitation = await context.db.get_one(MailedInvitation, UUID(invitation_id), options=shown)
    if invitation.state is not InvitationState.OPEN:
        return None
    token = answers.new_token_of(invitation, now=context.now)
    return context.deliver(emails.invitation(invitation, token))


async def expire(context: CronContext) -> None:
    """Every minute: let invitations end that nobody answered in time."""
    if not await context.finds(service.ENDED):
        return
    async with context.transaction() as db:
        await service.expire(db, now=context.clock())
