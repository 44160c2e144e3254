"""A researcher asks for a new date; an organiser grants one, or declines with a sentence."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager, joinedload

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Enrolment
from cohort.db import new_id
from cohort.errors import Conflict, NotAllowed, NotFound
from cohort.extensions import policy
from cohort.extensions.dates import require_later
from cohort.extensions.models import Extension, ExtensionState
from cohort.extensions.schemas import ExtensionIn, ExtensionRefusalIn, GrantIn
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.mentors.service import organisers_of
from cohort.people import audit
from cohort.people.models import Person
from cohort.study import policy as study
from cohort.study.models import ItemState, PlanItem
from cohort.study.service import AlreadyPassed, PlanFrozen, item_to_hand_in


class ExtensionAsked(Conflict):
    code = "extension_asked"
    title = "You have asked already"

    def __init__(self) -> None:
        super().__init__(
            "You have asked for another day, and the organisers have not answered yet. "
            "Withdraw that request first, then ask anew."
        )


class ExtensionDecided(Conflict):
    code = "extension_decided"
    title = "This is answered already"

    def __init__(self) -> None:
        super().__init__("This request was answered or withdrawn meanwhile. Look at it again.")


async def ask(
    db: AsyncSession, actor: Person, item_id: UUID, form: ExtensionIn, *, now: datetime
) -> Extension:
    """One open request for an item, which an index settles; the same again is the same one."""
    item = await item_to_hand_in(db, actor, item_id)
    cohort = item.enrolment.cohort
    require_later(item.due_at, form.until, cohort.time_zone, now=now)
    extension_id = new_id()
    asked = {
        "id": extension_id,
        "plan_item_id": item_id,
        "state": ExtensionState.ASKED,
        "until": form.until,
        "reason": form.reason,
        "asked_at": now,
        "due_before": item.due_at,
        "answer": "",
    }
    found = await db.execute(
        insert(Extension).values(asked).on_conflict_do_nothing().returning(Extension.id)
    )
    if found.scalar_one_or_none() is None:
        standing = await _open_of(db, item_id)
        if standing is None or (standing.until, standing.reason) != (form.until, form.reason):
            raise ExtensionAsked
        return standing
    each = [
        {"cohort_id": cohort.id, "extension_id": extension_id, "organiser_id": one}
        for one in await organisers_of(db, cohort.id)
        if one != actor.id
    ]
    await enqueue_each(db, "extensions.tell", each, now=now)
    return await get(db, actor, extension_id)


async def _open_of(db: AsyncSession, item_id: UUID) -> Extension | None:
    of_item = select(Extension).where(Extension.plan_item_id == item_id)
    found: Extension | None = await db.scalar(
        of_item.where(Extension.state == ExtensionState.ASKED)
    )
    return found


async def withdraw(db: AsyncSession, actor: Person, extension_id: UUID, *, now: datetime) -> None:
    """Twice is once; what was answered stays."""
    extension = await get(db, actor, extension_id)
    if not study.may_hand_in(actor, extension.plan_item.enrolment):
        raise NotAllowed("Only whoever asked withdraws it.")
    if extension.state is ExtensionState.WITHDRAWN:
        return
    await _decide(db, extension, now=now, state=ExtensionState.WITHDRAWN)


async def grant(
    db: AsyncSession, actor: Person, extension_id: UUID, form: GrantIn, *, now: datetime
) -> Extension:
    """The item is due on that day, at the hour that it had; the same again changes nothing."""
    extension = await _to_decide(db, actor, extension_id)
    until = form.until or extension.until
    zone = extension.plan_item.enrolment.cohort.time_zone
    if extension.state is ExtensionState.GRANTED and extension.due_after is not None:
        if require_later(extension.due_before, until, zone, now=now) == extension.due_after:
            return extension
        raise ExtensionDecided
    item = extension.plan_item
    await _lock(db, item)
    if item.state is ItemState.PASSED:
        raise AlreadyPassed
    new = require_later(item.due_at, until, zone, now=now)
    granted = {"state": ExtensionState.GRANTED, "due_before": item.due_at, "due_after": new}
    await _decide(db, extension, now=now, by=actor, answer=form.answer, **granted)
    item.due_at = new
    await db.flush()
    await _tell(db, actor, extension, now=now)
    return await get(db, actor, extension_id)


async def decline(
    db: AsyncSession, actor: Person, extension_id: UUID, form: ExtensionRefusalIn, *, now: datetime
) -> Extension:
    extension = await _to_decide(db, actor, extension_id)
    if extension.state is ExtensionState.DECLINED and extension.answer == form.answer:
        return extension
    declined = {"state": ExtensionState.DECLINED, "answer": form.answer}
    await _decide(db, extension, now=now, by=actor, **declined)
    await _tell(db, actor, extension, now=now)
    return await get(db, actor, extension_id)


async def _to_decide(db: AsyncSession, actor: Person, extension_id: UUID) -> Extension:
    extension = await get(db, actor, extension_id)
    enrolment = extension.plan_item.enrolment
    if enrolment.person_id == actor.id:
        raise NotAllowed("Nobody decides on what she asked for herself.")
    await cohorts.require_organiser(db, actor, enrolment.cohort_id)
    if study.is_frozen(enrolment):
        raise PlanFrozen
    return extension


async def _lock(db: AsyncSession, item: PlanItem) -> None:
    await db.refresh(item, ["state", "due_at"], with_for_update={"of": PlanItem})


async def _decide(
    db: AsyncSession, extension: Extension, *, now: datetime, by: Person | None = None, **to: Any
) -> None:
    """Of two answers at once, one counts."""
    decided = await db.execute(
        update(Extension)
        .where(Extension.id == extension.id, Extension.state == ExtensionState.ASKED)
        .values(decided_at=now, decided_by=by.id if by else None, **to)
        .returning(Extension.id)
        .execution_options(synchronize_session=False)
    )
    if decided.scalar_one_or_none() is None:
        raise ExtensionDecided


async def _tell(db: AsyncSession, actor: Person, extension: Extension, *, now: datetime) -> None:
    cohort_id = extension.plan_item.enrolment.cohort_id
    audit.record(db, actor, "extension.decide", extension.id, now=now, cohort_id=cohort_id)
    await enqueue(db, "extensions.tell", now=now, cohort_id=cohort_id, extension_id=extension.id)


def _with_its_plan() -> list[Any]:
    item = joinedload(Extension.plan_item)
    enrolment = item.joinedload(PlanItem.enrolment)
    return [
        item.joinedload(PlanItem.milestone),
        enrolment.joinedload(Enrolment.person),
        enrolment.joinedload(Enrolment.cohort),
    ]


async def get(db: AsyncSession, actor: Person, extension_id: UUID) -> Extension:
    """As it is now, with its plan."""
    found: Extension | None = await db.scalar(
        policy.visible_to(actor)
        .where(Extension.id == extension_id)
        .options(*_with_its_plan())
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def read(db: AsyncSession, extension_id: UUID) -> Extension:
    """For the mail about it."""
    found = select(Extension).where(Extension.id == extension_id).options(*_with_its_plan())
    return (await db.scalars(found)).one()


async def of_item(db: AsyncSession, actor: Person, item_id: UUID) -> Sequence[Extension]:
    """The newest first: what the actor may read of an item that the actor sees."""
    if await db.scalar(study.items_visible_to(actor).where(PlanItem.id == item_id)) is None:
        raise NotFound
    mine = policy.visible_to(actor).where(Extension.plan_item_id == item_id)
    found = await db.scalars(mine.order_by(Extension.asked_at.desc(), Extension.id).limit(100))
    return found.all()


async def in_cohort(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice, state: ExtensionState | None
) -> Page[Extension]:
    """For organisers, who asked first comes first: one statement beside the question who asks."""
    await cohorts.require_organiser(db, actor, cohort_id)
    item = contains_eager(Extension.plan_item)
    enrolment = item.contains_eager(PlanItem.enrolment)
    listed = policy.in_cohort(cohort_id).options(
        item.joinedload(PlanItem.milestone),
        enrolment.joinedload(Enrolment.person),
        enrolment.joinedload(Enrolment.cohort),
    )
    if state is not None:
        listed = listed.where(Extension.state == state)
    return await page_of(db, listed, by=Extension.asked_at, id=Extension.id, part=part)
