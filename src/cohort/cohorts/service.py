"""Opening a cohort, running it, and taking a place in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, column, select, table, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import policy
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState, Organiser
from cohort.cohorts.profile import check_terms
from cohort.cohorts.schemas import CohortChange, CohortIn, EnrolmentChange, EnrolmentIn
from cohort.conditional import require_match
from cohort.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from cohort.guides.models import Guide, TermKind
from cohort.outbox import promise
from cohort.paging import Page, Slice, page_of
from cohort.people import audit
from cohort.people.models import Person

# Mentors live in a room above this one, which may not be imported: their table is only named.
MENTORS = table("mentors", column("id", Uuid), column("cohort_id", Uuid))

SEATED = "You have a seat in this cohort. Change your profile instead."


class SlugTaken(Conflict):
    code = "slug_taken"
    title = "This address is taken"


class WrongMove(Conflict):
    code = "wrong_move"
    title = "The cohort cannot go there from here"

    def __init__(self, at: CohortState, to: CohortState) -> None:
        allowed = " or ".join(policy.MOVES[at])
        way = f"Its next step is: {allowed}." if allowed else "It stays archived."
        super().__init__(f"A cohort that is {at} cannot become {to}. {way}")


class NotJoinable(Conflict):
    code = "not_joinable"
    title = "Nobody can join this cohort now"


class CohortFull(Conflict):
    code = "cohort_full"
    title = "Every seat is taken"


class AlreadyEnrolled(Conflict):
    code = "already_enrolled"
    title = "You are in this cohort already"


async def get(db: AsyncSession, actor: Person, cohort_id: UUID) -> Cohort:
    return await _one(db, policy.visible_to(actor).where(Cohort.id == cohort_id))


async def get_by_slug(db: AsyncSession, actor: Person, slug: str) -> Cohort:
    return await _one(db, policy.visible_to(actor).where(Cohort.slug == slug))


async def _one(db: AsyncSession, statement: Select[Cohort]) -> Cohort:
    found = await db.scalar(statement.options(joinedload(Cohort.guide)))
    if found is None:
        raise NotFound
    return found


async def list_cohorts(
    db: AsyncSession, actor: Person, part: Slice, *, state: CohortState | None = None
) -> Page[Cohort]:
    seen = policy.visible_to(actor).options(joinedload(Cohort.guide))
    if state is not None:
        seen = seen.where(Cohort.state == state)
    return await page_of(db, seen, by=Cohort.created_at, id=Cohort.id, part=part)


async def may_organise(db: AsyncSession, actor: Person, cohort_id: UUID) -> bool:
    return bool(await db.scalar(select(policy.may_organise(actor, cohort_id))))


async def require_organiser(db: AsyncSession, actor: Person, cohort_id: UUID) -> Cohort:
    cohort = await get(db, actor, cohort_id)
    if not await may_organise(db, actor, cohort_id):
        raise NotAllowed("Only the organisers of this cohort may do this.")
    return cohort


async def create(db: AsyncSession, actor: Person, form: CohortIn, *, now: datetime) -> Cohort:
    """A draft, which its maker runs."""
    if not actor.is_admin:
        raise NotAllowed("Only an admin of the platform opens cohorts.")
    guide = await db.get(Guide, form.guide_id)
    if guide is None:
        raise Invalid.at("guide_id", "There is no such guide.")
    check_dates(form.starts_on, form.ends_on)
    cohort_id = await db.scalar(
        insert(Cohort)
        .values(**form.model_dump(), state=CohortState.DRAFT, taken=0, version=1, created_at=now)
        .on_conflict_do_nothing(index_elements=["slug"])
        .returning(Cohort.id)
    )
    if cohort_id is None:
        sentence = "Another cohort has this address. Choose a different one."
        raise SlugTaken(sentence, errors=[FieldError("slug", sentence)])
    db.add(Organiser(cohort_id=cohort_id, person_id=actor.id, since=now))
    audit.record(db, actor, "cohort.create", cohort_id, now=now, cohort_id=cohort_id)
    return await get(db, actor, cohort_id)


def check_dates(starts_on: Any, ends_on: Any) -> None:
    if not 0 < (ends_on - starts_on).days <= 3 * 366:
        raise Invalid.at("ends_on", "The last day must follow the first, by at most three years.")


async def change(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    form: CohortChange,
    *,
    if_match: str | None,
    now: datetime,
) -> Cohort:
    cohort = await require_organiser(db, actor, cohort_id)
    # The row is locked, so that nobody takes a seat that is about to go.
    await db.refresh(cohort, with_for_update={"of": Cohort})
    require_match(if_match, cohort.version)
    for name, value in form.model_dump(exclude_none=True).items():
        setattr(cohort, name, value)
    check_dates(cohort.starts_on, cohort.ends_on)
    if cohort.seats < cohort.taken:
        raise Invalid.at("seats", f"{cohort.taken} seats are taken; there cannot be fewer.")
    audit.record(db, actor, "cohort.change", cohort.id, now=now, cohort_id=cohort.id)
    await db.flush()
    return cohort


async def move(
    db: AsyncSession, actor: Person, cohort_id: UUID, to: CohortState, *, now: datetime
) -> Cohort:
    """Take the cohort one step on; to where it already is, nothing happens."""
    cohort = await require_organiser(db, actor, cohort_id)
    at = cohort.state
    if at == to:
        return cohort
    if to not in policy.MOVES[at]:
        raise WrongMove(at, to)
    moved = await db.scalar(
        update(Cohort)
        .where(Cohort.id == cohort_id, Cohort.state == at)
        .values(
            state=to,
            version=Cohort.version + 1,
            running_since=now if to == CohortState.RUNNING else Cohort.running_since,
        )
        .returning(Cohort.id)
        .execution_options(synchronize_session=False)
    )
    if moved is None:
        raise Conflict("Someone else moved this cohort at the same moment. Look again.")
    audit.record(db, actor, "cohort.move", cohort_id, now=now, cohort_id=cohort_id, to=to)
    await db.refresh(cohort)
    return cohort


async def list_organisers(db: AsyncSession, actor: Person, cohort_id: UUID) -> list[Organiser]:
    await require_organiser(db, actor, cohort_id)
    running = select(Organiser).where(Organiser.cohort_id == cohort_id).limit(200)
    by_since = running.order_by(Organiser.since, Organiser.person_id)
    return list(await db.scalars(by_since.options(joinedload(Organiser.person))))


async def add_organiser(
    db: AsyncSession, actor: Person, cohort_id: UUID, email: str, *, now: datetime
) -> Organiser:
    """Let someone else run the cohort too; a second time changes nothing."""
    await require_organiser(db, actor, cohort_id)
    person = await db.scalar(
        select(Person).where(Person.email == email, Person.verified_at.is_not(None))
    )
    if person is None:
        raise Invalid.at("email", "Nobody has an account with this address. Ask them to open one.")
    added = await db.scalar(
        insert(Organiser)
        .values(cohort_id=cohort_id, person_id=person.id, since=now)
        .on_conflict_do_nothing()
        .returning(Organiser.person_id)
    )
    if added is not None:
        audit.record(db, actor, "organiser.add", person.id, now=now, cohort_id=cohort_id)
    key = {"cohort_id": cohort_id, "person_id": person.id}
    return await db.get_one(Organiser, key, options=[joinedload(Organiser.person)])


async def enrol(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: EnrolmentIn, *, now: datetime
) -> Enrolment:
    """Take a seat. Who withdrew gets the same row back, with all that hangs on it."""
    cohort = await get(db, actor, cohort_id)
    if await seat_of(db, actor, cohort_id) is not None:
        raise AlreadyEnrolled(SEATED)
    await check_profile(db, cohort_id, form)
    await take_seat(db, cohort)
    profile = form.model_dump()
    row = {"cohort_id": cohort_id, "person_id": actor.id, "created_at": now, **profile}
    enrolment = await db.scalar(
        insert(Enrolment)
        .values(**row, state=EnrolmentState.ACTIVE, version=1)
        .on_conflict_do_update(
            index_elements=["cohort_id", "person_id"],
            set_={**profile, "state": EnrolmentState.ACTIVE, "version": Enrolment.version + 1},
            where=Enrolment.state == EnrolmentState.WITHDRAWN,
        )
        .returning(Enrolment)
        .execution_options(populate_existing=True)
    )
    if enrolment is None:
        raise AlreadyEnrolled(SEATED)
    await promise(db, "study.lay_out_plan", now=now, cohort_id=cohort_id, enrolment_id=enrolment.id)
    await promise(db, "cohorts.welcome", now=now, cohort_id=cohort_id, enrolment_id=enrolment.id)
    return await get_enrolment(db, actor, enrolment.id)


async def find_enrolment(db: AsyncSession, actor: Person, cohort_id: UUID) -> Enrolment | None:
    """The actor's row in the cohort, whether active or withdrawn."""
    own = (Enrolment.cohort_id == cohort_id) & (Enrolment.person_id == actor.id)
    return await db.scalar(select(Enrolment).where(own))


