"""Becoming a mentor, being approved, and how many places there are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Organiser
from cohort.cohorts.own_terms import check_terms_in
from cohort.db import Prepared, given
from cohort.errors import Conflict, FieldError, NotAllowed, NotFound
from cohort.guides.models import TermKind
from cohort.http import etag as conditional
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.mentors import events, policy
from cohort.mentors.models import Mentor, MentorState
from cohort.mentors.pause_days import columns_of
from cohort.mentors.schemas import MentorChangeIn, MentorIn, MentorPauseIn
from cohort.people import audit
from cohort.people.models import Person
from cohort.questions import answering
from cohort.questions.models import AnswerOf

TERMS = {
    "domains": TermKind.DOMAIN,
    "roles": TermKind.ROLE,
    "contexts": TermKind.CONTEXT,
    "skills": TermKind.SKILL,
}


NO_SIGN_UP = "There is no cohort here that takes mentors now."


class AlreadyApproved(Conflict):
    code = "already_approved"
    title = "This mentor is approved"


class CapacityBelowTaken(Conflict):
    code = "capacity_below_taken"
    title = "These places are in use"

    def __init__(self, taken: int) -> None:
        sentence = f"You mentor {taken} now. Choose at least {taken}, or end a mentorship first."
        super().__init__(sentence, errors=[FieldError("capacity", sentence)])


NOT_OF_THE_PROFILE = {"name", "email", "consent"}


async def sign_up(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: MentorIn, *, now: datetime
) -> Mentor | None:
    """Sign up for a cohort; the first sign-up of a person stands, later ones change nothing."""
    await check_sign_up(db, cohort_id, form)
    profile = form.model_dump(exclude=NOT_OF_THE_PROFILE)
    return await add_pending(db, actor, cohort_id, profile, consented_at=now, now=now)


async def check_sign_up(db: AsyncSession, cohort_id: UUID, form: MentorIn) -> None:
    await require_taking_mentors(db, cohort_id)
    await check_profile_terms(db, cohort_id, form.model_dump(include=set(TERMS)))
    await answering.check(db, cohort_id, AnswerOf.MENTOR, form.answers)


async def add_pending(
    db: AsyncSession,
    person: Person,
    cohort_id: UUID,
    profile: Mapping[str, Any],
    *,
    consented_at: datetime,
    now: datetime,
) -> Mentor | None:
    """One insert decides whether this is the person's first sign-up; the organisers are told."""
    of_profile = dict(profile)
    answers = of_profile.pop("answers", {})
    away = MentorPauseIn(
        **{name: of_profile.pop(name, None) for name in MentorPauseIn.model_fields}
    )
    if away != MentorPauseIn():
        of_profile |= columns_of(away, of_profile["time_zone"], since=now, now=now)
    mentor = await db.scalar(
        insert(Mentor)
        .values(
            cohort_id=cohort_id,
            person_id=person.id,
            consented_at=consented_at,
            created_at=now,
            decision_note="",
            **of_profile,
        )
        .on_conflict_do_nothing(index_elements=["cohort_id", "person_id"])
        .returning(Mentor)
    )
    if mentor is not None:
        await answering.keep(
            db, cohort_id, person.id, AnswerOf.MENTOR, answers, strict=False, now=now
        )
        arguments = {"cohort_id": cohort_id, "mentor_id": mentor.id}
        organisers = await organisers_of(db, cohort_id)
        each = [{**arguments, "organiser_id": organiser_id} for organiser_id in organisers]
        await enqueue_each(db, "mentors.tell_new", each, now=now)
        event_log.record(db, events.MENTOR_SIGNED_UP, cohort_id, now=now, mentor_id=mentor.id)
    return mentor


async def add_approved(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    profiles: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
) -> None:
    """Mentors whom an organiser brings, and so approves; a profile has a `person_id`.

    Their own consent is not there yet.
    """
    row = {
        "cohort_id": cohort_id,
        "created_at": now,
        "decision_note": "",
        "state": MentorState.APPROVED,
        "decided_at": now,
        "decided_by": actor.id,
        "version": 1,
        "taken": 0,
    }
    if profiles:
        await db.execute(
            insert(Mentor).on_conflict_do_nothing(index_elements=["cohort_id", "person_id"]),
            [{**row, **profile} for profile in profiles],
        )


TAKING = Prepared(
    policy.that_take_mentors()
    .with_only_columns(Cohort.id)
    .where(Cohort.id == given("cohort_id", Uuid()))
)


async def require_taking_mentors(db: AsyncSession, cohort_id: UUID) -> None:
    if await TAKING.row(db, cohort_id=cohort_id) is None:
        raise NotFound(NO_SIGN_UP)


async def taking_mentors(db: AsyncSession, which: ColumnElement[bool]) -> Cohort:
    """The cohort, if its sign-up of mentors is open to the public."""
    cohort = await db.scalar(policy.that_take_mentors().where(which))
    if cohort is None:
        raise NotFound(NO_SIGN_UP)
    return cohort


async def check_profile_terms(
    db: AsyncSession, cohort_id: UUID, profile: Mapping[str, Any]
) -> None:
    await check_terms_in(
        db, cohort_id, {field: (kind, profile.get(field)) for field, kind in TERMS.items()}
    )


async def organisers_of(db: AsyncSession, cohort_id: UUID) -> Sequence[UUID]:
    """Whom to write to; each mail is a job of its own, so that each fails alone."""
    running = select(Organiser.person_id).where(Organiser.cohort_id == cohort_id)
    return (await db.scalars(running.order_by(Organiser.person_id))).all()


