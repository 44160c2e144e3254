"""An announcement to one person."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.announcements import emails
from cohort.announcements.models import Announcement, AnnouncementCopy, CopyState
from cohort.announcements.service import kind_of
from cohort.http.prose import prepare
from cohort.jobs.context import Delivery, JobContext
from cohort.notices.choosing import reader_of
from cohort.notices.kinds import KINDS, MailWhen


async def send(context: JobContext, announcement_id: str, person_id: str) -> Delivery:
    """With a note of what becomes of it by her choice; a digest asks for it a second time."""
    its = joinedload(AnnouncementCopy.announcement)
    copy = await context.db.scalar(
        select(AnnouncementCopy)
        .where(AnnouncementCopy.announcement_id == UUID(announcement_id))
        .where(AnnouncementCopy.person_id == UUID(person_id))
        .options(
            joinedload(AnnouncementCopy.person),
            its.joinedload(Announcement.sender),
            its.joinedload(Announcement.cohort),
        )
    )
    if copy is None:
        return None
    copy.state, copy.told_at = await _becomes(context, copy), context.now
    await prepare([copy.announcement.text])
    return context.deliver(emails.announced(copy.announcement, copy.person))


async def _becomes(context: JobContext, copy: AnnouncementCopy) -> CopyState:
    kind = kind_of(copy.announcement)
    reader = await reader_of(context.db, copy.person.email, kind)
    if reader is None or reader.comes is MailWhen.AT_ONCE:
        is_held = reader is not None and reader.held_until(KINDS[kind], context.now) is not None
        return CopyState.WAITING if is_held else CopyState.SENT
    if reader.comes is MailWhen.OFF:
        return CopyState.OFF
    return CopyState.IN_DIGEST if copy.state is CopyState.WAITING else CopyState.SENT