async def seat_of(db: AsyncSession, actor: Person, cohort_id: UUID) -> UUID | None:
    """The actor's enrolment while it has a seat."""
    own = await find_enrolment(db, actor, cohort_id)
    return own.id if own is not None and own.state == EnrolmentState.ACTIVE else None


async def cohorts_with_a_seat_of(db: AsyncSession, actor: Person) -> set[UUID]:
    own = select(Enrolment.cohort_id).where(Enrolment.person_id == actor.id)
    return set(await db.scalars(own.where(Enrolment.state == EnrolmentState.ACTIVE)))


async def take_seat(db: AsyncSession, cohort: Cohort) -> None:
    """One statement decides, so that the last seat has one taker however many ask at once."""
    open_to_all = Cohort.state.in_(policy.JOINABLE)
    seat = await db.scalar(
        update(Cohort)
        .where(Cohort.id == cohort.id, open_to_all, Cohort.taken < Cohort.seats)
        .values(taken=Cohort.taken + 1)
        .returning(Cohort.id)
        .execution_options(synchronize_session=False)
    )
    if seat is not None:
        return
    if cohort.state not in policy.JOINABLE:
        raise NotJoinable(f"This cohort is {cohort.state}. People join while it is open or runs.")
    raise CohortFull("Every seat is taken. Look again later: a seat may become free.")


