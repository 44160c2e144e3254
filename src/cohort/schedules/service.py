"""A researcher tells of her time, and her plan gets new dates: tried out first, then applied."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Uuid, column, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import enrolments
from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Enrolment
from cohort.errors import Conflict, Invalid
from cohort.http.etag import require_match
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs.outbox import enqueue
from cohort.people.models import Person
from cohort.schedules import policy
from cohort.schedules.dating import MovedDate, NewDates, date_anew
from cohort.schedules.models import Absence, Redating, RedatingState, StudyPace
from cohort.schedules.reading import GatheredPlan, gather
from cohort.schedules.schemas import AbsenceIn, StudyPaceIn
from cohort.study.models import ItemState, PlanItem
from cohort.study.policy import is_frozen
from cohort.study.service import PlanFrozen

MOST_ABSENCES = 40
LONGEST_ABSENCE = timedelta(days=366)


class PlanChanged(Conflict):
    code = "plan_changed"
    title = "The plan has changed since"

    def __init__(self) -> None:
        super().__init__(
            "The plan, or what is known of your time, has changed since you looked at these "
            "dates. Look at the new ones before you take them."
        )


@dataclass(frozen=True, slots=True)
class PersonalTime:
    """What a researcher told; the reasons of absences only for herself."""

    enrolment: Enrolment
    pace: StudyPace | None
    absences: Sequence[Absence]
    reads_reasons: bool


@dataclass(frozen=True, slots=True)
class DatesPreview:
    """New dates, and by what to name exactly these."""

    plan: GatheredPlan
    dates: NewDates
    seen: str


async def personal_time(db: AsyncSession, actor: Person, enrolment_id: UUID) -> PersonalTime:
    enrolment = await enrolments.get(db, actor, enrolment_id)
    hers = select(Absence).where(Absence.enrolment_id == enrolment_id)
    absences = await db.scalars(hers.order_by(Absence.first_day, Absence.last_day))
    pace = await db.get(StudyPace, enrolment_id)
    return PersonalTime(enrolment, pace, absences.all(), policy.reads_reasons(actor, enrolment))


async def may_redate(db: AsyncSession, actor: Person, enrolment: Enrolment) -> bool:
    """Whoever sees what she told of her time: herself and the organisers."""
    if enrolment.person_id == actor.id:
        return True
    seen = cohorts.enrolments_visible_to(actor).where(Enrolment.id == enrolment.id)
    return bool(await db.scalar(select(seen.exists())))


def version_of(pace: StudyPace | StudyPaceIn | None) -> str:
    """Of what was told: the same hours and the same day are the same version."""
    if pace is None:
        return "0:"
    return f"{pace.hours or 0}:{pace.exam_on or ''}"


async def set_pace(
    db: AsyncSession,
    actor: Person,
    enrolment_id: UUID,
    form: StudyPaceIn,
    *,
    if_match: str | None,
    now: datetime,
) -> None:
    """As it was read, by `if_match`; the same again changes nothing. Dates stay as they are."""
    enrolment = await _open_plan(db, actor, enrolment_id)
    if form.exam_on is not None:
        today = now.astimezone(ZoneInfo(enrolment.cohort.time_zone)).date()
        if not today < form.exam_on <= enrolment.cohort.ends_on + LONGEST_ABSENCE:
            sentence = "Give a day after today, within a year of the cohort’s last day."
            raise Invalid.at("exam_on", sentence)
    # One after the other, also where no row is there yet that could be locked.
    await db.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())
    there = version_of(await db.get(StudyPace, enrolment_id, populate_existing=True))
    if if_match is None or version_of(form) != there:
        require_match(if_match, there)
    values = {"hours": form.hours, "exam_on": form.exam_on, "changed_at": now}
    await db.execute(
        insert(StudyPace)
        .values(enrolment_id=enrolment_id, **values)
        .on_conflict_do_update(index_elements=["enrolment_id"], set_=values)
    )
    enrolments.note_others_act(db, actor, "enrolment.set_pace", enrolment, now=now)


async def add_absence(
    db: AsyncSession, actor: Person, enrolment_id: UUID, form: AbsenceIn, *, now: datetime
) -> Absence:
    """The same days twice are one absence."""
    enrolment = await _open_plan(db, actor, enrolment_id)
    if not timedelta(0) <= form.last_day - form.first_day <= LONGEST_ABSENCE:
        raise Invalid.at("last_day", "The last day follows the first, by at most a year.")
    if abs(form.first_day - enrolment.cohort.starts_on) > 4 * LONGEST_ABSENCE:
        raise Invalid.at("first_day", "This is far from the time of the cohort.")
    there = select(func.count()).where(Absence.enrolment_id == enrolment_id)
    if (await db.scalar(there) or 0) >= MOST_ABSENCES:
        sentence = f"There are {MOST_ABSENCES} absences already. Remove one that is over."
        raise Invalid.at("first_day", sentence)
    days = {"first_day": form.first_day, "last_day": form.last_day}
    kept = await db.scalars(
        insert(Absence)
        .values(enrolment_id=enrolment_id, **days, reason=form.reason, created_at=now)
        .on_conflict_do_update(
            index_elements=["enrolment_id", "first_day", "last_day"],
            set_={"reason": form.reason},
        )
        .returning(Absence)
        .execution_options(populate_existing=True)
    )
    enrolments.note_others_act(db, actor, "enrolment.add_absence", enrolment, now=now)
    return kept.one()


async def remove_absence(
    db: AsyncSession, actor: Person, enrolment_id: UUID, absence_id: UUID, *, now: datetime
) -> None:
    """What is not there any more was removed."""
    enrolment = await _open_plan(db, actor, enrolment_id)
    its = (Absence.id == absence_id, Absence.enrolment_id == enrolment_id)
    gone = await db.scalar(delete(Absence).where(*its).returning(Absence.id))
    if gone is not None:
        enrolments.note_others_act(db, actor, "enrolment.remove_absence", enrolment, now=now)


async def _open_plan(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Enrolment:
    enrolment = await enrolments.get(db, actor, enrolment_id)
    if is_frozen(enrolment):
        raise PlanFrozen
    return enrolment


async def preview(
    db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime
) -> DatesPreview:
    """A dry run; nothing changes by looking. The dates are worked out beside the event loop."""
    enrolment = await _open_plan(db, actor, enrolment_id)
    [plan] = await gather(db, [enrolment])
    to_herself = enrolment.person_id == actor.id
    dates = await asyncio.to_thread(date_anew, plan.facts, now=now, to_herself=to_herself)
    return DatesPreview(plan, dates, name_of(enrolment_id, dates.moved))


def name_of(enrolment_id: UUID, moved: Sequence[MovedDate]) -> str:
    """Equal for equal moves of one plan, and different for any others."""
    said = "\n".join(f"{one.slug} {one.before} {one.after}" for one in moved)
    return hashlib.sha256(f"{enrolment_id}\n{said}".encode()).hexdigest()[:32]


async def apply(
    db: AsyncSession, actor: Person, enrolment_id: UUID, seen: str, note: str, *, now: datetime
) -> DatesPreview:
    """Set the dates that were seen. Where they are set already, nothing happens."""
    found = await preview(db, actor, enrolment_id, now=now)
    if not found.dates.moved:
        return found
    if seen != found.seen:
        raise PlanChanged
    changes = changes_of_moves(found.plan, found.dates.moved)
    async with db.begin_nested():
        if await set_dates(db, changes) < len(changes):
            raise PlanChanged
    redating_id = uuid4()
    db.add(
        Redating(
            id=redating_id,
            enrolment_id=enrolment_id,
            by_id=actor.id,
            asked_at=now,
            state=RedatingState.APPLIED,
            note=note,
            moved=len(changes),
            minutes_over=found.dates.minutes_over,
            changes=changes,
        )
    )
    enrolment = found.plan.enrolment
    enrolments.note_others_act(db, actor, "enrolment.redate", enrolment, now=now)
    if enrolment.person_id != actor.id:
        await enqueue(
            db,
            "schedules.tell",
            now=now,
            cohort_id=enrolment.cohort_id,
            redating_id=redating_id,
        )
    return found


def changes_of_moves(plan: GatheredPlan, moved: Sequence[MovedDate]) -> list[dict[str, Any]]:
    """As they are kept."""
    return [
        {
            "plan_item_id": str(plan.items[one.slug]),
            "title": one.title,
            "before": one.before.isoformat(),
            "after": one.after.isoformat(),
            "why": one.why,
            "off_calendar": one.off_calendar,
        }
        for one in moved
    ]


async def set_dates(db: AsyncSession, changes: Sequence[Mapping[str, Any]]) -> int:
    """Where the item is open and has the date that it had; how many there were."""
    rows = func.jsonb_to_recordset(literal(list(changes), JSONB)).table_valued(
        column("plan_item_id", Uuid()),
        column("before", DateTime(timezone=True)),
        column("after", DateTime(timezone=True)),
    )
    new = rows.render_derived(name="new", with_types=True)
    set_ = await db.scalars(
        update(PlanItem)
        .where(PlanItem.id == new.c.plan_item_id, PlanItem.due_at == new.c.before)
        .where(PlanItem.state == ItemState.OPEN)
        .values(due_at=new.c.after)
        .returning(PlanItem.id)
        .execution_options(synchronize_session=False)
    )
    return len(set_.all())


async def redatings_of(
    db: AsyncSession, actor: Person, enrolment_id: UUID, part: Slice
) -> Page[Redating]:
    """What was applied to a plan, the newest first."""
    await enrolments.get(db, actor, enrolment_id)
    applied = (
        policy.redatings_visible_to(actor)
        .where(Redating.enrolment_id == enrolment_id, Redating.state == RedatingState.APPLIED)
        .options(joinedload(Redating.by))
    )
    return await page_of(
        db, applied, by=Redating.asked_at, id=Redating.id, part=part, sort="-asked_at"
    )
