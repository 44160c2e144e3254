"""A plan is laid out, evidence is handed in, and someone looks at it."""

from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Uuid, any_, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.db import NOW, Prepared, given
from cohort.errors import Conflict, NotAllowed, NotFound
from cohort.guides.models import Milestone
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.people import audit
from cohort.people.models import Person
from cohort.study import due_dates, events, judging, policy
from cohort.study.due_dates import Work
from cohort.study.files import attaching
from cohort.study.gaps import OpenWork, latest_of, live_gaps
from cohort.study.models import ItemState, PlanItem, Review, Submission, Verdict
from cohort.study.schemas import ReviewIn, SubmissionIn

LAST_PART = 15
"""Items are counted anew by the first digit of their ids."""


class AlreadyPassed(Conflict):
    code = "already_passed"
    title = "This milestone is passed"

    def __init__(self) -> None:
        super().__init__("This milestone is passed; nothing more is needed. Go on to the next one.")


class PlanFrozen(Conflict):
    code = "plan_frozen"
    title = "This plan is closed"

    def __init__(self) -> None:
        super().__init__(
            "The researcher has left the cohort, or the cohort is archived: "
            "the plan can be read but not changed. Ask the organisers if that is wrong."
        )


class AlreadyReviewed(Conflict):
    code = "already_reviewed"
    title = "Someone has reviewed this"

    def __init__(self) -> None:
        super().__init__("This version has its review. Read it; the next version can be reviewed.")


async def lay_out(db: AsyncSession, enrolment_id: UUID, *, now: datetime) -> None:
    """Date the milestones that the plan does not have yet; dates once given stay."""
    found = select(Enrolment).where(Enrolment.id == enrolment_id)
    enrolment = (await db.scalars(found.options(joinedload(Enrolment.cohort)))).one()
    if policy.is_frozen(enrolment):
        return
    cohort = enrolment.cohort
    current = (Milestone.guide_id == cohort.guide_id) & Milestone.retired_at.is_(None)
    milestones = {one.slug: one for one in await db.scalars(select(Milestone).where(current))}
    dated = due_dates.lay_out(
        [
            Work(one.slug, one.hours, one.requires, one.position, one.is_optional)
            for one in milestones.values()
        ],
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        zone=cohort.time_zone,
        now=now,
        standing=await _standing_dates(db, enrolment_id),
    )
    rows = [
        {
            "enrolment_id": enrolment_id,
            "milestone_id": milestones[one.slug].id,
            "position": one.place,
            "due_at": one.due_at,
        }
        for one in dated
    ]
    if rows:
        await db.execute(insert(PlanItem).on_conflict_do_nothing(), rows)


async def _standing_dates(db: AsyncSession, enrolment_id: UUID) -> dict[str, datetime]:
    dates = select(Milestone.slug, PlanItem.due_at).join(PlanItem.milestone)
    rows = await db.execute(dates.where(PlanItem.enrolment_id == enrolment_id))
    return {row.slug: row.due_at for row in rows}


