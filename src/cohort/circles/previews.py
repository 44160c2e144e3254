"""A preview of circles: asked for, worked out in a job, stopped while nobody waits for it.

Whoever asks holds the cohort's row, so that of two at once the second finds what the first asked
for. A job that ends and a verb that replaces its preview take the job's row first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.circles import events, gathering, planning, reading
from cohort.circles.models import CirclePreview, CirclePreviewState
from cohort.circles.schemas import CircleRules, CirclesFound
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.errors import Conflict
from cohort.jobs import event_log, outbox
from cohort.jobs.event_log import EventKind
from cohort.people.models import Person

MOST_PEOPLE = 2500


class CannotForm(Conflict):
    code = "cannot_form_circles"
    title = "Circles cannot be formed"


async def ask(
    db: AsyncSession, actor: Person, cohort_id: UUID, rules: CircleRules, *, now: datetime
) -> CirclePreview:
    """Circles as they would be; a job works them out, nothing changes, and nobody is told.

    Asked for twice by the same rules it is one preview; by others, it replaces the one before.
    """
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    if cohort.state in {CohortState.COMPLETED, CohortState.ARCHIVED}:
        raise CannotForm(f"This cohort is {cohort.state}, so nobody needs a circle.")
    seats = select(func.count()).where(
        Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE
    )
    if (await db.scalar(seats) or 0) > MOST_PEOPLE:
        raise CannotForm(f"Circles are formed of up to {MOST_PEOPLE} people at once.")
    await db.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())
    asked = rules.model_dump(mode="json")
    unpublished = (CirclePreview.cohort_id == cohort_id) & CirclePreview.published_at.is_(None)
    before = (await db.scalars(select(CirclePreview).where(unpublished))).all()
    for one in before:
        if one.state is CirclePreviewState.FORMING and one.asked == asked:
            return await reading.preview_of(db, actor, one.id)
    await _forget(db, before)
    made = CirclePreview(
        cohort_id=cohort_id,
        cohort=cohort,
        state=CirclePreviewState.FORMING,
        asked=asked,
        found={},
        basis=b"",
        made_by=actor.id,
        made_at=now,
    )
    db.add(made)
    await db.flush()
    await outbox.enqueue(
        db,
        "circles.form",
        now=now,
        queue=outbox.Queue.COMPUTING,
        cohort_id=cohort_id,
        preview_id=made.id,
    )
    return made


async def _forget(db: AsyncSession, previews: Sequence[CirclePreview]) -> None:
    for one in previews:
        if one.state is CirclePreviewState.FORMING:
            await outbox.withdraw(db, "circles.form", preview_id=one.id)
    ids = [one.id for one in previews]
    await db.execute(delete(CirclePreview).where(CirclePreview.id.in_(ids)))


async def cancel(
    db: AsyncSession, actor: Person, preview_id: UUID, *, now: datetime
) -> CirclePreview:
    """Nobody works it out any more; twice is once, and what has ended already stays as it is."""
    shown = await reading.preview_of(db, actor, preview_id)
    await outbox.withdraw(db, "circles.form", preview_id=preview_id)
    await _end(db, shown.id, CirclePreviewState.CANCELLED, events.PREVIEW_CANCELLED, now=now)
    return await reading.preview_of(db, actor, preview_id)


async def begin(db: AsyncSession, preview_id: UUID) -> CirclePreview | None:
    """None once it has ended, or another one has replaced it."""
    forming = CirclePreview.state == CirclePreviewState.FORMING
    its = select(CirclePreview).where(CirclePreview.id == preview_id, forming)
    found: CirclePreview | None = await db.scalar(its.options(joinedload(CirclePreview.cohort)))
    return found


async def store(
    db: AsyncSession, preview_id: UUID, found: CirclesFound, basis: bytes, *, now: datetime
) -> None:
    kept = {"found": found.model_dump(mode="json"), "basis": basis}
    await _end(db, preview_id, CirclePreviewState.FORMED, events.PREVIEW_FORMED, kept=kept, now=now)


async def give_up(db: AsyncSession, preview_id: UUID, *, now: datetime) -> None:
    """It will not be tried again."""
    await _end(db, preview_id, CirclePreviewState.FAILED, events.PREVIEW_FAILED, now=now)


async def _end(
    db: AsyncSession,
    preview_id: UUID,
    state: CirclePreviewState,
    kind: EventKind,
    *,
    now: datetime,
    kept: Mapping[str, object] | None = None,
) -> None:
    """Once: of a result, a failure and a word to stop, the first one counts."""
    cohort_id = await db.scalar(
        update(CirclePreview)
        .where(CirclePreview.id == preview_id)
        .where(CirclePreview.state == CirclePreviewState.FORMING)
        .values(state=state, **(kept or {}))
        .returning(CirclePreview.cohort_id)
        .execution_options(synchronize_session=False)
    )
    if cohort_id is not None:
        event_log.record(db, kind, cohort_id, now=now, preview_id=preview_id)


async def form_now(db: AsyncSession, preview_id: UUID, *, now: datetime) -> None:
    """All that the job does, in this transaction: for a story that is told without a worker."""
    shown = await begin(db, preview_id)
    if shown is None:
        return
    pool, basis = await gathering.gather(db, shown.cohort, now=now)
    found = planning.find_circles(pool, CircleRules.model_validate(shown.asked))
    await store(db, preview_id, found, basis, now=now)
    await db.refresh(shown)
