"""Opening a cohort and running it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import events, policy
from cohort.cohorts.models import (
    Admission,
    Cohort,
    CohortState,
    Enrolment,
    Organiser,
    OrganiserInvitation,
)
from cohort.cohorts.schemas import CloneIn, CohortChange, CohortIn
from cohort.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from cohort.guides.models import Guide
from cohort.guides.slugs import SlugBook, latin_slug
from cohort.http.etag import require_match
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.people import audit
from cohort.people.models import Person


class SlugTaken(Conflict):
    code = "slug_taken"
    title = "This address is taken"


class NotADraft(Conflict):
    code = "not_a_draft"
    title = "This cohort cannot be deleted"


class WrongMove(Conflict):
    code = "wrong_move"
    title = "The cohort cannot go there from here"

    def __init__(self, at: CohortState, to: CohortState) -> None:
        allowed = " or ".join(policy.MOVES[at])
        way = f"Its next step is: {allowed}." if allowed else "It stays archived."
        super().__init__(f"A cohort that is {at} cannot become {to}. {way}")


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


async def organises_something(db: AsyncSession, actor: Person) -> bool:
    return await db.scalar(policy.organised_by(actor).limit(1)) is not None


async def may_organise(db: AsyncSession, actor: Person, cohort_id: UUID) -> bool:
    return bool(await db.scalar(select(policy.may_organise(actor, cohort_id))))


async def require_organiser(db: AsyncSession, actor: Person, cohort_id: UUID) -> Cohort:
    cohort = await get(db, actor, cohort_id)
    if not await may_organise(db, actor, cohort_id):
        raise NotAllowed("Only the organisers of this cohort may do this.")
    return cohort


async def organised_by_slug(db: AsyncSession, actor: Person, slug: str) -> Cohort:
    """For pages of organisers, whose addresses have the slug."""
    cohort = await get_by_slug(db, actor, slug)
    return await require_organiser(db, actor, cohort.id)


def require_opener(actor: Person, *, open_to_anyone: bool) -> None:
    if not policy.may_open(actor, open_to_anyone=open_to_anyone):
        raise NotAllowed("Only an admin, or somebody whom an admin lets, opens cohorts.")


async def free_slug(db: AsyncSession, name: str) -> str:
    """An address like the name, with a number where another cohort has it already."""
    wanted = latin_slug(name, otherwise="cohort")
    alike = select(Cohort.slug).where(Cohort.slug.startswith(wanted, autoescape=True))
    return SlugBook({"new", *await db.scalars(alike)}).take(wanted)


async def zone_of(db: AsyncSession, actor: Person) -> str:
    """Of the newest cohort that she runs, else of her newest seat; where there is none, UTC."""
    runs = select(Cohort.time_zone).where(Cohort.id.in_(policy.organised_by(actor)))
    found: str | None = await db.scalar(runs.order_by(Cohort.created_at.desc()).limit(1))
    if found is None:
        hers = select(Enrolment.time_zone).where(Enrolment.person_id == actor.id)
        found = await db.scalar(hers.order_by(Enrolment.created_at.desc()).limit(1))
    return found or "UTC"


async def create(
    db: AsyncSession,
    actor: Person,
    form: CohortIn,
    *,
    now: datetime,
    open_to_anyone: bool = False,
) -> Cohort:
    """A draft, which its maker runs."""
    require_opener(actor, open_to_anyone=open_to_anyone)
    guide = await db.get(Guide, form.guide_id)
    if guide is None:
        raise Invalid.at("guide_id", "There is no such guide.")
    check_days(form)
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


async def clone(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: CloneIn, *, now: datetime
) -> Cohort:
    """A draft like this cohort, with new dates: organisers, questions and rules, but no people.

    The last day to apply moves as far as the first day does.
    """
    cohort = await require_organiser(db, actor, cohort_id)
    moved_by = form.starts_on - cohort.starts_on
    apply_by = cohort.apply_by + moved_by if cohort.apply_by is not None else None
    new = {**form.model_dump(), "apply_by": apply_by}
    same = {name: getattr(cohort, name) for name in CohortIn.model_fields if name not in new}
    planned = CohortIn.model_validate(new | same)
    made = await create(db, actor, planned, now=now, open_to_anyone=True)
    others = select(literal(made.id), Organiser.person_id, literal(now)).where(
        Organiser.cohort_id == cohort_id, Organiser.person_id != actor.id
    )
    columns = ["cohort_id", "person_id", "since"]
    await db.execute(insert(Organiser).from_select(columns, others))
    both = {"cohort_id": made.id, "from_cohort": cohort_id, "to_cohort": made.id}
    await enqueue_each(db, "questions.copy", [both], now=now)
    await enqueue_each(db, "rules.copy", [both], now=now)
    return made


async def delete_draft(db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime) -> None:
    """A cohort that was opened once is archived instead; what hangs on a draft keeps it."""
    cohort = await require_organiser(db, actor, cohort_id)
    if cohort.state is not CohortState.DRAFT:
        raise NotADraft(
            f"This cohort is {cohort.state}. Only a draft is deleted; archive this one."
        )
    try:
        async with db.begin_nested():
            for each in (Organiser, OrganiserInvitation):
                await db.execute(delete(each).where(each.cohort_id == cohort_id))
            gone = await db.scalar(
                delete(Cohort)
                .where(Cohort.id == cohort_id, Cohort.state == CohortState.DRAFT)
                .returning(Cohort.id)
                .execution_options(synchronize_session=False)
            )
    except IntegrityError as error:
        sentence = "People were deferred to this draft, or it has rules or sessions, so it stays."
        raise NotADraft(sentence) from error
    if gone is None:
        raise NotADraft("Someone else opened this cohort at the same moment.")
    audit.record(db, actor, "cohort.delete", cohort_id, now=now, cohort_id=cohort_id)


def check_days(planned: Cohort | CohortIn) -> None:
    if not 0 < (planned.ends_on - planned.starts_on).days <= 3 * 366:
        raise Invalid.at("ends_on", "The last day must follow the first, by at most three years.")
    if planned.admission is Admission.APPLICATION and planned.apply_by is None:
        raise Invalid.at("apply_by", "Say until which day people may apply.")
    if planned.apply_by is not None and planned.apply_by > planned.ends_on:
        raise Invalid.at("apply_by", "People apply before the last day of the cohort.")
    if planned.days_to_reminder >= planned.days_to_answer:
        raise Invalid.at("days_to_reminder", "Remind people before the proposal ends.")


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
    check_days(cohort)
    if cohort.seats < cohort.taken:
        raise Invalid.at("seats", f"{cohort.taken} seats are taken; there cannot be fewer.")
    await fill_seats_later(db, cohort.id, now=now)
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
    event_log.record(db, events.COHORT_MOVED, cohort_id, now=now)
    await db.refresh(cohort)
    return cohort


async def fill_seats_later(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> None:
    """Whoever waits for a seat gets what is free, as soon as this is committed."""
    await enqueue(db, "applications.fill_seats", now=now, cohort_id=cohort_id, in_cohort=cohort_id)
