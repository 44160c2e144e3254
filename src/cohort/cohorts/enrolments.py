"""A place in a cohort: taking it, the profile that comes with it, and giving it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import events, policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Admission, Cohort, Enrolment, EnrolmentState
from cohort.cohorts.own_terms import check_terms_in
from cohort.cohorts.schemas import EnrolmentChange, EnrolmentIn
from cohort.errors import Conflict, NotFound
from cohort.guides.models import TermKind
from cohort.http.etag import require_match
from cohort.http.formats import local_day
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.people import audit
from cohort.people.models import Person

SEATED = "You have a seat in this cohort. Change your profile instead."


class NotJoinable(Conflict):
    code = "not_joinable"
    title = "Nobody can join this cohort now"


class ByApplication(Conflict):
    code = "by_application"
    title = "Seats are given by application"


class CohortFull(Conflict):
    code = "cohort_full"
    title = "Every seat is taken"


class AlreadyEnrolled(Conflict):
    code = "already_enrolled"
    title = "You are in this cohort already"


async def enrol(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: EnrolmentIn, *, now: datetime
) -> Enrolment:
    """Take a seat. Who withdrew gets the same row back, with all that hangs on it."""
    cohort = await cohorts.get(db, actor, cohort_id)
    if await seat_of(db, actor, cohort_id) is not None:
        raise AlreadyEnrolled(SEATED)
    if cohort.admission is Admission.APPLICATION:
        raise ByApplication("The seats of this cohort are given by application. Apply instead.")
    await check_profile(db, cohort_id, form)
    enrolment_id = await give_seat(db, cohort, actor.id, form, now=now)
    return await get(db, actor, enrolment_id)


async def give_seat(
    db: AsyncSession,
    cohort: Cohort,
    person_id: UUID,
    form: EnrolmentIn,
    *,
    now: datetime,
    kept: bool = False,
) -> UUID:
    """Seat a person, whose plan is laid out and who is welcomed by mail.

    `kept`: the seat is in use for this person already.
    """
    if not kept:
        await take_seat(db, cohort)
    profile = form.model_dump()
    row = {"cohort_id": cohort.id, "person_id": person_id, "created_at": now, **profile}
    back = {"paused_until": local_day(now, cohort.time_zone)}
    enrolment_id = await db.scalar(
        insert(Enrolment)
        .values(**row, state=EnrolmentState.ACTIVE, version=1)
        .on_conflict_do_update(
            index_elements=["cohort_id", "person_id"],
            set_={
                **profile,
                **back,
                "state": EnrolmentState.ACTIVE,
                "version": Enrolment.version + 1,
            },
            where=Enrolment.state == EnrolmentState.WITHDRAWN,
        )
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    )
    if enrolment_id is None:
        raise AlreadyEnrolled(SEATED)
    await enqueue(db, "study.lay_out_plan", now=now, cohort_id=cohort.id, enrolment_id=enrolment_id)
    await enqueue(db, "cohorts.welcome", now=now, cohort_id=cohort.id, enrolment_id=enrolment_id)
    ids = {"enrolment_id": enrolment_id}
    event_log.record(db, events.ENROLMENT_JOINED, cohort.id, now=now, **ids)
    return enrolment_id


async def give_seats(
    db: AsyncSession,
    cohort: Cohort,
    profiles: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
) -> None:
    """Seat people who are new to the cohort, all or none; a profile has a `person_id`."""
    if not profiles:
        return
    await take_seat(db, cohort, count=len(profiles))
    row = {"cohort_id": cohort.id, "created_at": now, "state": EnrolmentState.ACTIVE, "version": 1}
    made = await db.scalars(
        insert(Enrolment).on_conflict_do_nothing().returning(Enrolment.id),
        [{**row, **profile} for profile in profiles],
    )
    ids = made.all()
    if len(ids) < len(profiles):
        raise AlreadyEnrolled("Somebody of these joined at the same moment. Look again.")
    each = [{"cohort_id": cohort.id, "enrolment_id": enrolment_id} for enrolment_id in ids]
    await enqueue_each(db, "study.lay_out_plan", each, now=now)
    for enrolment_id in ids:
        event_log.record(db, events.ENROLMENT_JOINED, cohort.id, now=now, enrolment_id=enrolment_id)


async def find(db: AsyncSession, actor: Person, cohort_id: UUID) -> Enrolment | None:
    """The actor's row in the cohort, whether active or withdrawn."""
    own = (Enrolment.cohort_id == cohort_id) & (Enrolment.person_id == actor.id)
    return await db.scalar(select(Enrolment).where(own))


async def seat_of(db: AsyncSession, actor: Person, cohort_id: UUID) -> UUID | None:
    """The actor's enrolment while it has a seat."""
    own = await find(db, actor, cohort_id)
    return own.id if own is not None and own.state == EnrolmentState.ACTIVE else None


