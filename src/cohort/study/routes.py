"""Plans, evidence and reviews over the API."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments
from cohort.errors import NotFound
from cohort.guides.schemas import CriterionRow
from cohort.http.listing import ListQuery, PartOfName, pattern
from cohort.http.paging import PageOut, Slice, listed, shown, told
from cohort.http.patterns import SLUG
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study import evidence_list, judging, plans, policy, reading, service, showing
from cohort.study.drafts import routes as draft_routes
from cohort.study.files import routes as file_routes
from cohort.study.files import service as files
from cohort.study.files.models import EvidenceFile
from cohort.study.files.schemas import attached
from cohort.study.models import ItemState, Submission
from cohort.study.plans import Step
from cohort.study.rubrics import version_of
from cohort.study.schemas import (
    LONGEST_EVIDENCE,
    CohortProgressOut,
    ListedSubmissionOut,
    MentorViewChoice,
    PlanItemOut,
    PlanMilestoneOut,
    PlanOut,
    PlanSectionOut,
    ReviewIn,
    ReviewOut,
    RubricOut,
    SubmissionIn,
    SubmissionOut,
    WaitingOut,
)
from cohort.study.waiting import waiting_for

FilesByVersion = Mapping[UUID, Sequence[EvidenceFile]]


@get("/enrolments/{enrolment_id:uuid}/plan", guards=[signed_in], responses=may_refuse(NotFound))
async def read_plan(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> PlanOut:
    """A researcher's whole plan, by date: for the researcher, the mentor and the organisers."""
    return await reading.plan(db, actor, enrolment_id, now=clock())


@get(
    "/enrolments/{enrolment_id:uuid}/mentor_view",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_mentor_view(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], enrolment_id: FromPath[UUID]
) -> MentorViewChoice:
    """What the researcher's mentor reads of her plan."""
    enrolment = await enrolments.get(db, actor, enrolment_id)
    return MentorViewChoice(mentor_sees=enrolment.mentor_sees)


@put(
    "/enrolments/{enrolment_id:uuid}/mentor_view",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def choose_mentor_view(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
    data: JSONBody[MentorViewChoice],
) -> MentorViewChoice:
    """Say what your mentor reads of your plan."""
    await showing.choose(db, actor, enrolment_id, data.mentor_sees)
    return data


@get("/plan_items/{item_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_plan_item(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    item_id: FromPath[UUID],
) -> PlanItemOut:
    """One milestone of a plan, with what was handed in last."""
    _, step = await plans.step_of(db, actor, item_id, now=clock())
    found = await files.by_version(db, [step.newest.id] if step.newest else [])
    return item_out(step, found)


@get("/plan_items/{item_id:uuid}/submissions", guards=[signed_in], responses=may_refuse(NotFound))
async def list_submissions(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    item_id: FromPath[UUID],
) -> PageOut[SubmissionOut]:
    """Every version of the evidence with its review, the oldest first."""
    versions = await plans.versions_of(db, actor, item_id, part)
    found = await files.by_version(db, [one.id for one in versions.items])
    return shown(versions, lambda one: submission_out(one, found))


@post(
    "/plan_items/{item_id:uuid}/submissions",
    guards=[signed_in],
    request_max_body_size=LONGEST_EVIDENCE,
    responses=may_refuse(NotFound, service.AlreadyPassed, service.PlanFrozen),
)
async def submit_evidence(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    item_id: FromPath[UUID],
    data: JSONBody[SubmissionIn],
) -> SubmissionOut:
    """Hand in evidence as the next version. The same again, before its review, changes nothing."""
    submission = await service.submit(db, actor, item_id, data, now=clock())
    found = await files.by_version(db, [submission.id])
    return submission_out(submission, found)


@post(
    "/submissions/{submission_id:uuid}/review",
    guards=[signed_in],
    responses=may_refuse(
        NotFound,
        service.AlreadyReviewed,
        judging.NewerVersion,
        service.PlanFrozen,
        judging.RubricChanged,
    ),
)
async def review_submission(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    submission_id: FromPath[UUID],
    data: JSONBody[ReviewIn],
) -> ReviewOut:
    """Pass the newest version, or ask for another look: as organiser or mentor."""
    judged = await service.review(db, actor, submission_id, data, now=clock())
    return ReviewOut.model_validate(judged)


@get("/submissions/{submission_id:uuid}/rubric", guards=[signed_in], responses=may_refuse(NotFound))
async def read_rubric(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    submission_id: FromPath[UUID],
) -> RubricOut:
    """What a review of this looks at, as the milestone has it now."""
    rubric = await plans.rubric_of(db, actor, submission_id)
    criteria = [CriterionRow.model_validate(one) for one in rubric]
    return RubricOut(version=version_of(rubric), criteria=criteria)


@put("/reviews/{review_id:uuid}/thanks", guards=[signed_in], responses=may_refuse(NotFound))
async def thank_for_review(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    review_id: FromPath[UUID],
) -> ReviewOut:
    """Say thanks for a review of your work. A second time changes nothing."""
    return ReviewOut.model_validate(await judging.thank(db, actor, review_id, now=clock()))


class SubmissionSort(StrEnum):
    OLDEST = "submitted_at"
    NEWEST = "-submitted_at"
    RESEARCHER = "researcher"


def wanted_submissions(
    q: PartOfName = None,
    in_state: Annotated[
        ItemState | None,
        QueryParameter(
            name="state", description="Only those in this state; `submitted` waits for a review."
        ),
    ] = None,
    milestone: Annotated[
        str | None,
        QueryParameter(
            max_length=80, pattern=SLUG, description="Only for this milestone: its slug."
        ),
    ] = None,
    enrolment_id: Annotated[
        UUID | None, QueryParameter(description="Only what this researcher handed in.")
    ] = None,
    sort: Annotated[
        SubmissionSort, QueryParameter(description="The order.")
    ] = SubmissionSort.OLDEST,
) -> ListQuery:
    about = {"milestone": milestone, "enrolment_id": enrolment_id}
    return ListQuery(sort, {"q": pattern(q), "state": in_state, **about})


@get(
    "/cohorts/{cohort_id:uuid}/submissions",
    guards=[signed_in],
    dependencies={"wanted": Provide(wanted_submissions, sync_to_thread=False)},
    responses=may_refuse(NotFound),
)
async def list_cohort_submissions(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    cohort_id: FromPath[UUID],
) -> PageOut[ListedSubmissionOut]:
    """What was handed in last for each milestone, of every researcher whose plan you see."""
    return listed(await evidence_list.list_in(db, actor, cohort_id, wanted, part), told)


@get("/reviews/waiting", guards=[signed_in], responses=may_refuse())
async def list_waiting_reviews(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], part: NamedDependency[Slice]
) -> PageOut[WaitingOut]:
    """Evidence that awaits your review, who waits longest first."""
    return shown(await waiting_for(db, actor, part), waiting_out)


