"""The verbs of those who are in a circle: its time, its link, its notes, and what each shows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles import gathering, planning, reading, service, telling
from cohort.circles.models import Circle, CircleMember
from cohort.circles.schemas import CircleChange
from cohort.errors import Conflict, Invalid, NotAllowed
from cohort.http.etag import require_match
from cohort.people import audit
from cohort.people.models import Person


class CircleEnded(Conflict):
    code = "circle_ended"
    title = "This circle has ended"


async def starts(db: AsyncSession, circle: Circle, *, now: datetime) -> list[int]:
    """At which quarters of the week all who are in it can begin to meet."""
    pool, _ = await gathering.gather(db, circle.cohort, now=now, within=circle.id)
    members = [one.id for one in pool.people]
    rules = await service.rules_now(db, circle.cohort_id)
    asked = rules.model_copy(update={"minutes": circle.minutes})
    return planning.starts_of(pool, asked, members)


async def change(
    db: AsyncSession,
    actor: Person,
    circle_id: UUID,
    asked: CircleChange,
    *,
    if_match: str | None,
    now: datetime,
) -> Circle:
    """By anyone who is in it, or an organiser; a time must be one at which all are free."""
    circle = await reading.get(db, actor, circle_id, lock=True)
    require_match(if_match, circle.version)
    if circle.ended_at is not None:
        raise CircleEnded("Nobody is in it any more.")
    moved = await _set_time(db, circle, asked, now=now)
    given = asked.model_dump(exclude_none=True, include={"link", "notes"})
    changes = {name: value for name, value in given.items() if getattr(circle, name) != value}
    if not moved and not changes:
        return circle
    for name, value in changes.items():
        setattr(circle, name, value)
    circle.version += 1
    circle.changed_at = now
    [told] = await reading.seen(db, actor, [circle])
    if moved or "link" in changes:
        circle.sequence += 1
        others = [one.enrolment_id for one in told.members if one.person_id != actor.id]
        await telling.tell_members(db, circle, others, now=now)
    if told.own is None:
        audit.record(db, actor, "circle.change", circle.id, now=now, cohort_id=circle.cohort_id)
    await db.flush()
    return circle


async def _set_time(
    db: AsyncSession, circle: Circle, asked: CircleChange, *, now: datetime
) -> bool:
    day, hour = asked.meets_on, asked.meets_at
    if day is None or hour is None or (day, hour) == (circle.meets_on, circle.meets_at):
        return False
    can = await starts(db, circle, now=now)
    quarter = 96 * day + 4 * hour.hour + hour.minute // 15
    if hour.minute % 15 or quarter not in can:
        when = ", ".join(planning.said(one) for one in can) or "none that all have named"
        raise Invalid.at("meets_at", f"Not everybody is free then. Times that suit all: {when}.")
    service.set_time(circle, quarter, now=now)
    return True


async def show_progress(
    db: AsyncSession, actor: Person, circle_id: UUID, *, shows: bool
) -> CircleMember:
    """Only she says whether the others see how far she is."""
    circle = await reading.get(db, actor, circle_id)
    [told] = await reading.seen(db, actor, [circle])
    if told.own is None:
        raise NotAllowed("Only who is in this circle may say what it sees of her.")
    told.own.shows_progress = shows
    await db.flush()
    return told.own


async def leave(db: AsyncSession, actor: Person, circle_id: UUID, *, now: datetime) -> Circle:
    circle = await reading.get(db, actor, circle_id)
    [told] = await reading.seen(db, actor, [circle])
    if told.own is None:
        raise NotAllowed("Only who is in this circle may leave it.")
    await service.take_out(db, actor, told.own.enrolment_id, now=now)
    return circle
