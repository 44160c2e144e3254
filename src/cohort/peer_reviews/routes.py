"""Peer reviews over the API."""

from uuid import UUID

from litestar import Response, Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.guides.schemas import CriterionRow
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.pages import Asked
from cohort.http.paging import PageOut, Slice, page_within, shown
from cohort.http.problems import may_refuse
from cohort.peer_reviews import reading, service
from cohort.peer_reviews.models import PeerReview, ReviewTask
from cohort.peer_reviews.reading import TaskFile
from cohort.peer_reviews.schemas import (
    PeerReviewOut,
    PeerReviewRulesIn,
    PeerReviewRulesOut,
    PeerReviewSettingsOut,
    ReviewAllocationOut,
    ReviewerFigures,
    ReviewTaskOut,
    ReviewTaskRow,
)
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study.files.downloads import answered
from cohort.study.judging import RubricChanged
from cohort.study.rubrics import version_of
from cohort.study.schemas import AttachedFileOut, LevelOut, ReviewIn


@get("/review_tasks", guards=[signed_in], responses=may_refuse())
async def list_review_tasks(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], part: NamedDependency[Slice]
) -> PageOut[ReviewTaskRow]:
    """Reviews that you were asked for and that wait, the first deadline first."""
    return shown(await reading.waiting_for(db, actor, part), task_row)


@get("/review_tasks/{task_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_review_task(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], task_id: FromPath[UUID]
) -> ReviewTaskOut:
    """What you are asked to review: the work, what was to be done, and the rubric."""
    task = await reading.task_of(db, actor, task_id)
    work, milestone = task.submission, task.submission.plan_item.milestone
    return ReviewTaskOut(
        **task_row(task).model_dump(),
        task=milestone.task,
        evidence=milestone.evidence,
        text=work.text,
        links=work.links,
        files=[file_out(task, one) for one in await reading.files_of(db, task)],
        rubric_version=version_of(milestone.rubric),
        criteria=[CriterionRow.model_validate(one) for one in milestone.rubric],
    )


@get(
    "/review_tasks/{task_id:uuid}/files/{file_id:uuid}",
    guards=[signed_in],
    media_type="application/octet-stream",
    opt={"streams": True},
    responses=may_refuse(NotFound),
)
async def download_reviewed_file(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    *,
    task_id: FromPath[UUID],
    file_id: FromPath[UUID],
) -> Stream:
    """The bytes of a file that you are asked to review, to keep.

    Where the review is anonymous, it has a neutral name. What is in it stays as it was handed in.
    """
    found = await reading.file_of(db, actor, task_id, file_id)
    return await answered(request, found.file, name=found.name)


@post(
    "/review_tasks/{task_id:uuid}/review",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.ReviewTaskOver, RubricChanged),
)
async def give_peer_review(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    task_id: FromPath[UUID],
    data: JSONBody[ReviewIn],
) -> ReviewTaskRow:
    """Write the review that you were asked for.

    It is advice to the author; of an organiser, it is the verdict.
    """
    await service.give(db, actor, task_id, data, now=clock())
    return task_row(await reading.task_of(db, actor, task_id))


@get(
    "/submissions/{submission_id:uuid}/peer_reviews",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_peer_reviews(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    submission_id: FromPath[UUID],
) -> PageOut[PeerReviewOut]:
    """What others of the cohort said of it: for the author, her mentor and the organisers.

    Where reviews are anonymous, the order says nothing of who wrote them.
    """
    found = await reading.reviews_of(db, actor, submission_id)
    named = await reading.named_in(db, actor, found)
    return shown(page_within(found, part), lambda one: review_out(one, named=one.id in named))


@put("/peer_reviews/{review_id:uuid}/thanks", guards=[signed_in], responses=may_refuse(NotFound))
async def thank_for_peer_review(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    review_id: FromPath[UUID],
) -> PeerReviewOut:
    """Say thanks for a review of your work. A second time changes nothing."""
    review = await service.thank(db, actor, review_id, now=clock())
    named = await reading.named_in(db, actor, [review])
    return review_out(review, named=bool(named))


@get(
    "/cohorts/{cohort_id:uuid}/peer_review_rules",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_peer_review_rules(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], cohort_id: FromPath[UUID]
) -> PeerReviewSettingsOut:
    """How a cohort's work is reviewed by others, and the latest time at which reviewers were found.

    For its organisers.
    """
    rules, latest = await reading.settings_of(db, actor, cohort_id)
    return PeerReviewSettingsOut(
        rules=[PeerReviewRulesOut.model_validate(one) for one in rules],
        latest=ReviewAllocationOut.model_validate(latest) if latest else None,
    )


@put(
    "/cohorts/{cohort_id:uuid}/peer_review_rules",
    guards=[signed_in],
    responses=may_refuse(NotFound, Stale, NeedsIfMatch),
)
async def set_peer_review_rules(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[PeerReviewRulesIn],
    if_match: IfMatch = None,
) -> Response[PeerReviewRulesOut]:
    """Say how work of a milestone, or of the whole cohort, is reviewed by others.

    Rules that are there need their version as If-Match. Reviewers are looked for at once.
    """
    rules = await service.set_rules(db, actor, cohort_id, data, if_match=if_match, now=clock())
    told = PeerReviewRulesOut.model_validate(rules)
    return Response(told, headers={"ETag": etag(rules.version)})


@get("/cohorts/{cohort_id:uuid}/reviewers", guards=[signed_in], responses=may_refuse(NotFound))
async def list_reviewers(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[ReviewerFigures]:
    """What each reviewer has done, and how near to the verdicts that decided; for organisers."""
    return shown(await reading.reviewers_of(db, actor, cohort_id, part), lambda one: one)


def task_row(task: ReviewTask) -> ReviewTaskRow:
    item = task.submission.plan_item
    return ReviewTaskRow(
        id=task.id,
        cohort=task.cohort.name,
        milestone=item.milestone.title,
        version=task.submission.version,
        author_name=None if task.anonymous else item.enrolment.person.name,
        anonymous=task.anonymous,
        ask=task.ask,
        state=task.state,
        due_at=task.due_at,
        time_zone=task.cohort.time_zone,
    )


def file_out(task: ReviewTask, its: TaskFile) -> AttachedFileOut:
    link = f"/api/v1/review_tasks/{task.id}/files/{its.file.id}"
    return AttachedFileOut(
        id=its.file.id, name=its.name, kind=its.file.kind, size=its.file.size, link=link
    )


def review_out(review: PeerReview, *, named: bool) -> PeerReviewOut:
    return PeerReviewOut(
        id=review.id,
        submission_id=review.task.submission_id,
        verdict=review.verdict,
        comment=review.comment,
        levels=[LevelOut.model_validate(one) for one in review.levels],
        reviewer_name=review.task.reviewer.name if named else None,
        ask=review.task.ask,
        reviewed_at=review.reviewed_at,
        thanked_at=review.thanked_at,
    )


router = Router(
    "",
    route_handlers=[
        list_review_tasks,
        read_review_task,
        download_reviewed_file,
        give_peer_review,
        list_peer_reviews,
        thank_for_peer_review,
        read_peer_review_rules,
        set_peer_review_rules,
        list_reviewers,
    ],
    tags=["study"],
    opt={"room": "study"},
)
