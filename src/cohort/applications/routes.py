"""Applications over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Request, Response, Router, get, patch, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications import decisions, reviews, service
from cohort.applications.models import Application, ApplicationState
from cohort.applications.schemas import (
    ApplicationChange,
    ApplicationIn,
    ApplicationOut,
    ApplicationReviewIn,
    ApplicationReviewOut,
    DecisionIn,
    DecisionsOut,
    RankedApplicationOut,
)
from cohort.clock import Clock
from cohort.cohorts.enrolments import AlreadyEnrolled
from cohort.errors import NeedsIfMatch, NotFound, Stale, TooMany
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.people.schemas import NoticeOut
from cohort.people.throttle import Tries

THANKS = "Thank you. We have sent you a mail with the next step."


def answered(application: Application) -> Response[ApplicationOut]:
    out = ApplicationOut.model_validate(application)
    return Response(out, headers={"ETag": etag(application.version)})


@post(
    "/cohorts/{cohort_id:uuid}/applications",
    guards=[public],
    status_code=202,
    responses=may_refuse(
        NotFound, service.ApplicationsClosed, service.AlreadyApplied, AlreadyEnrolled, TooMany
    ),
)
async def apply_to_cohort(
    request: Request[Person | None, object, State],
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    *,
    cohort_id: FromPath[UUID],
    data: JSONBody[ApplicationIn],
) -> NoticeOut:
    """Apply for a seat in a cohort that gives its seats by application, with or without an account.

    Signed in, you are the applicant, and name and e-mail are not read. Else both are needed, and
    the form counts once the link in the mail is opened. The answer never tells whether an address
    is known.
    """
    if request.user is not None:
        await signed_in(request, request.route_handler)  # an API key needs its scope here too
    elif data.email is not None:
        await tries.form(data.email)
    await service.apply(db, request.user, cohort_id, data, now=clock())
    return NoticeOut(detail=THANKS)


@get("/cohorts/{cohort_id:uuid}/applications", guards=[signed_in], responses=may_refuse(NotFound))
async def list_applications(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
    at: Annotated[
        ApplicationState | None,
        QueryParameter(name="state", description="Only those in this state."),
    ] = None,
) -> PageOut[RankedApplicationOut]:
    """The applications to a cohort that you run: the best mean first, then the earliest."""
    return shown(await reviews.list_ranked(db, actor, cohort_id, part, state=at), _ranked)


def _ranked(one: reviews.Ranked) -> RankedApplicationOut:
    out = ApplicationOut.model_validate(one.application).model_dump()
    return RankedApplicationOut(**out, reviews=one.reviews, mean=one.mean)


@get("/applications", guards=[signed_in], responses=may_refuse())
async def list_own_applications(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], part: NamedDependency[Slice]
) -> PageOut[ApplicationOut]:
    """Your own applications, the oldest first."""
    return shown(await service.list_own(db, actor, part), ApplicationOut.model_validate)


@get("/applications/{application_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_application(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    application_id: FromPath[UUID],
) -> Response[ApplicationOut]:
    """An application, for the applicant and for the organisers of the cohort."""
    return answered(await service.get(db, actor, application_id))


@patch(
    "/applications/{application_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(
        NotFound, service.ApplicationsClosed, service.ApplicationDecided, Stale, NeedsIfMatch
    ),
)
async def change_application(
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    application_id: FromPath[UUID],
    data: JSONBody[ApplicationChange],
    if_match: IfMatch = None,
) -> Response[ApplicationOut]:
    """Change what you name of your own profile, until the last day and while nothing is decided."""
    return answered(
        await service.change(db, actor, application_id, data, if_match=if_match, now=clock())
    )


@post(
    "/applications/{application_id:uuid}/withdrawal",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def withdraw_application(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    application_id: FromPath[UUID],
) -> Response[ApplicationOut]:
    """Take your application back, and give back the seat that it may have got."""
    return answered(await service.withdraw(db, actor, application_id, now=clock()))


@get(
    "/applications/{application_id:uuid}/reviews",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_application_reviews(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    application_id: FromPath[UUID],
) -> PageOut[ApplicationReviewOut]:
    """Your own review, and those of the others once as many are in as the cohort needs."""
    application = await reviews.get_to_review(db, actor, application_id)
    found = await reviews.read(db, actor, application)
    return PageOut(
        items=[ApplicationReviewOut.model_validate(one) for one in found.seen], next=None
    )


@put(
    "/applications/{application_id:uuid}/review",
    guards=[signed_in],
    responses=may_refuse(NotFound, reviews.ReviewsRevealed),
)
async def review_application(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    application_id: FromPath[UUID],
    data: JSONBody[ApplicationReviewIn],
) -> ApplicationReviewOut:
    """Score an application to a cohort that you run; you may change it while scores are hidden."""
    reviewed = await reviews.review(db, actor, application_id, data, now=clock())
    return ApplicationReviewOut.model_validate(reviewed)


@post(
    "/cohorts/{cohort_id:uuid}/decisions",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def decide_on_applications(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[DecisionIn],
) -> DecisionsOut:
    """Accept, decline, waitlist or defer many applications at once.

    What cannot be decided stays as it is, and says why: there are never more accepted than seats.
    With `dry_run` the answer is the same, and nothing is kept. Who is on the waitlist gets the
    next free seat without a further decision.
    """
    outcomes = await decisions.decide(db, actor, cohort_id, data, now=clock())
    return DecisionsOut(dry_run=data.dry_run, outcomes=outcomes)


router = Router(
    "",
    route_handlers=[
        apply_to_cohort,
        list_applications,
        list_own_applications,
        read_application,
        change_application,
        withdraw_application,
        list_application_reviews,
        review_application,
        decide_on_applications,
    ],
    tags=["applications"],
    opt={"room": "applications"},
)
