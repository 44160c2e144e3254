"""Reading, scoring and deciding on applications, in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications import decisions, reviews
from cohort.applications.models import Application, ApplicationState
from cohort.applications.reviews import Ranked, Reviews
from cohort.applications.schemas import ApplicationReviewIn, DecisionIn, OutcomeOut
from cohort.clock import Clock
from cohort.cohorts import enrolments, own_terms
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Invalid
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions.models import AnswerOf, GivenAnswer


@get("/cohorts/{slug:str}/applications", guards=[signed_in])
async def list_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    return await _list(request, db, actor, cohort, Form(), part)


@post("/cohorts/{slug:str}/applications", guards=[signed_in])
async def decide(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """With `dry_run`, the same page says what would happen."""
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    form = await read_form(request, DecisionIn)
    outcomes: Sequence[OutcomeOut] = ()
    if form.value is not None:
        is_trial = form.value.dry_run
        try:
            outcomes = await decisions.decide(db, actor, cohort.id, form.value, now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            if not is_trial:
                return see(f"/cohorts/{slug}/applications", saying=_in_short(outcomes))
            await db.refresh(cohort)
    return await _list(request, db, actor, cohort, form, Slice(), outcomes)


def _in_short(outcomes: Sequence[OutcomeOut]) -> str:
    changed = [one for one in outcomes if one.refusal is None and one.before != one.after]
    refused = [f"{one.name}: {one.refusal}" for one in outcomes if one.refusal is not None]
    decided = f"{len(changed)} of {len(outcomes)} decided."
    return " ".join([decided, *refused[:3]])


@dataclass(frozen=True, slots=True)
class ListView:
    """The applications to a cohort, and what a decision would do to some of them."""

    cohort: Cohort
    ranked: Sequence[Ranked]
    next: str | None
    state: str
    counts: Mapping[ApplicationState, int]
    imported: int
    """Who has a seat without an application, by a list, and has not confirmed yet."""
    states: Sequence[ApplicationState]
    later: Sequence[Cohort]
    outcomes: Sequence[OutcomeOut]


async def _list(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    form: Form[DecisionIn],
    part: Slice,
    outcomes: Sequence[OutcomeOut] = (),
) -> Response[str]:
    asked = request.query_params.get("state", "")
    state = ApplicationState(asked) if asked in set(ApplicationState) else None
    found = await reviews.list_ranked(db, actor, cohort.id, part, state=state)
    view = ListView(
        cohort=cohort,
        ranked=found.items,
        next=found.next,
        state=state or "",
        counts=await reviews.count_by_state(db, cohort.id),
        imported=await enrolments.count_unconfirmed(db, cohort.id),
        states=list(ApplicationState),
        later=await decisions.later_cohorts(db, actor, cohort),
        outcomes=outcomes,
    )
    return page(request, "applications/list.html", view, form=form)


@get("/applications/{application_id:uuid}", guards=[signed_in])
async def review_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    application_id: FromPath[UUID],
) -> Response[str]:
    return await _one(request, db, actor, application_id, Form())


@post("/applications/{application_id:uuid}", guards=[signed_in])
async def review(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    application_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, ApplicationReviewIn)
    if form.value is None:
        return await _one(request, db, actor, application_id, form)
    try:
        await reviews.review(db, actor, application_id, form.value, now=clock())
    except reviews.ReviewsRevealed as refusal:
        return await _one(request, db, actor, application_id, form.refused(refusal))
    return see(f"/applications/{application_id}", saying="Your score is kept.")


@dataclass(frozen=True, slots=True)
class ReviewView:
    """An application as an organiser reads it."""

    application: Application
    cohort: Cohort
    reviews: Reviews
    titles: Mapping[tuple[str, str], str]
    languages: Mapping[str, str]
    is_scored: bool
    answers: Sequence[GivenAnswer]


async def _one(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    application_id: UUID,
    form: Form[ApplicationReviewIn],
) -> Response[str]:
    application = await reviews.get_to_review(db, actor, application_id)
    found = await reviews.read(db, actor, application)
    own = next((one for one in found.seen if one.reviewer_id == actor.id), None)
    if own is not None and not form.typed:
        said: dict[str, Any] = {"score": str(own.score), "note": own.note}
        form = Form(said)
    of = application.cohort_id, application.person_id
    view = ReviewView(
        application=application,
        cohort=application.cohort,
        reviews=found,
        titles=await own_terms.titles(db, application.cohort_id),
        languages=LANGUAGES,
        is_scored=own is not None,
        answers=await answering.given(db, *of, AnswerOf.RESEARCHER),
    )
    return page(request, "applications/review.html", view, form=form)


router = Router(
    "", route_handlers=[list_page, decide, review_page, review], include_in_schema=False
)