async def get(db: AsyncSession, actor: Person, mentor_id: UUID, *, lock: bool = False) -> Mentor:
    """With `lock`, the row as it is now, until this transaction ends."""
    statement = policy.visible_to(actor).where(Mentor.id == mentor_id)
    if lock:
        statement = statement.with_for_update(key_share=True, of=Mentor)
    mentor = await db.scalar(
        statement.options(joinedload(Mentor.person), joinedload(Mentor.cohort)).execution_options(
            populate_existing=True
        )
    )
    if mentor is None:
        raise NotFound
    return mentor


async def get_to_decide(db: AsyncSession, actor: Person, mentor_id: UUID) -> Mentor:
    mentor = await get(db, actor, mentor_id)
    await cohorts.require_organiser(db, actor, mentor.cohort_id)
    return mentor


async def list_own(db: AsyncSession, actor: Person) -> list[Mentor]:
    """The actor's mentor rows, one for each cohort."""
    own = select(Mentor).where(Mentor.person_id == actor.id).options(joinedload(Mentor.cohort))
    return list(await db.scalars(own.order_by(Mentor.created_at, Mentor.id)))


async def approve(db: AsyncSession, actor: Person, mentor_id: UUID, *, now: datetime) -> Mentor:
    mentor = await get_to_decide(db, actor, mentor_id)
    await _decide(db, actor, mentor, MentorState.APPROVED, note="", now=now)
    return await get(db, actor, mentor_id)


async def decline(
    db: AsyncSession, actor: Person, mentor_id: UUID, note: str, *, now: datetime
) -> Mentor:
    mentor = await get_to_decide(db, actor, mentor_id)
    await _decide(db, actor, mentor, MentorState.DECLINED, note=note, now=now)
    mentor = await get(db, actor, mentor_id)
    if mentor.state is MentorState.APPROVED:
        raise AlreadyApproved(
            "This mentor was approved, and may mentor someone by now. Pause the mentor instead."
        )
    return mentor


async def _decide(
    db: AsyncSession, actor: Person, mentor: Mentor, to: MentorState, *, note: str, now: datetime
) -> None:
    """Decide once, and write to the mentor once.

    Whoever was declined or has left may still be approved; only one who waits is declined.
    """
    is_open = (
        Mentor.state != to if to is MentorState.APPROVED else Mentor.state == MentorState.PENDING
    )
    decided = await db.scalar(
        update(Mentor)
        .where(Mentor.id == mentor.id, is_open)
        .values(
            state=to,
            decided_at=now,
            decided_by=actor.id,
            decision_note=note,
            version=Mentor.version + 1,
        )
        .returning(Mentor.id)
        .execution_options(synchronize_session=False)
    )
    if decided is not None:
        verb = "mentor.approve" if to is MentorState.APPROVED else "mentor.decline"
        audit.record(db, actor, verb, mentor.id, now=now, cohort_id=mentor.cohort_id)
        await enqueue(
            db, "mentors.tell_decided", now=now, cohort_id=mentor.cohort_id, mentor_id=mentor.id
        )
        approved = to is MentorState.APPROVED
        kind = events.MENTOR_APPROVED if approved else events.MENTOR_DECLINED
        event_log.record(db, kind, mentor.cohort_id, now=now, mentor_id=mentor.id)


async def change(
    db: AsyncSession,
    actor: Person,
    mentor_id: UUID,
    form: MentorChangeIn,
    *,
    if_match: str | None,
    now: datetime,
) -> Mentor:
    """Change one's own profile, as it was read: one UPDATE, one version more."""
    mentor = await get_own(db, actor, mentor_id, lock=True)
    conditional.require_match(if_match, mentor.version)
    changes = form.model_dump(exclude_none=True)
    await check_profile_terms(db, mentor.cohort_id, changes)
    await _store(db, mentor, changes, now=now)
    return mentor


async def _store(
    db: AsyncSession, mentor: Mentor, changes: Mapping[str, Any], *, now: datetime
) -> None:
    """Never fewer places than are in use: the row is locked, so none is given away meanwhile."""
    capacity = changes.get("capacity")
    if capacity is not None and capacity < mentor.taken:
        raise CapacityBelowTaken(mentor.taken)
    for name, value in changes.items():
        setattr(mentor, name, value)
    await db.flush()
    if capacity is not None and capacity == mentor.taken:
        each = [{"cohort_id": mentor.cohort_id, "mentor_id": mentor.id}]
        await enqueue_each(db, "mentorships.lapse_when_full", each, now=now)


async def get_own(
    db: AsyncSession, actor: Person, mentor_id: UUID, *, lock: bool = False
) -> Mentor:
    mentor = await get(db, actor, mentor_id, lock=lock)
    if not policy.is_own(actor, mentor):
        raise NotAllowed("Only the mentor whose profile this is may change it.")
    return mentor


async def set_capacity(
    db: AsyncSession, actor: Person, mentor_id: UUID, capacity: int, *, now: datetime
) -> Mentor:
    mentor = await get_own(db, actor, mentor_id, lock=True)
    await _store(db, mentor, {"capacity": capacity}, now=now)
    return mentor


async def list_taking_mentors(db: AsyncSession) -> list[Cohort]:
    """The cohorts that anyone may sign up for as a mentor, the first to start first."""
    statement = policy.that_take_mentors().order_by(Cohort.starts_on, Cohort.id)
    return list(await db.scalars(statement.limit(200)))
