"""Applying, changing what was typed, and withdrawing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.applications import events, policy
from cohort.applications.models import (
    Application,
    ApplicationReview,
    ApplicationState,
    UnconfirmedApplication,
)
from cohort.applications.schemas import ApplicationChange, ApplicationIn
from cohort.cohorts import enrolments
from cohort.cohorts.models import Cohort, Enrolment
from cohort.cohorts.schemas import EnrolmentIn
from cohort.errors import Conflict, NotAllowed, NotFound
from cohort.http.etag import require_match
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue
from cohort.people import service as people
from cohort.people.links import LinkSpent, new_link
from cohort.people.models import LinkPurpose, Person
from cohort.people.tokens import hash_token, new_token
from cohort.questions import answering
from cohort.questions.models import AnswerOf

CONFIRM_WITHIN = timedelta(days=3)


class ApplicationsClosed(Conflict):
    code = "applications_closed"
    title = "Nobody can apply to this cohort now"


class AlreadyApplied(Conflict):
    code = "already_applied"
    title = "You have applied already"


class ApplicationDecided(Conflict):
    code = "application_decided"
    title = "This application is decided"


async def taking_applications(
    db: AsyncSession, which: ColumnElement[bool], *, now: datetime
) -> Cohort:
    """The cohort, if anyone may apply to it now."""
    cohort = await db.scalar(policy.that_take_applications().where(which))
    if cohort is None:
        raise NotFound("There is no cohort here that takes applications.")
    if not policy.takes_applications(cohort, now):
        raise ApplicationsClosed("The last day for applications has passed.")
    return cohort


async def list_taking_applications(db: AsyncSession, *, now: datetime) -> list[Cohort]:
    """The first to close first."""
    found = policy.that_take_applications().order_by(Cohort.apply_by, Cohort.id).limit(200)
    return [cohort for cohort in await db.scalars(found) if policy.takes_applications(cohort, now)]


async def apply(
    db: AsyncSession, actor: Person | None, cohort_id: UUID, form: ApplicationIn, *, now: datetime
) -> Application | None:
    """Apply for a seat.

    Without a login the form waits for the link that is mailed to the address, whether or not we
    know the address; nobody learns from the answer who has an account.
    """
    cohort = await check_form(db, actor, cohort_id, form, now=now)
    if actor is None:
        await _ask_to_confirm(db, cohort, form, now=now)
        return None
    return await store(db, actor, cohort_id, _profile(form), answers=form.answers, now=now)


async def check_form(
    db: AsyncSession, actor: Person | None, cohort_id: UUID, form: ApplicationIn, *, now: datetime
) -> Cohort:
    """Refuse what `apply` would refuse of the form itself; keeps nothing."""
    cohort = await taking_applications(db, Cohort.id == cohort_id, now=now)
    await enrolments.check_profile(db, cohort_id, form)
    await answering.check(db, cohort_id, AnswerOf.RESEARCHER, form.answers)
    if actor is None:
        people.require_sender(form.name, form.email)
    return cohort


def _profile(form: EnrolmentIn) -> dict[str, Any]:
    return form.model_dump(mode="json", include=set(EnrolmentIn.model_fields))


async def store(
    db: AsyncSession,
    person: Person,
    cohort_id: UUID,
    profile: dict[str, Any],
    *,
    answers: Mapping[str, object] | None = None,
    now: datetime,
) -> Application:
    """One insert decides; who withdrew may apply again, and is read anew."""
    if await enrolments.seat_of(db, person, cohort_id) is not None:
        raise enrolments.AlreadyEnrolled(enrolments.SEATED)
    fresh = {
        "state": ApplicationState.APPLIED,
        "profile": profile,
        "decided_at": None,
        "decided_by": None,
        "decision_note": "",
        "created_at": now,
    }
    application_id = await db.scalar(
        insert(Application)
        .values(cohort_id=cohort_id, person_id=person.id, version=1, **fresh)
        .on_conflict_do_update(
            index_elements=["cohort_id", "person_id"],
            set_={**fresh, "version": Application.version + 1},
            where=Application.state == ApplicationState.WITHDRAWN,
        )
        .returning(Application.id)
        .execution_options(synchronize_session=False)
    )
    if application_id is None:
        raise AlreadyApplied("You have applied to this cohort. Change your application instead.")
    if answers is not None:
        side = AnswerOf.RESEARCHER
        await answering.keep(db, cohort_id, person.id, side, answers, strict=False, now=now)
    of_before = ApplicationReview.application_id == application_id
    await db.execute(delete(ApplicationReview).where(of_before))
    await enqueue(
        db,
        "applications.tell_received",
        now=now,
        cohort_id=cohort_id,
        application_id=application_id,
    )
    ids = {"application_id": application_id}
    event_log.record(db, events.APPLICATION_RECEIVED, cohort_id, now=now, **ids)
    return await get(db, person, application_id)


async def _ask_to_confirm(
    db: AsyncSession, cohort: Cohort, form: ApplicationIn, *, now: datetime
) -> None:
    name, email = people.require_sender(form.name, form.email)
    waiting = UnconfirmedApplication(
        cohort_id=cohort.id,
        email=email,
        name=name,
        profile=_profile(form) | {"answers": form.answers},
        token_hash=None,
        created_at=now,
        expires_at=now + CONFIRM_WITHIN,
    )
    db.add(waiting)
    await db.flush()
    await enqueue(
        db,
        "applications.ask_to_confirm",
        now=now,
        cohort_id=cohort.id,
        unconfirmed_id=waiting.id,
    )


def new_confirmation(waiting: UnconfirmedApplication) -> str:
    """The token of the link to be mailed; one that was made before stops working."""
    token = new_token()
    waiting.token_hash = hash_token(token)
    return token


async def read_unconfirmed(
    db: AsyncSession, token: str, *, now: datetime
) -> UnconfirmedApplication:
    """What was typed, for whoever has the link."""
    waiting = await db.scalar(
        select(UnconfirmedApplication)
        .where(
            UnconfirmedApplication.token_hash == hash_token(token),
            UnconfirmedApplication.expires_at > now,
        )
        .options(joinedload(UnconfirmedApplication.cohort))
    )
    if waiting is None:
        raise LinkSpent
    return waiting


async def confirm(db: AsyncSession, token: str, *, now: datetime) -> tuple[Application, str | None]:
    """Make the form an application of whoever has the address; a link is spent once.

    The second value is the token to choose a first password with. The last day for applications
    is not looked at again: the form was sent in time.
    """
    sent = await read_unconfirmed(db, token, now=now)
    spent = await db.scalar(
        delete(UnconfirmedApplication)
        .where(UnconfirmedApplication.id == sent.id)
        .returning(UnconfirmedApplication.id)
        .execution_options(synchronize_session=False)
    )
    if spent is None:
        raise LinkSpent
    person = await people.owner_of_address(db, sent.email, sent.name, now=now)
    profile = dict(sent.profile)
    answers = profile.pop("answers", {})
    application = await store(db, person, sent.cohort_id, profile, answers=answers, now=now)
    if person.password_hash is not None:
        return application, None
    return application, await new_link(db, person.email, LinkPurpose.PASSWORD, now=now)


async def forget_unconfirmed(db: AsyncSession, *, now: datetime) -> None:
    await db.execute(delete(UnconfirmedApplication).where(UnconfirmedApplication.expires_at <= now))


async def get(db: AsyncSession, actor: Person, application_id: UUID) -> Application:
    application = await db.scalar(
        policy.visible_to(actor)
        .where(Application.id == application_id)
        .options(joinedload(Application.person), joinedload(Application.cohort))
        .execution_options(populate_existing=True)
    )
    if application is None:
        raise NotFound
    return application


async def get_own(db: AsyncSession, actor: Person, application_id: UUID) -> Application:
    application = await get(db, actor, application_id)
    if not policy.is_own(actor, application):
        raise NotAllowed("Only the applicant may change an application.")
    return application


async def find_own(db: AsyncSession, actor: Person, cohort_id: UUID) -> Application | None:
    own = (Application.person_id == actor.id) & (Application.cohort_id == cohort_id)
    return await db.scalar(select(Application).where(own))


async def list_own(db: AsyncSession, actor: Person, part: Slice) -> Page[Application]:
    own = select(Application).where(Application.person_id == actor.id)
    shown = own.options(joinedload(Application.person), joinedload(Application.cohort))
    return await page_of(db, shown, by=Application.created_at, id=Application.id, part=part)


async def place_in_line(db: AsyncSession, application: Application) -> int:
    """1 is next."""
    before = select(func.count()).where(
        Application.cohort_id == application.cohort_id,
        Application.state == ApplicationState.WAITLISTED,
        Application.waits_since < application.waits_since,
    )
    return 1 + (await db.scalar(before) or 0)


async def change(
    db: AsyncSession,
    actor: Person,
    application_id: UUID,
    form: ApplicationChange,
    *,
    if_match: str | None,
    now: datetime,
) -> Application:
    """Change one's own profile, until the last day and while nothing is decided."""
    application = await get_own(db, actor, application_id)
    require_match(if_match, application.version)
    if application.state not in policy.STANDING:
        raise ApplicationDecided(f"Your application is {application.state}.")
    if not policy.takes_applications(application.cohort, now):
        raise ApplicationsClosed(
            "This cohort takes no applications any more; yours is read as it is."
        )
    await enrolments.check_profile(db, application.cohort_id, form)
    changes = form.model_dump(mode="json", exclude_none=True)
    application.profile = {**application.profile, **changes}
    await db.flush()
    return application


async def withdraw(
    db: AsyncSession, actor: Person, application_id: UUID, *, now: datetime
) -> Application:
    """Take the application back, and the seat with it; a second time changes nothing."""
    application = await get_own(db, actor, application_id)
    if not await _withdraw_from(db, application_id, *policy.STANDING):
        seat = select(Enrolment.id).where(
            Enrolment.cohort_id == application.cohort_id, Enrolment.person_id == actor.id
        )
        enrolment_id = await db.scalar(seat)
        if enrolment_id is not None:
            await enrolments.withdraw(db, actor, enrolment_id, now=now)
        await _withdraw_from(db, application_id, ApplicationState.ACCEPTED)
    return await get(db, actor, application_id)


async def _withdraw_from(db: AsyncSession, application_id: UUID, *states: ApplicationState) -> bool:
    withdrawn = await db.scalar(
        update(Application)
        .where(Application.id == application_id, Application.state.in_(states))
        .values(state=ApplicationState.WITHDRAWN, waits_since=None, version=Application.version + 1)
        .returning(Application.id)
        .execution_options(synchronize_session=False)
    )
    return withdrawn is not None
