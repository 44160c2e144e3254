"""Who sees which invitations, and which may be answered."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, select

from cohort.cohorts import policy as cohorts
from cohort.invitations.models import InvitationState, MailedInvitation
from cohort.people.models import Person

RENEWABLE = (InvitationState.REVOKED, InvitationState.EXPIRED)
"""Whoever had one of these may be invited again in the same words; a refusal is respected."""


def visible_to(actor: Person) -> Select[MailedInvitation]:
    return select(MailedInvitation).where(
        MailedInvitation.cohort_id.in_(cohorts.organised_by(actor))
    )


def is_open(now: datetime) -> ColumnElement[bool]:
    """Whether it may be answered."""
    return (MailedInvitation.state == InvitationState.OPEN) & (MailedInvitation.expires_at > now)
