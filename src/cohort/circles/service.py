"""What organisers do with circles: publish what they looked at, place one person, take one out.

Each verb holds the cohort's row first, so that of two at once the second sees what the first did.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.circles import events, gathering, planning, reading, telling
from cohort.circles.models import Circle, CircleMember, CirclePreview, CirclePreviewState
from cohort.circles.planning import Option
from cohort.circles.previews import CannotForm
from cohort.circles.schemas import CircleFound, CircleRules, CirclesFound, NoCircle
from cohort.cohorts import enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.db import new_id
from cohort.errors import Conflict, Invalid
from cohort.jobs import event_log
from cohort.people import audit
from cohort.people.models import Person

SENTENCES = {
    NoCircle.NO_HOURS: "The weekly hours that were given leave no time for a meeting.",
    NoCircle.NO_SHARED_TIME: "Too few others are free at the same hours.",
    NoCircle.NO_LANGUAGE: "Too few of those who are free then speak a common language.",
    NoCircle.NO_ROOM: "No circle was possible here; other rules may find one.",
    NoCircle.UNCONFIRMED: "Not confirmed yet: the mailed link has not been opened.",
    NoCircle.PAUSED: "Pauses now.",
    NoCircle.AWAY: "The account is suspended.",
}
NOT_READY = {
    CirclePreviewState.FORMING: "Its circles are still being worked out: read it again.",
    CirclePreviewState.FAILED: "Its circles could not be worked out. Ask for a new preview.",
    CirclePreviewState.CANCELLED: "It was stopped. Ask for a new preview.",
}
STALE = "What it was worked out from has changed since. Look at a new preview, and publish that."


class PreviewStale(Conflict):
    code = "preview_stale"
    title = "This preview is out of date"


class PreviewNotReady(Conflict):
    code = "preview_not_ready"
    title = "This preview cannot be published"


class NotInCircle(Conflict):
    code = "circle_cannot_take"
    title = "This circle cannot take one more"


async def publish(
    db: AsyncSession, actor: Person, preview_id: UUID, *, now: datetime
) -> CirclePreview:
    """Once: a second time changes nothing, and tells nobody. What is out of date is refused."""
    shown = await reading.preview_of(db, actor, preview_id)
    await _hold(db, shown.cohort_id)
    await db.refresh(shown, ["published_at", "state", "found", "basis"])
    if shown.is_published:
        return shown
    if shown.state is not CirclePreviewState.FORMED:
        raise PreviewNotReady(NOT_READY[shown.state])
    _, basis = await gathering.gather(db, shown.cohort, now=now)
    if basis != shown.basis:
        raise PreviewStale(STALE)
    shown.published_at = now
    found = CirclesFound.model_validate(shown.found)
    minutes = CircleRules.model_validate(shown.asked).minutes
    await _put_in_place(db, shown.cohort_id, found, minutes, now=now)
    counts = {"circles": len(found.circles), "moves": found.moves}
    audit.record(
        db, actor, "circles.publish", shown.id, now=now, cohort_id=shown.cohort_id, **counts
    )
    await db.flush()
    return shown


async def _hold(db: AsyncSession, cohort_id: UUID) -> None:
    await db.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())


async def _put_in_place(
    db: AsyncSession, cohort_id: UUID, found: CirclesFound, minutes: int, *, now: datetime
) -> None:
    """As many statements for a hundred circles as for one."""
    before = await gathering.members_now(db, cohort_id)
    standing = {one.id: one for one in await reading.standing(db, cohort_id)}
    number = await _last_number(db, cohort_id)
    after: dict[UUID, UUID] = {}
    changed: dict[UUID, Circle] = {}
    new: set[UUID] = set()
    for one in found.circles:
        circle = standing.pop(one.now, None) if one.now else None
        if circle is None:
            number += 1
            circle = _new(db, cohort_id, number, now)
            new.add(circle.id)
        after |= dict.fromkeys(one.members, circle.id)
        was = {its for its, circle_id in before.items() if circle_id == circle.id}
        if _settle(circle, one, minutes, now) or was != set(one.members):
            changed[circle.id] = circle
        if was != set(one.members):
            kind = events.FORMED if circle.id in new else events.REFORMED
            event_log.record(db, kind, cohort_id, now=now, circle_id=circle.id)
    for ended in standing.values():
        _end(db, ended, now)
    await db.flush()
    await _move(db, before, after, now=now)
    for circle in changed.values():
        circle.sequence += 1
        circle.version += 1
        circle.changed_at = now
    await db.flush()
    await telling.tell_of_move(db, cohort_id, before, after, changed, now=now)


def _end(db: AsyncSession, circle: Circle, now: datetime) -> None:
    circle.ended_at, circle.changed_at = now, now
    event_log.record(db, events.ENDED, circle.cohort_id, now=now, circle_id=circle.id)


async def _last_number(db: AsyncSession, cohort_id: UUID) -> int:
    last = select(func.max(Circle.number)).where(Circle.cohort_id == cohort_id)
    return await db.scalar(last) or 0


def _new(db: AsyncSession, cohort_id: UUID, number: int, now: datetime) -> Circle:
    circle = Circle(
        id=new_id(),
        cohort_id=cohort_id,
        number=number,
        minutes=60,
        sequence=0,
        version=1,
        created_at=now,
        changed_at=now,
    )
    db.add(circle)
    return circle


def _settle(circle: Circle, found: CircleFound, minutes: int, now: datetime) -> bool:
    """Give it a time at which all are free, unless it has one; whether that is another time."""
    suits = circle.meets_on is not None and circle.meets_at is not None
    if suits and circle.minutes == minutes and _quarter(circle) in found.starts:
        return False
    circle.minutes = minutes
    set_time(circle, found.starts[0], now=now)
    return True


def _quarter(circle: Circle) -> int:
    if circle.meets_on is None or circle.meets_at is None:
        return -1
    return 96 * circle.meets_on + 4 * circle.meets_at.hour + circle.meets_at.minute // 15


def set_time(circle: Circle, quarter: int, *, now: datetime) -> None:
    circle.meets_on, rest = divmod(quarter, 96)
    circle.meets_at, circle.meets_since = time(rest // 4, rest % 4 * 15), now


async def _move(
    db: AsyncSession, before: Mapping[UUID, UUID], after: Mapping[UUID, UUID], *, now: datetime
) -> None:
    leaving = [one for one, circle_id in before.items() if after.get(one) != circle_id]
    if leaving:
        await db.execute(
            update(CircleMember)
            .where(CircleMember.enrolment_id.in_(leaving), CircleMember.left_at.is_(None))
            .values(left_at=now)
            .execution_options(synchronize_session=False)
        )
    joining = [one for one, circle_id in after.items() if before.get(one) != circle_id]
    if joining:
        rows = [{"circle_id": after[one], "enrolment_id": one, "joined_at": now} for one in joining]
        await db.execute(insert(CircleMember), rows)


async def rules_now(db: AsyncSession, cohort_id: UUID) -> CircleRules:
    """Those by which the circles were formed that stand; the usual ones before any."""
    newest = (
        select(CirclePreview.asked)
        .where(CirclePreview.cohort_id == cohort_id, CirclePreview.published_at.is_not(None))
        .order_by(CirclePreview.published_at.desc())
        .limit(1)
    )
    return CircleRules.model_validate(await db.scalar(newest) or {})


async def options(
    db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime
) -> tuple[Enrolment, UUID | None, Sequence[Option]]:
    """Where one person could be, the best first, and where she is; for organisers."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    await cohorts.require_organiser(db, actor, enrolment.cohort_id)
    pool, _ = await gathering.gather(db, enrolment.cohort, now=now)
    if enrolment.state is not EnrolmentState.ACTIVE:
        raise CannotForm("Whoever has no seat in the cohort has no circle.")
    if enrolment.id in pool.out:
        raise CannotForm(SENTENCES[pool.out[enrolment.id]])
    rules = await rules_now(db, enrolment.cohort_id)
    found = await asyncio.to_thread(planning.options_for, pool, rules, enrolment.id)
    now_in = next(one.circle_id for one in pool.people if one.id == enrolment.id)
    return enrolment, now_in, found


