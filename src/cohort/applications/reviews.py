"""What organisers think of applications: each by herself, until enough have said it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Float, Row, Select, case, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.applications import policy, service
from cohort.applications.models import Application, ApplicationReview, ApplicationState
from cohort.applications.schemas import ApplicationReviewIn
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Conflict, NotAllowed
from cohort.http.paging import Page, Slice, read_ranked_cursor, write_ranked_cursor
from cohort.people import audit
from cohort.people.models import Person


class ReviewsRevealed(Conflict):
    code = "reviews_revealed"
    title = "The scores are open by now"


class Reviews(NamedTuple):
    """What one organiser may read of the reviews of an application."""

    seen: list[ApplicationReview]
    given: int
    needed: int

    @property
    def revealed(self) -> bool:
        return self.given >= self.needed


async def get_to_review(db: AsyncSession, actor: Person, application_id: UUID) -> Application:
    application = await service.get(db, actor, application_id)
    await cohorts.require_organiser(db, actor, application.cohort_id)
    if policy.is_own(actor, application):
        raise NotAllowed("Nobody reviews an application of her own.")
    return application


async def review(
    db: AsyncSession,
    actor: Person,
    application_id: UUID,
    form: ApplicationReviewIn,
    *,
    now: datetime,
) -> ApplicationReview:
    """Score an application, or score it anew while the scores of others are hidden.

    The application's row is locked, so that nobody changes a score after having read the others.
    """
    application = await get_to_review(db, actor, application_id)
    lock = select(Application.id).where(Application.id == application_id).with_for_update()
    await db.execute(lock)
    found = await read(db, actor, application)
    said = {"score": form.score, "note": form.note, "reviewed_at": now}
    kept = next((one for one in found.seen if one.reviewer_id == actor.id), None)
    if kept is not None and found.revealed:
        if (kept.score, kept.note) == (form.score, form.note):
            return kept
        raise ReviewsRevealed("All scores are in and open, so yours stays as you gave it.")
    await db.execute(
        insert(ApplicationReview)
        .values(application_id=application_id, reviewer_id=actor.id, **said)
        .on_conflict_do_update(index_elements=["application_id", "reviewer_id"], set_=said)
    )
    audit.record(
        db, actor, "application.review", application_id, now=now, cohort_id=application.cohort_id
    )
    key = {"application_id": application_id, "reviewer_id": actor.id}
    return await db.get_one(
        ApplicationReview,
        key,
        options=[joinedload(ApplicationReview.reviewer)],
        populate_existing=True,
    )


async def read(db: AsyncSession, actor: Person, application: Application) -> Reviews:
    """One's own review, and those of the others once as many are in as the cohort needs."""
    of_it = select(ApplicationReview).where(ApplicationReview.application_id == application.id)
    given = list(
        await db.scalars(
            of_it.order_by(ApplicationReview.reviewed_at, ApplicationReview.reviewer_id).options(
                joinedload(ApplicationReview.reviewer)
            )
        )
    )
    needed = application.cohort.reviews_needed
    own = [one for one in given if one.reviewer_id == actor.id]
    return Reviews(given if len(given) >= needed else own, len(given), needed)


class Ranked(NamedTuple):
    application: Application
    reviews: int
    mean: float | None


async def list_ranked(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    part: Slice,
    *,
    state: ApplicationState | None = None,
) -> Page[Ranked]:
    """The best mean first, then those whose mean is not known yet, the earliest first."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    statement, mean = _ranked(cohort)
    if state is not None:
        statement = statement.where(Application.state == state)
    worst_first = -func.coalesce(mean, 0.0)
    order = (worst_first, Application.created_at, Application.id)
    if part.cursor is not None:
        rank, at, row_id = read_ranked_cursor(part.cursor)
        statement = statement.where(tuple_(*order) > tuple_(rank, at, row_id))
    rows = (await db.execute(statement.order_by(*order).limit(part.limit + 1))).all()
    items = [_as_ranked(row) for row in rows[: part.limit]]
    if len(rows) <= part.limit:
        return Page(items, None)
    last = items[-1]
    after = write_ranked_cursor(
        -(last.mean or 0.0), last.application.created_at, last.application.id
    )
    return Page(items, after)


def _ranked(cohort: Cohort) -> tuple[Select[Any], Any]:
    scores = (
        select(
            ApplicationReview.application_id,
            func.count().label("given"),
            cast(func.avg(ApplicationReview.score), Float).label("mean"),
        )
        .join(Application, Application.id == ApplicationReview.application_id)
        .where(Application.cohort_id == cohort.id)
        .group_by(ApplicationReview.application_id)
        .subquery()
    )
    mean = case((scores.c.given >= cohort.reviews_needed, scores.c.mean))
    statement = (
        select(Application, func.coalesce(scores.c.given, 0), mean)
        .outerjoin(scores, scores.c.application_id == Application.id)
        .where(Application.cohort_id == cohort.id)
        .options(joinedload(Application.person))
    )
    return statement, mean


def _as_ranked(row: Row[*tuple[Any, ...]]) -> Ranked:
    return Ranked(*row)


async def count_by_state(db: AsyncSession, cohort_id: UUID) -> dict[ApplicationState, int]:
    counted = select(Application.state, func.count()).where(Application.cohort_id == cohort_id)
    rows = await db.execute(counted.group_by(Application.state))
    return dict(rows.all())