async def extend_plans(db: AsyncSession, guide_id: UUID, *, now: datetime) -> None:
    """The guide has new milestones: enqueue a job for each plan that still goes on."""
    going_on = (
        select(Enrolment.id, Enrolment.cohort_id)
        .join(Enrolment.cohort)
        .where(Cohort.guide_id == guide_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(Cohort.state.in_([CohortState.OPEN, CohortState.RUNNING]))
    )
    each = [
        {"enrolment_id": enrolment_id, "cohort_id": cohort_id}
        for enrolment_id, cohort_id in await db.execute(going_on)
    ]
    await enqueue_each(db, "study.lay_out_plan", each, now=now)


async def submit(
    db: AsyncSession, actor: Person, item_id: UUID, form: SubmissionIn, *, now: datetime
) -> Submission:
    """Hand in evidence, as the next version; the same again, before its review, is one version."""
    item = await item_to_hand_in(db, actor, item_id)
    last = await newest_version(db, item_id)
    waiting = last if item.state == ItemState.SUBMITTED else None
    if waiting and await attaching.is_same(db, waiting, form.text, form.links, form.files):
        return waiting
    submission = Submission(
        plan_item_id=item_id,
        version=last.version + 1 if last else 1,
        text=form.text,
        links=form.links,
        submitted_at=now,
        review=None,
    )
    item.state = ItemState.SUBMITTED
    item.handed_in_at, item.versions = item.handed_in_at or now, submission.version
    db.add(submission)
    await db.flush()
    await attaching.attach(db, submission, form.files)
    await enqueue(
        db,
        "study.ask_for_review",
        now=now,
        cohort_id=item.enrolment.cohort_id,
        submission_id=submission.id,
    )
    _record(db, events.SUBMISSION_HANDED_IN, item, submission.id, now=now)
    return submission


async def item_to_hand_in(
    db: AsyncSession, actor: Person, item_id: UUID, *, lock: bool = True
) -> PlanItem:
    """An item of the actor's own that takes evidence now."""
    item = await _locked_item(db, actor, item_id, lock=lock)
    if not policy.may_hand_in(actor, item.enrolment):
        raise NotAllowed("Only the researcher whose plan this is hands in for it.")
    if policy.is_frozen(item.enrolment):
        raise PlanFrozen
    if item.state == ItemState.PASSED:
        raise AlreadyPassed
    return item


def _record(
    db: AsyncSession,
    kind: event_log.EventKind,
    item: PlanItem,
    submission_id: UUID,
    *,
    now: datetime,
) -> None:
    ids = {
        "submission_id": submission_id,
        "plan_item_id": item.id,
        "enrolment_id": item.enrolment_id,
    }
    event_log.record(db, kind, item.enrolment.cohort_id, now=now, **ids)


async def count_versions(db: AsyncSession, part: int, *, now: datetime) -> None:
    """Of a sixteenth of all items, mend what was counted; then of the next. Twice is once."""
    first, last = (UUID(f"{part:x}" + digit * 31) for digit in "0f")
    its = (
        select(
            Submission.plan_item_id.label("item_id"),
            func.min(Submission.submitted_at).label("handed_in_at"),
            func.min(Review.reviewed_at).label("judged_at"),
            func.max(Submission.version).label("versions"),
        )
        .outerjoin(Review, Review.submission_id == Submission.id)
        .where(Submission.plan_item_id.between(first, last))
        .group_by(Submission.plan_item_id)
        .subquery()
    )
    names = ("handed_in_at", "judged_at", "versions")
    differ = [getattr(PlanItem, name).is_distinct_from(its.c[name]) for name in names]
    await db.execute(
        update(PlanItem)
        .where(PlanItem.id == its.c.item_id, or_(*differ))
        .values({name: its.c[name] for name in names})
        .execution_options(synchronize_session=False)
    )
    if part < LAST_PART:
        await enqueue(db, "study.count_versions", now=now, part=part + 1)


async def review(
    db: AsyncSession, actor: Person, submission_id: UUID, form: ReviewIn, *, now: datetime
) -> Review:
    """Pass the newest version, or ask for another look; each version is reviewed once."""
    item = await _item_to_review(db, actor, submission_id)
    rubric, levels = await judging.judged_by(db, item.milestone_id, form)
    passed = form.verdict == Verdict.PASSED
    item.state = ItemState.PASSED if passed else ItemState.AGAIN
    item.passed_at, item.judged_at = now if passed else None, item.judged_at or now
    if passed:
        await _pass_what_it_counts_for(db, item, now=now)
    judged = Review(
        submission_id=submission_id,
        reviewer_id=actor.id,
        verdict=form.verdict,
        comment=form.comment,
        reviewed_at=now,
        rubric=rubric,
        levels=levels,
    )
    db.add(judged)
    await db.flush()
    await db.refresh(judged, ["reviewer"])
    cohort_id = item.enrolment.cohort_id
    audit.record(
        db,
        actor,
        "submission.review",
        submission_id,
        now=now,
        cohort_id=cohort_id,
        verdict=form.verdict.value,
    )
    await enqueue(db, "study.tell_reviewed", now=now, cohort_id=cohort_id, review_id=judged.id)
    _record(db, events.SUBMISSION_REVIEWED, item, submission_id, now=now)
    return judged


async def pass_milestone(db: AsyncSession, enrolment_id: UUID, slug: str, *, now: datetime) -> None:
    """What a quiz has shown needs no review; evidence that waits for one goes on waiting."""
    of_slug = select(Milestone.id).where(Milestone.slug == slug)
    item: PlanItem | None = await db.scalar(
        update(PlanItem)
        .where(PlanItem.enrolment_id == enrolment_id, PlanItem.milestone_id.in_(of_slug))
        .where(PlanItem.state.in_([ItemState.OPEN, ItemState.AGAIN]))
        .values(state=ItemState.PASSED, passed_at=now)
        .returning(PlanItem)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if item is not None:
        await _pass_what_it_counts_for(db, item, now=now)
        of_hers = select(Enrolment.cohort_id).where(Enrolment.id == enrolment_id)
        cohort_id = (await db.scalars(of_hers)).one()
        ids = {"plan_item_id": item.id, "enrolment_id": enrolment_id}
        event_log.record(db, events.MILESTONE_PASSED_BY_QUIZ, cohort_id, now=now, **ids)


async def _pass_what_it_counts_for(db: AsyncSession, item: PlanItem, *, now: datetime) -> None:
    """Milestones that this one counts instead of; what waits for its own review goes on waiting."""
    counts_for = select(func.unnest(Milestone.instead_of)).where(Milestone.id == item.milestone_id)
    replaced = select(Milestone.id).where(Milestone.slug.in_(counts_for))
    await db.execute(
        update(PlanItem)
        .where(PlanItem.enrolment_id == item.enrolment_id, PlanItem.milestone_id.in_(replaced))
        .where(PlanItem.id != item.id, PlanItem.state.in_([ItemState.OPEN, ItemState.AGAIN]))
        .values(state=ItemState.PASSED, passed_at=now)
        .execution_options(synchronize_session=False)
    )


async def _item_to_review(db: AsyncSession, actor: Person, submission_id: UUID) -> PlanItem:
    """The item, locked, if this version of its evidence awaits a review that the actor may give."""
    submission = await _visible_submission(db, actor, submission_id)
    item = await _locked_item(db, actor, submission.plan_item_id)
    if not await judging.may_review(db, actor, item.enrolment_id):
        raise NotAllowed(
            "Only the organisers of the cohort and the researcher’s mentor review this."
        )
    if policy.is_frozen(item.enrolment):
        raise PlanFrozen
    newest = await newest_version(db, item.id)
    if newest is None or newest.id != submission_id:
        raise judging.NewerVersion
    if newest.review is not None:
        raise AlreadyReviewed
    return item


async def lock_waiting(db: AsyncSession, submission_id: UUID) -> PlanItem | None:
    """The item, locked, if this version of its evidence still awaits a verdict."""
    its = select(Submission.plan_item_id).where(Submission.id == submission_id)
    item: PlanItem | None = await db.scalar(
        select(PlanItem)
        .where(PlanItem.id == its.scalar_subquery())
        .options(joinedload(PlanItem.enrolment, innerjoin=True).joinedload(Enrolment.cohort))
        .with_for_update(of=PlanItem)
        .execution_options(populate_existing=True)
    )
    if item is None or item.state != ItemState.SUBMITTED or policy.is_frozen(item.enrolment):
        return None
    newest = await newest_version(db, item.id)
    return item if newest is not None and newest.id == submission_id else None


async def pass_by_others(
    db: AsyncSession, item: PlanItem, submission_id: UUID, *, now: datetime
) -> None:
    """Others of the cohort agree that it passes; for a room above, with the item locked."""
    item.state, item.passed_at = ItemState.PASSED, now
    await _pass_what_it_counts_for(db, item, now=now)
    _record(db, events.SUBMISSION_REVIEWED, item, submission_id, now=now)


MILESTONES = Prepared(
    select(Milestone.id, Milestone.hours, Milestone.skills).where(
        Milestone.id == any_(given("milestone_ids", ARRAY(Uuid())))
    )
)


async def gaps_in(
    db: AsyncSession, cohort_id: UUID, *, now: datetime
) -> dict[UUID, dict[str, float]]:
    """Each active researcher's missing skills, weighed in (0, 1] as `gaps.live_gaps` says.

    Two statements for the whole cohort, and one row for each person: fifty times as many would
    take longer to read than to match. Someone with nothing left to pass is not in the answer.
    """
    rows = await _open_work().rows(db, cohort_id=cohort_id, now=now)
    milestone_ids = set().union(*(row["milestones"] for row in rows))
    found = await MILESTONES.rows(db, milestone_ids=milestone_ids)
    milestone = {one["id"]: (one["hours"], one["skills"]) for one in found}
    gaps = {}
    for row in rows:
        latest = latest_of(row["due_in"])
        gaps[row["enrolment_id"]] = live_gaps(
            OpenWork(*milestone[m], due)
            for m, due in zip(row["milestones"], row["due_in"], strict=True)
            if due <= latest
        )
    return gaps


@cache
def _open_work() -> Prepared:
    """A row for each active researcher: the milestones that are not passed, and when they are due.

    Straight from the driver: a cohort has a hundred thousand of them.
    """
    due_in = cast(func.extract("epoch", PlanItem.due_at - NOW) * 1_000_000, BigInteger)
    return Prepared(
        select(
            PlanItem.enrolment_id,
            func.array_agg(PlanItem.milestone_id).label("milestones"),
            func.array_agg(due_in).label("due_in"),
        )
        .join(PlanItem.enrolment)
        .where(Enrolment.cohort_id == given("cohort_id", Uuid()))
        .where(Enrolment.state == EnrolmentState.ACTIVE, PlanItem.state != ItemState.PASSED)
        .group_by(PlanItem.enrolment_id)
    )


async def _locked_item(
    db: AsyncSession, actor: Person, item_id: UUID, *, lock: bool = True
) -> PlanItem:
    """The item, locked: what is decided about it holds until this transaction ends."""
    seen = (
        policy.items_visible_to(actor)
        .where(PlanItem.id == item_id)
        .options(joinedload(PlanItem.enrolment, innerjoin=True).joinedload(Enrolment.cohort))
        .execution_options(populate_existing=True)
    )
    item: PlanItem | None = await db.scalar(seen.with_for_update(of=PlanItem) if lock else seen)
    if item is None:
        raise NotFound
    return item


async def _visible_submission(db: AsyncSession, actor: Person, submission_id: UUID) -> Submission:
    visible = policy.submissions_visible_to(actor).where(Submission.id == submission_id)
    submission: Submission | None = await db.scalar(visible)
    if submission is None:
        raise NotFound
    return submission


async def newest_version(db: AsyncSession, item_id: UUID) -> Submission | None:
    """Read once the item is locked: until then someone may be adding a version."""
    versions = select(Submission).where(Submission.plan_item_id == item_id)
    newest: Submission | None = await db.scalar(
        versions.options(joinedload(Submission.review).joinedload(Review.reviewer))
        .order_by(Submission.version.desc())
        .limit(1)
    )
    return newest
