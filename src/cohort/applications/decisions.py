"""Accepting, declining, waitlisting and deferring; and the seats that become free."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.applications import events, policy
from cohort.applications.models import Application, ApplicationState
from cohort.applications.schemas import Decision, DecisionIn, OutcomeOut
from cohort.cohorts import enrolments
from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.cohorts.schemas import EnrolmentIn
from cohort.errors import Invalid, Refusal, require_known
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue
from cohort.people import audit
from cohort.people.models import Person

BECOMES = {
    Decision.ACCEPT: ApplicationState.ACCEPTED,
    Decision.DECLINE: ApplicationState.DECLINED,
    Decision.WAITLIST: ApplicationState.WAITLISTED,
    Decision.DEFER: ApplicationState.DEFERRED,
}


class CannotDecide(Refusal):
    """Why one application of a list stays as it is."""

    status = 409
    code = "cannot_decide"
    title = "This application stays as it is"


async def decide(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: DecisionIn, *, now: datetime
) -> list[OutcomeOut]:
    """Decide on many at once; what cannot be decided stays, and says why.

    Whoever decides holds the cohort's row, so that two who accept at once cannot give a seat
    twice. A dry run does the same work and takes it back.
    """
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    later = await _later_cohort(db, actor, cohort, form)
    await db.refresh(cohort, with_for_update={"of": Cohort})
    chosen = await _applications(db, cohort_id, form.application_ids)
    async with db.begin_nested() as trial:
        outcomes = [
            # The waitlist keeps the order of the request.
            await _decide_one(
                db, actor, cohort, one, form, later, now=now + timedelta(microseconds=place)
            )
            for place, one in enumerate(chosen)
        ]
        if form.decision is Decision.WAITLIST:
            await cohorts.fill_seats_later(db, cohort_id, now=now)
        if form.dry_run:
            await trial.rollback()
    return outcomes


async def _later_cohort(
    db: AsyncSession, actor: Person, cohort: Cohort, form: DecisionIn
) -> Cohort | None:
    if form.decision is not Decision.DEFER:
        return None
    if form.to_cohort_id is None:
        raise Invalid.at("to_cohort_id", "Say to which cohort.")
    later = await db.scalar(_later_than(actor, cohort).where(Cohort.id == form.to_cohort_id))
    if later is None:
        sentence = "Choose a cohort that starts later, has not ended, and is one that you run."
        raise Invalid.at("to_cohort_id", sentence)
    return later


def _later_than(actor: Person, cohort: Cohort) -> Select[Cohort]:
    return select(Cohort).where(
        Cohort.id.in_(cohort_policy.organised_by(actor)),
        Cohort.state.in_((CohortState.DRAFT, *cohort_policy.JOINABLE)),
        Cohort.starts_on > cohort.starts_on,
    )


async def later_cohorts(db: AsyncSession, actor: Person, cohort: Cohort) -> list[Cohort]:
    """Where an application may be deferred to."""
    found = _later_than(actor, cohort).order_by(Cohort.starts_on, Cohort.id).limit(50)
    return list(await db.scalars(found))


async def _applications(
    db: AsyncSession, cohort_id: UUID, ids: Sequence[UUID]
) -> list[Application]:
    """In the order asked for, as they are now, and locked in the order of their ids."""
    found = await db.scalars(
        select(Application)
        .where(Application.id.in_(ids), Application.cohort_id == cohort_id)
        .order_by(Application.id)
        .options(joinedload(Application.person))
        .with_for_update(of=Application)
        .execution_options(populate_existing=True)
    )
    by_id = {one.id: one for one in found}
    sentence = "This is no application to this cohort."
    require_known(ids, by_id, field="application_ids", sentence=sentence)
    return [by_id[application_id] for application_id in ids]


async def _decide_one(
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    application: Application,
    form: DecisionIn,
    later: Cohort | None,
    *,
    now: datetime,
) -> OutcomeOut:
    before, name = application.state, application.person.name
    after = BECOMES[form.decision]
    refusal = None
    if before is not after:
        try:
            _require_decidable(actor, application)
            if form.decision is Decision.ACCEPT:
                await _seat(db, cohort, application, now=now)
        except (CannotDecide, enrolments.CohortFull, enrolments.NotJoinable) as why:
            refusal = why.sentence
        else:
            await _keep(db, actor, application, after, form, later, now=now)
    reached = after if refusal is None else before
    return OutcomeOut(
        application_id=application.id, name=name, before=before, after=reached, refusal=refusal
    )


def _require_decidable(actor: Person, application: Application) -> None:
    if policy.is_own(actor, application):
        raise CannotDecide("Nobody decides on an application of her own.")
    if application.state is ApplicationState.ACCEPTED:
        raise CannotDecide("This person has a seat. The seat must be given back first.")
    if application.state not in policy.DECIDABLE:
        raise CannotDecide(f"This application is {application.state}.")


async def _seat(
    db: AsyncSession, cohort: Cohort, application: Application, *, now: datetime
) -> None:
    """Who has a seat already, perhaps since seats were first come, keeps it."""
    profile = EnrolmentIn.model_validate(application.profile)
    seated = select(Enrolment.id).where(
        Enrolment.cohort_id == cohort.id,
        Enrolment.person_id == application.person_id,
        Enrolment.state == EnrolmentState.ACTIVE,
    )
    if await db.scalar(seated) is None:
        await enrolments.give_seat(db, cohort, application.person_id, profile, now=now)


async def _keep(
    db: AsyncSession,
    actor: Person,
    application: Application,
    after: ApplicationState,
    form: DecisionIn,
    later: Cohort | None,
    *,
    now: datetime,
) -> None:
    cohort_id = application.cohort_id
    await db.execute(
        update(Application)
        .where(Application.id == application.id)
        .values(
            state=after,
            waits_since=now if after is ApplicationState.WAITLISTED else None,
            deferred_to=later.id if later else None,
            decided_at=now,
            decided_by=actor.id,
            decision_note=form.note,
            version=Application.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if later is not None:
        await _hand_on(db, application, later, now=now)
    verb = f"application.{form.decision}"
    audit.record(db, actor, verb, application.id, now=now, cohort_id=cohort_id)
    _note_decided(db, cohort_id, application.id, now=now)
    if after is not ApplicationState.ACCEPTED:  # who gets a seat is welcomed
        arguments: dict[str, Any] = {"application_id": application.id, "state": after}
        await enqueue(db, "applications.tell_decided", now=now, cohort_id=cohort_id, **arguments)


def _note_decided(
    db: AsyncSession, cohort_id: UUID, application_id: UUID, *, now: datetime
) -> None:
    ids = {"application_id": application_id}
    event_log.record(db, events.APPLICATION_DECIDED, cohort_id, now=now, **ids)


async def _hand_on(
    db: AsyncSession, application: Application, later: Cohort, *, now: datetime
) -> None:
    """The same application, to the later cohort; one that is there already stands."""
    handed_on = await db.scalar(
        insert(Application)
        .values(
            cohort_id=later.id,
            person_id=application.person_id,
            state=ApplicationState.APPLIED,
            profile=application.profile,
            decision_note="",
            created_at=now,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["cohort_id", "person_id"])
        .returning(Application.id)
    )
    if handed_on is not None:
        ids = {"application_id": handed_on}
        event_log.record(db, events.APPLICATION_RECEIVED, later.id, now=now, **ids)


async def fill_seats(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> None:
    """Give each free seat to whoever waits longest; run again, it finds nothing left to do."""
    cohort = await db.get_one(Cohort, cohort_id, with_for_update=True, populate_existing=True)
    await _note_seats_given_back(db, cohort_id)
    waiting = (
        select(Application)
        .where(Application.cohort_id == cohort_id, Application.state == ApplicationState.WAITLISTED)
        .order_by(Application.waits_since, Application.id)
        .with_for_update(of=Application)
    )
    if cohort.state not in cohort_policy.JOINABLE:
        return
    for application in await db.scalars(waiting.limit(cohort.seats - cohort.taken)):
        await _seat(db, cohort, application, now=now)
        application.state = ApplicationState.ACCEPTED
        application.waits_since, application.decided_at = None, now
        _note_decided(db, cohort_id, application.id, now=now)
    await db.flush()


async def _note_seats_given_back(db: AsyncSession, cohort_id: UUID) -> None:
    """Who left the cohort has withdrawn the application too."""
    left = select(Enrolment.person_id).where(
        Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.WITHDRAWN
    )
    await db.execute(
        update(Application)
        .where(
            Application.cohort_id == cohort_id,
            Application.state == ApplicationState.ACCEPTED,
            Application.person_id.in_(left),
        )
        .values(state=ApplicationState.WITHDRAWN, version=Application.version + 1)
        .execution_options(synchronize_session=False)
    )