async def count_unconfirmed(db: AsyncSession, cohort_id: UUID) -> int:
    """Who was imported, has a seat, and has not confirmed yet."""
    imported = (
        select(func.count())
        .select_from(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort_id, Person.is_placeholder)
        .where(Enrolment.state == EnrolmentState.ACTIVE)
    )
    return await db.scalar(imported) or 0


async def cohorts_with_a_seat_of(db: AsyncSession, actor: Person) -> set[UUID]:
    own = select(Enrolment.cohort_id).where(Enrolment.person_id == actor.id)
    return set(await db.scalars(own.where(Enrolment.state == EnrolmentState.ACTIVE)))


async def take_seat(db: AsyncSession, cohort: Cohort, *, count: int = 1) -> None:
    """One statement decides, so that the last seat has one taker however many ask at once."""
    open_to_all = Cohort.state.in_(policy.JOINABLE)
    seat = await db.scalar(
        update(Cohort)
        .where(Cohort.id == cohort.id, open_to_all, Cohort.taken + count <= Cohort.seats)
        .values(taken=Cohort.taken + count)
        .returning(Cohort.id)
        .execution_options(synchronize_session=False)
    )
    if seat is not None:
        return
    if cohort.state not in policy.JOINABLE:
        raise NotJoinable(f"This cohort is {cohort.state}. People join while it is open or runs.")
    if count > 1:
        raise CohortFull(f"There are fewer than {count:,} free seats. Give the cohort more seats.")
    raise CohortFull("Every seat is taken. Look again later: a seat may become free.")


async def free_seats(db: AsyncSession, cohort_id: UUID, *, count: int = 1, now: datetime) -> None:
    """Seats that nobody uses any more; who waits for one gets it."""
    await db.execute(
        update(Cohort)
        .where(Cohort.id == cohort_id)
        .values(taken=Cohort.taken - count)
        .execution_options(synchronize_session=False)
    )
    await cohorts.fill_seats_later(db, cohort_id, now=now)


async def check_profile(
    db: AsyncSession, cohort_id: UUID, form: EnrolmentIn | EnrolmentChange
) -> None:
    fields = {
        "domains": (TermKind.DOMAIN, form.domains),
        "role_goals": (TermKind.ROLE, form.role_goals),
        "contexts": (TermKind.CONTEXT, form.contexts),
    }
    await check_terms_in(db, cohort_id, fields)


async def get(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Enrolment:
    found = await db.scalar(
        policy.enrolments_visible_to(actor)
        .where(Enrolment.id == enrolment_id)
        .options(joinedload(Enrolment.person), joinedload(Enrolment.cohort))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def change(
    db: AsyncSession,
    actor: Person,
    enrolment_id: UUID,
    form: EnrolmentChange,
    *,
    if_match: str | None,
    now: datetime,
) -> Enrolment:
    enrolment = await get(db, actor, enrolment_id)
    require_match(if_match, enrolment.version)
    await check_profile(db, enrolment.cohort_id, form)
    for name, value in form.model_dump(exclude_none=True).items():
        setattr(enrolment, name, value)
    note_others_act(db, actor, "enrolment.change", enrolment, now=now)
    await db.flush()
    return enrolment


async def withdraw(
    db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime
) -> Enrolment:
    """Give the seat back; what was handed in stays. A second time changes nothing."""
    enrolment = await get(db, actor, enrolment_id)
    if await leave(db, enrolment, now=now):
        note_others_act(db, actor, "enrolment.withdraw", enrolment, now=now)
        await db.flush()
    return enrolment


async def leave(db: AsyncSession, enrolment: Enrolment, *, now: datetime) -> bool:
    """Free the seat, unless that is done; whoever may decide it has decided."""
    # The cohort's row first, as in enrolling, so that the two never wait for each other.
    seat = select(Cohort.id).where(Cohort.id == enrolment.cohort_id)
    await db.execute(seat.with_for_update())
    await db.refresh(enrolment)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return False
    enrolment.state = EnrolmentState.WITHDRAWN
    await enqueue(
        db,
        "mentorships.close_for_enrolment",
        now=now,
        cohort_id=enrolment.cohort_id,
        enrolment_id=enrolment.id,
    )
    ids = {"enrolment_id": enrolment.id}
    seats = {"cohort_id": enrolment.cohort_id, **ids}
    await enqueue_each(db, "sessions.free_for_enrolment", [seats], now=now)
    await enqueue_each(db, "circles.free_for_enrolment", [seats], now=now)
    event_log.record(db, events.ENROLMENT_LEFT, enrolment.cohort_id, now=now, **ids)
    await free_seats(db, enrolment.cohort_id, now=now)
    await db.flush()
    return True


def note_others_act(
    db: AsyncSession, actor: Person, verb: str, enrolment: Enrolment, *, now: datetime
) -> None:
    if enrolment.person_id != actor.id:
        audit.record(db, actor, verb, enrolment.id, now=now, cohort_id=enrolment.cohort_id)
