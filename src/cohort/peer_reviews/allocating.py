"""Finding reviewers for what waits: read, solve outside, store."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from cohort.cohorts.models import Cohort, Enrolment
from cohort.jobs.outbox import enqueue_each
from cohort.peer_reviews import policy
from cohort.peer_reviews.allocation import PossibleReviewer, ReviewPlan, WorkToReview, allocate
from cohort.peer_reviews.candidates import (
    ReviewCandidate,
    ReviewPool,
    WorkAuthor,
    fit_of,
    pool_of,
    words_of,
)
from cohort.peer_reviews.models import (
    PeerReview,
    PeerReviewRules,
    ReviewAllocation,
    ReviewAsk,
    ReviewerRole,
    ReviewTask,
    ReviewTaskState,
)
from cohort.study.models import PlanItem, Submission

AT_ONCE = 500
"""Pieces of work in one go, who waits longest first; the next go finds the others."""


@dataclass(frozen=True, slots=True)
class ReviewNeed:
    """A piece of work that needs reviewers."""

    submission_id: UUID
    milestone: str
    skills: Sequence[str]
    author: WorkAuthor
    rules: PeerReviewRules
    wanted: int
    second_opinion: bool
    asked: frozenset[UUID]
    """Who was asked about it before, however that ended."""


@dataclass(frozen=True, slots=True)
class ReviewersFound:
    """Who is to be asked about what, and the figures of the first reviews."""

    plan: ReviewPlan
    firsts: Sequence[tuple[ReviewNeed, ReviewCandidate]]
    seconds: Sequence[tuple[ReviewNeed, ReviewCandidate]]


@dataclass(slots=True)
class ReviewNeeds:
    """All that it takes to find reviewers, with no database."""

    cohort_id: UUID
    time_zone: str
    needs: Sequence[ReviewNeed]
    pool: ReviewPool
    most_at_once: int
    asked: dict[UUID, int]
    open: dict[UUID, int]
    found: list[tuple[ReviewNeed, ReviewCandidate]] = field(default_factory=list)

    def solve(self) -> ReviewersFound:
        """Second opinions first, from staff, then mentors, then peers; then the first reviews."""
        seconds: list[tuple[ReviewNeed, ReviewCandidate]] = []
        for role in (ReviewerRole.STAFF, ReviewerRole.MENTOR, ReviewerRole.PEER):
            have = {need.submission_id for need, _ in seconds}
            left = [n for n in self.needs if n.second_opinion and n.submission_id not in have]
            seconds += self._allocate(dict.fromkeys(_ids(left), 1), left, {role})[1]
        firsts = [one for one in self.needs if one.wanted]
        wanted = {one.submission_id: one.wanted for one in firsts}
        plan, pairs = self._allocate(wanted, firsts, None)
        return ReviewersFound(plan, pairs, seconds)

    def _allocate(
        self,
        wanted: Mapping[UUID, int],
        needs: Sequence[ReviewNeed],
        roles: set[ReviewerRole] | None,
    ) -> tuple[ReviewPlan, list[tuple[ReviewNeed, ReviewCandidate]]]:
        need_of = {str(one.submission_id): one for one in needs}
        who = {str(one.person_id): one for one in self.pool.candidates}
        fits = {
            (work, person): fit_of(need.milestone, need.skills, one)
            for work, need in need_of.items()
            for person, one in who.items()
            if one.role in (roles or _roles(need.rules))
            and one.person_id not in need.asked
            and self.pool.may(need.author, one)
        }
        able = {person for _, person in fits}
        plan = allocate(
            [WorkToReview(its, wanted[need.submission_id]) for its, need in need_of.items()],
            [self._possible(one) for person, one in who.items() if person in able],
            fits,
        )
        pairs = [(need_of[work], who[person]) for work, person in plan.pairs]
        for _, one in pairs:
            for counted in (self.asked, self.open):
                counted[one.person_id] = counted.get(one.person_id, 0) + 1
        return plan, pairs

    def _possible(self, one: ReviewCandidate) -> PossibleReviewer:
        free = max(0, self.most_at_once - self.open.get(one.person_id, 0))
        return PossibleReviewer(str(one.person_id), self.asked.get(one.person_id, 0), free)


def _ids(needs: Sequence[ReviewNeed]) -> list[UUID]:
    return [one.submission_id for one in needs]


def _roles(rules: PeerReviewRules) -> set[ReviewerRole]:
    also = {ReviewerRole.MENTOR: rules.with_mentors, ReviewerRole.STAFF: rules.with_staff}
    return {ReviewerRole.PEER, *(role for role, chosen in also.items() if chosen)}


async def gather(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> ReviewNeeds | None:
    """A dozen statements, whatever waits; nothing where nobody needs a reviewer."""
    cohort = await db.get_one(Cohort, cohort_id)
    rules = await rules_in(db, cohort_id)
    needs = await _needs(db, cohort_id, rules)
    if not needs:
        return None
    asked, is_open = await _counts(db, cohort_id)
    return ReviewNeeds(
        cohort_id=cohort_id,
        time_zone=cohort.time_zone,
        needs=needs,
        pool=await pool_of(db, cohort, now=now),
        most_at_once=max(one.most_at_once for one in rules if one.is_on),
        asked=asked,
        open=is_open,
    )


async def rules_in(
    db: AsyncSession, cohort_id: UUID, *, lock: bool = False
) -> Sequence[PeerReviewRules]:
    found = select(PeerReviewRules).where(PeerReviewRules.cohort_id == cohort_id)
    found = found.order_by(PeerReviewRules.milestone)
    return (await db.scalars(found.with_for_update() if lock else found)).all()


async def _needs(
    db: AsyncSession, cohort_id: UUID, rules: Sequence[PeerReviewRules]
) -> list[ReviewNeed]:
    if not any(one.is_on for one in rules):
        return []
    item = contains_eager(Submission.plan_item)
    waiting = (
        select(Submission)
        .join(Submission.plan_item)
        .join(PlanItem.milestone)
        .join(PlanItem.enrolment)
        .join(Enrolment.cohort)
        .where(Enrolment.cohort_id == cohort_id, policy.still_waits())
        .options(item.contains_eager(PlanItem.milestone), item.contains_eager(PlanItem.enrolment))
        .order_by(Submission.submitted_at, Submission.id)
    )
    works = (await db.scalars(waiting)).all()
    ids = [one.id for one in works]
    tasks = (await db.scalars(select(ReviewTask).where(ReviewTask.submission_id.in_(ids)))).all()
    of_these = select(PeerReview).join(PeerReview.task).where(ReviewTask.submission_id.in_(ids))
    said = (await db.scalars(of_these.options(contains_eager(PeerReview.task)))).all()
    own, reviews = (
        defaultdict[UUID, list[ReviewTask]](list),
        defaultdict[UUID, list[PeerReview]](list),
    )
    for task in tasks:
        own[task.submission_id].append(task)
    for review in said:
        reviews[review.task.submission_id].append(review)
    found = [_need(one, rules, own[one.id], reviews[one.id]) for one in works]
    return [one for one in found if one is not None][:AT_ONCE]


def _need(
    work: Submission,
    rules: Sequence[PeerReviewRules],
    own: Sequence[ReviewTask],
    reviews: Sequence[PeerReview],
) -> ReviewNeed | None:
    milestone, enrolment = work.plan_item.milestone, work.plan_item.enrolment
    its = policy.rules_for(rules, milestone.slug)
    if its is None:
        return None
    taken = [one.ask for one in own if policy.is_taken(one.state)]
    differ = policy.disagree(reviews) and ReviewAsk.SECOND_OPINION not in taken
    wanted = max(0, its.reviews_each - taken.count(ReviewAsk.FIRST))
    if not (wanted or differ):
        return None
    return ReviewNeed(
        submission_id=work.id,
        milestone=milestone.slug,
        skills=milestone.skills,
        author=WorkAuthor(
            enrolment.person_id,
            enrolment.id,
            words_of(enrolment.organisations, enrolment.advisers),
        ),
        rules=its,
        wanted=wanted,
        second_opinion=differ,
        asked=frozenset(one.reviewer_id for one in own),
    )


async def _counts(db: AsyncSession, cohort_id: UUID) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """How often each was asked in this cohort, and how many of it she has still to write."""
    is_open = ReviewTask.state == ReviewTaskState.OPEN
    counts = select(ReviewTask.reviewer_id, func.count(), func.count().filter(is_open))
    counts = counts.where(ReviewTask.cohort_id == cohort_id).group_by(ReviewTask.reviewer_id)
    rows = (await db.execute(counts)).all()
    return {one: asked for one, asked, _ in rows}, {one: left for one, _, left in rows}


async def store(
    db: AsyncSession, read: ReviewNeeds, found: ReviewersFound, *, now: datetime
) -> None:
    """What still holds: the rows of the rules are locked, so that of two goes one comes after."""
    await rules_in(db, read.cohort_id, lock=True)
    still = {one.submission_id: one.wanted for one in await _needs_now(db, read.cohort_id)}
    given = [await _ask(db, read, one, ReviewAsk.SECOND_OPINION, now=now) for one in found.seconds]
    first = 0
    for need, one in found.firsts:
        if still.get(need.submission_id, 0) > 0:
            task_id = await _ask(db, read, (need, one), ReviewAsk.FIRST, now=now)
            still[need.submission_id] -= task_id is not None
            first += task_id is not None
            given.append(task_id)
    each = [
        {"cohort_id": read.cohort_id, "task_id": its_id, "why": "asked"}
        for its_id in given
        if its_id is not None
    ]
    await enqueue_each(db, "peer_reviews.tell", each, now=now)
    if first:
        plan = found.plan
        db.add(
            ReviewAllocation(
                cohort_id=read.cohort_id,
                made_at=now,
                works=sum(one.wanted > 0 for one in read.needs),
                reviewers=len(read.pool.candidates),
                wanted=plan.wanted,
                given=first,
                total=plan.total,
                bound=plan.bound,
                most=plan.most,
                least=plan.least,
                proved=plan.proved and first == len(found.firsts),
            )
        )


async def _needs_now(db: AsyncSession, cohort_id: UUID) -> list[ReviewNeed]:
    return await _needs(db, cohort_id, await rules_in(db, cohort_id))


async def _ask(
    db: AsyncSession,
    read: ReviewNeeds,
    pair: tuple[ReviewNeed, ReviewCandidate],
    ask: ReviewAsk,
    *,
    now: datetime,
) -> UUID | None:
    """The task's id; none where somebody else was quicker."""
    need, one = pair
    ends = policy.due_at(now, need.rules.days, read.time_zone)
    row = insert(ReviewTask).values(
        cohort_id=read.cohort_id,
        submission_id=need.submission_id,
        reviewer_id=one.person_id,
        role=one.role,
        ask=ask,
        state=ReviewTaskState.OPEN,
        anonymous=need.rules.anonymous,
        fit=fit_of(need.milestone, need.skills, one),
        allocated_at=now,
        due_at=ends,
        remind_at=ends - policy.BEFORE if need.rules.days > 1 else None,
    )
    task_id: UUID | None = await db.scalar(row.on_conflict_do_nothing().returning(ReviewTask.id))
    return task_id
