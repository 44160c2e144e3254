"""Writing down goals, points and notes; each changes what was read, or is refused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.agendas import policy, reading
from cohort.agendas.models import AgendaEntry, EntryKind
from cohort.agendas.schemas import EntryChangeIn, EntryIn
from cohort.errors import Conflict, Invalid, NotAllowed
from cohort.http.etag import require_match
from cohort.mentorships.models import Mentorship
from cohort.mentorships.pausing import MentorshipEnded
from cohort.people import audit
from cohort.people.models import Person

MOST = 500


class TooManyEntries(Conflict):
    code = "too_many_entries"
    title = "You have written as much as one may write here"


async def write(
    db: AsyncSession, actor: Person, mentorship_id: UUID, form: EntryIn, *, now: datetime
) -> AgendaEntry:
    """The same words of the same kind, not done yet, are one entry, however often they are sent.

    The mentorship's row is locked, so that of two clicks at once the second finds the first.
    """
    mentorship = await reading.of_the_two(db, actor, mentorship_id)
    if mentorship.ended_at is not None:
        raise MentorshipEnded("This mentorship has ended, so nothing is added to it.")
    await db.execute(
        select(Mentorship.id).where(Mentorship.id == mentorship_id).with_for_update(key_share=True)
    )
    hers = select(AgendaEntry).where(
        AgendaEntry.mentorship_id == mentorship_id, AgendaEntry.written_by == actor.id
    )
    same = hers.where(
        AgendaEntry.kind == form.kind,
        AgendaEntry.text == form.text,
        AgendaEntry.is_shared == (form.is_shared or form.kind is not EntryKind.NOTE),
        AgendaEntry.done_at.is_(None),
    )
    there = await db.scalar(same.limit(1))
    if there is not None:
        return there
    if (await db.scalar(select(func.count()).select_from(hers.subquery())) or 0) >= MOST:
        raise TooManyEntries(f"You have {MOST} entries here. Remove some of them first.")
    entry = AgendaEntry(
        mentorship_id=mentorship_id,
        kind=form.kind,
        text=form.text,
        is_shared=form.is_shared or form.kind is not EntryKind.NOTE,
        written_by=actor.id,
        created_at=now,
        changed_at=now,
    )
    db.add(entry)
    await db.flush()
    return entry


async def change(
    db: AsyncSession,
    actor: Person,
    entry_id: UUID,
    form: EntryChangeIn,
    *,
    if_match: str | None,
    now: datetime,
) -> AgendaEntry:
    """Goals and points by either of the two, a note by its writer; as it was read."""
    entry = await reading.get(db, actor, entry_id, lock=True)
    require_match(if_match, entry.version)
    await _change(db, actor, entry, form, now=now)
    return entry


async def tick(
    db: AsyncSession, actor: Person, entry_id: UUID, *, is_done: bool, now: datetime
) -> AgendaEntry:
    """Say that it is done, or not yet; the same word twice is one, so that no version is asked."""
    entry = await reading.get(db, actor, entry_id, lock=True)
    await _change(db, actor, entry, EntryChangeIn(is_done=is_done), now=now)
    return entry


async def _change(
    db: AsyncSession, actor: Person, entry: AgendaEntry, form: EntryChangeIn, *, now: datetime
) -> None:
    is_note = entry.kind is EntryKind.NOTE
    if is_note and entry.written_by != actor.id:
        raise NotAllowed("Only whoever wrote a note may change it.")
    if entry.mentorship.ended_at is not None:
        raise MentorshipEnded("This mentorship has ended. You may still remove what you wrote.")
    changes: dict[str, Any] = form.model_dump(exclude_none=True, include={"text", "is_shared"})
    if not is_note and changes.get("is_shared") is False:
        raise Invalid.at("is_shared", "Goals and points are for both. Write a note instead.")
    if form.is_done is not None:
        if is_note:
            raise Invalid.at("is_done", "A note is never done. Remove it instead.")
        changes["done_at"] = (entry.done_at or now) if form.is_done else None
    changes = {name: value for name, value in changes.items() if getattr(entry, name) != value}
    if changes:
        for name, value in changes.items():
            setattr(entry, name, value)
        entry.changed_at = now
        if entry.written_by != actor.id:
            cohort_id = entry.mentorship.cohort_id
            audit.record(db, actor, "agenda_entry.change", entry.id, now=now, cohort_id=cohort_id)
        await db.flush()


async def remove(db: AsyncSession, actor: Person, entry_id: UUID) -> UUID | None:
    """For good, by its writer; again it changes nothing. The answer is its mentorship's id."""
    statement = policy.visible_to(actor).where(AgendaEntry.id == entry_id).with_for_update()
    entry = await db.scalar(statement)
    if entry is None:
        return None
    if entry.written_by != actor.id:
        raise NotAllowed("Only whoever wrote it may remove it.")
    await db.delete(entry)
    return entry.mentorship_id