async def check_profile(
    db: AsyncSession, cohort_id: UUID, form: EnrolmentIn | EnrolmentChange
) -> None:
    await check_terms(db, TermKind.DOMAIN, form.domains or [], "domains")
    await check_terms(db, TermKind.ROLE, form.role_goals or [], "role_goals")
    await check_terms(db, TermKind.CONTEXT, form.contexts or [], "contexts")
    wishes = form.wishes or []
    theirs = MENTORS.c.cohort_id == cohort_id
    known = await db.scalars(select(MENTORS.c.id).where(theirs, MENTORS.c.id.in_(wishes)))
    strangers = set(wishes).difference(known) if wishes else set()
    if strangers:
        place = next(place for place, wish in enumerate(wishes) if wish in strangers)
        raise Invalid.at(f"wishes/{place}", "This is not a mentor of this cohort.")


async def get_enrolment(db: AsyncSession, actor: Person, enrolment_id: UUID) -> Enrolment:
    found = await db.scalar(
        policy.enrolments_visible_to(actor)
        .where(Enrolment.id == enrolment_id)
        .options(joinedload(Enrolment.person), joinedload(Enrolment.cohort))
    )
    if found is None:
        raise NotFound
    return found


async def list_enrolments(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    part: Slice,
    *,
    state: EnrolmentState | None = None,
) -> Page[Enrolment]:
    await get(db, actor, cohort_id)
    seen = policy.enrolments_visible_to(actor).where(Enrolment.cohort_id == cohort_id)
    if state is not None:
        seen = seen.where(Enrolment.state == state)
    return await _enrolments(db, seen, part)


async def list_own_enrolments(db: AsyncSession, actor: Person, part: Slice) -> Page[Enrolment]:
    return await _enrolments(db, select(Enrolment).where(Enrolment.person_id == actor.id), part)


async def _enrolments(
    db: AsyncSession, statement: Select[Enrolment], part: Slice
) -> Page[Enrolment]:
    shown = statement.options(joinedload(Enrolment.person), joinedload(Enrolment.cohort))
    return await page_of(db, shown, by=Enrolment.created_at, id=Enrolment.id, part=part)


async def change_enrolment(
    db: AsyncSession,
    actor: Person,
    enrolment_id: UUID,
    form: EnrolmentChange,
    *,
    if_match: str | None,
    now: datetime,
) -> Enrolment:
    enrolment = await get_enrolment(db, actor, enrolment_id)
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
    enrolment = await get_enrolment(db, actor, enrolment_id)
    # The cohort's row first, as in enrolling, so that the two never wait for each other.
    seat = select(Cohort.id).where(Cohort.id == enrolment.cohort_id)
    await db.execute(seat.with_for_update())
    await db.refresh(enrolment)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return enrolment
    enrolment.state = EnrolmentState.WITHDRAWN
    await db.execute(
        update(Cohort)
        .where(Cohort.id == enrolment.cohort_id)
        .values(taken=Cohort.taken - 1)
        .execution_options(synchronize_session=False)
    )
    note_others_act(db, actor, "enrolment.withdraw", enrolment, now=now)
    await promise(
        db,
        "mentorships.close_for_enrolment",
        now=now,
        cohort_id=enrolment.cohort_id,
        enrolment_id=enrolment.id,
    )
    await db.flush()
    return enrolment


def note_others_act(
    db: AsyncSession, actor: Person, verb: str, enrolment: Enrolment, *, now: datetime
) -> None:
    if enrolment.person_id != actor.id:
        audit.record(db, actor, verb, enrolment.id, now=now, cohort_id=enrolment.cohort_id)