@get("/cohorts/{cohort_id:uuid}/progress", guards=[signed_in], responses=may_refuse(NotFound))
async def read_progress(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> CohortProgressOut:
    """How far each researcher is in each section of the guide; for organisers."""
    return await reading.progress(db, actor, cohort_id, part, now=clock())


def item_out(step: Step, found: FilesByVersion) -> PlanItemOut:
    item = step.item
    return PlanItemOut(
        id=item.id,
        enrolment_id=item.enrolment_id,
        milestone=PlanMilestoneOut.model_validate(item.milestone),
        section=PlanSectionOut.model_validate(item.milestone.section),
        due_at=item.due_at,
        state=item.state,
        is_late=step.is_late,
        passed_at=item.passed_at,
        waits_for=list(step.waits_for),
        newest=submission_out(step.newest, found) if step.newest else None,
    )


def submission_out(submission: Submission, found: FilesByVersion) -> SubmissionOut:
    its = submission
    return SubmissionOut(
        id=its.id,
        plan_item_id=its.plan_item_id,
        version=its.version,
        text=its.text,
        links=its.links,
        files=[attached(one) for one in found.get(its.id, ())],
        submitted_at=its.submitted_at,
        peer_reviews=its.peer_reviews,
        review=ReviewOut.model_validate(its.review) if its.review else None,
    )


def waiting_out(submission: Submission) -> WaitingOut:
    item = submission.plan_item
    return WaitingOut(
        submission_id=submission.id,
        plan_item_id=item.id,
        enrolment_id=item.enrolment_id,
        cohort_id=item.enrolment.cohort_id,
        researcher=item.enrolment.person.name,
        milestone=item.milestone.title,
        version=submission.version,
        due_at=item.due_at,
        submitted_at=submission.submitted_at,
        review_by=policy.review_by(submission),
    )


router = Router(
    "",
    route_handlers=[
        read_plan,
        read_mentor_view,
        choose_mentor_view,
        read_plan_item,
        list_submissions,
        submit_evidence,
        review_submission,
        read_rubric,
        thank_for_review,
        list_cohort_submissions,
        list_waiting_reviews,
        read_progress,
        file_routes.router,
        draft_routes.router,
    ],
    tags=["study"],
    opt={"room": "study"},
)