async def place(
    db: AsyncSession, actor: Person, enrolment_id: UUID, circle_id: UUID, *, now: datetime
) -> Circle:
    """Into this circle, from none or from another; everybody else stays. Twice is once."""
    cohort_id = (await enrolments.get(db, actor, enrolment_id)).cohort_id
    await cohorts.require_organiser(db, actor, cohort_id)
    await _hold(db, cohort_id)
    enrolment, now_in, found = await options(db, actor, enrolment_id, now=now)
    known = {one.id: one for one in await reading.standing(db, cohort_id)}
    if circle_id not in known:
        raise Invalid.at("circle_id", "This is no circle of this cohort.")
    circle = known[circle_id]
    if now_in == circle_id:
        return circle
    if circle_id not in {one.circle_id for one in found}:
        raise NotInCircle("Choose one of the circles that are offered: this one does not fit.")
    before = await gathering.members_now(db, cohort_id)
    await _one_moves(db, known, before, enrolment, circle_id, now=now)
    audit.record(
        db, actor, "circle.place", enrolment.id, now=now, cohort_id=cohort_id, circle=str(circle_id)
    )
    return circle


async def _one_moves(
    db: AsyncSession,
    known: Mapping[UUID, Circle],
    before: Mapping[UUID, UUID],
    enrolment: Enrolment,
    target: UUID | None,
    *,
    now: datetime,
) -> None:
    """The circles that she leaves and enters are told; one that is empty has ended."""
    after = {one: its for one, its in before.items() if one != enrolment.id}
    if target is not None:
        after[enrolment.id] = target
    await _move(db, before, after, now=now)
    kind = events.MEMBER_LEFT if target is None else events.MEMBER_JOINED
    ids = {"circle_id": target or before[enrolment.id], "enrolment_id": enrolment.id}
    event_log.record(db, kind, enrolment.cohort_id, now=now, **ids)
    changed = {
        its: known[its] for its in (before.get(enrolment.id), target) if its and its in known
    }
    pool, _ = await gathering.gather(db, enrolment.cohort, now=now)
    rules = await rules_now(db, enrolment.cohort_id)
    for circle in changed.values():
        circle.sequence += 1
        circle.version += 1
        circle.changed_at = now
        members = [one for one, its in after.items() if its == circle.id]
        if not members:
            _end(db, circle, now)
        elif circle.id == target:
            can = planning.starts_of(pool, rules, members)
            if can and _quarter(circle) not in can:
                set_time(circle, can[0], now=now)
    await db.flush()
    await telling.tell_of_move(db, enrolment.cohort_id, before, after, changed, now=now)


async def take_out(db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime) -> None:
    """She leaves by herself, or an organiser takes her out; a second time changes nothing."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    if await free(db, enrolment, now=now) and enrolment.person_id != actor.id:
        audit.record(
            db, actor, "circle.take_out", enrolment.id, now=now, cohort_id=enrolment.cohort_id
        )


async def free(db: AsyncSession, enrolment: Enrolment, *, now: datetime) -> bool:
    """Whether she was in a circle."""
    await _hold(db, enrolment.cohort_id)
    before = await gathering.members_now(db, enrolment.cohort_id)
    if enrolment.id not in before:
        return False
    known = {one.id: one for one in await reading.standing(db, enrolment.cohort_id)}
    await _one_moves(db, known, before, enrolment, None, now=now)
    return True


async def free_for_enrolment(db: AsyncSession, enrolment_id: UUID, *, now: datetime) -> None:
    """Of somebody who gave her seat back, unless she has one again."""
    shown = [joinedload(Enrolment.cohort), joinedload(Enrolment.person)]
    enrolment = await db.get_one(Enrolment, enrolment_id, options=shown)
    if enrolment.state is EnrolmentState.WITHDRAWN:
        await free(db, enrolment, now=now)
