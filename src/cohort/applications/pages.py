"""Applying in a browser, with or without an account, and seeing what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications import policy, service
from cohort.applications.models import Application, ApplicationState, UnconfirmedApplication
from cohort.applications.schemas import ApplicationChange, ApplicationIn
from cohort.clock import Clock
from cohort.cohorts import enrolments, own_terms
from cohort.cohorts import service as cohorts
from cohort.cohorts.forms import ProfileChoices, offered_choices, typed_profile
from cohort.cohorts.models import Cohort
from cohort.cohorts.policy import applications_close_at
from cohort.errors import Invalid, NotAllowed, NotFound, Stale, TooMany
from cohort.http.forms import Form, Sent, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.people import proof
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions import forms as question_forms
from cohort.questions import service as questions
from cohort.questions.forms import Field
from cohort.questions.models import AnswerOf


@get("/cohorts/{slug:str}/apply", guards=[public])
async def apply_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    cohort, own = await _asked_for(db, request.user, slug)
    usual = own.profile if own else {"time_zone": cohort.time_zone, "languages": ["en"]}
    if own is not None:
        told = await answering.given(db, cohort.id, own.person_id, AnswerOf.RESEARCHER)
        usual = usual | {"answers": {one.question.name: one.value for one in told}}
    return await _apply(request, db, cohort, own, Form(usual), now=clock())


@post("/cohorts/{slug:str}/apply", guards=[public])
async def apply(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    redis: NamedDependency[Redis],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """Apply, after a summary; or, for who has, keep the profile."""
    cohort, own = await _asked_for(db, request.user, slug)
    sent = await sent_by(request)
    if sent.is_of_a_program:
        return see("/applications/sent")
    typed = typed_profile(sent, own.profile["weekly_hours"] if own else [])
    who = {name: text for name in ("name", "email") for text in sent.texts(name)}
    asked = await questions.asked_of(db, cohort.id, AnswerOf.RESEARCHER)
    answers = {"answers": question_forms.typed_answers(sent, asked)}
    form = checked(ApplicationIn, typed | who | answers)
    if form.value is not None and sent.step != "change":
        try:
            if sent.step == "summary":
                return await _look_over(request, db, cohort, form.value, sent, now=clock())
            if request.user is None and form.value.email is not None:
                given = "".join(sent.texts("proof"))
                proven = await proof.is_given(redis, f"researcher/{slug}", given, now=clock())
                await tries.form(form.value.email, proven=proven)
            return await _keep(db, request.user, cohort, own, form, now=clock())
        except TooMany as refusal:
            form = form.refused(refusal, status=refusal.status)
        except (Invalid, Stale, service.ApplicationsClosed, service.ApplicationDecided) as refusal:
            form = question_forms.with_errors(form, refusal, asked)
        except (enrolments.AlreadyEnrolled, service.AlreadyApplied):
            return see(f"/cohorts/{slug}/apply")  # which says why
    elif sent.step == "change":
        form = Form(form.typed)
    return await _apply(request, db, cohort, own, form, now=clock())


async def _keep(
    db: AsyncSession,
    actor: Person | None,
    cohort: Cohort,
    own: Application | None,
    form: Form[ApplicationIn],
    *,
    now: datetime,
) -> Redirect:
    profile, here = form.value, f"/cohorts/{cohort.slug}/apply"
    if profile is None:
        raise Invalid("Fill the form.")
    if actor is not None and own is not None and own.state in policy.STANDING:
        change = ApplicationChange(**profile.model_dump(exclude={"name", "email", "answers"}))
        await service.change(db, actor, own.id, change, if_match=form.seen, now=now)
        side, answers = AnswerOf.RESEARCHER, profile.answers
        await answering.keep(db, cohort.id, actor.id, side, answers, now=now)
        return see(here, saying="Your application is kept.")
    await service.apply(db, actor, cohort.id, profile, now=now)
    if actor is None:
        return see("/applications/sent")
    return see(here, saying=f"You have applied to {cohort.name}.")


@dataclass(frozen=True, slots=True)
class ApplicationSummary:
    """What was typed, before it is sent."""

    cohort: Cohort
    profile: Mapping[str, Any]
    own_questions: Sequence[Field]
    carried: Sequence[tuple[str, str]]
    titles: Mapping[tuple[str, str], str]
    languages: Mapping[str, str]


async def _look_over(
    request: Asked,
    db: AsyncSession,
    cohort: Cohort,
    profile: ApplicationIn,
    sent: Sent,
    *,
    now: datetime,
) -> Response[str]:
    await service.check_form(db, request.user, cohort.id, profile, now=now)
    titles = await own_terms.titles(db, cohort.id)
    shown = profile.model_dump(mode="json")
    asked = await questions.asked_of(db, cohort.id, AnswerOf.RESEARCHER)
    own = question_forms.fields(asked, AnswerOf.RESEARCHER, shown)
    view = ApplicationSummary(cohort, shown, own, sent.carried(), titles, LANGUAGES)
    return page(request, "applications/look_over.html", view)


async def _asked_for(
    db: AsyncSession, actor: Person | None, slug: str
) -> tuple[Cohort, Application | None]:
    """For strangers, where anyone may apply; for others also what they applied to before."""
    if actor is None:
        cohort = await db.scalar(policy.that_take_applications().where(Cohort.slug == slug))
        if cohort is None:
            raise NotFound
        return cohort, None
    cohort = await cohorts.get_by_slug(db, actor, slug)
    return cohort, await service.find_own(db, actor, cohort.id)


@dataclass(frozen=True, slots=True)
class ApplyView:
    """The form, or what became of the one that was sent."""

    cohort: Cohort
    own: Application | None
    may_apply: bool
    may_change: bool
    closes_at: datetime | None
    place: int
    offered: ProfileChoices
    own_questions: Sequence[Field]


async def _apply(
    request: Asked,
    db: AsyncSession,
    cohort: Cohort,
    own: Application | None,
    form: Form[Any],
    *,
    now: datetime,
) -> Response[str]:
    is_open = policy.takes_applications(cohort, now)
    asked = await questions.asked_of(db, cohort.id, AnswerOf.RESEARCHER)
    waits = own is not None and own.state is ApplicationState.WAITLISTED
    view = ApplyView(
        cohort=cohort,
        own=own,
        may_apply=is_open and (own is None or own.state is ApplicationState.WITHDRAWN),
        may_change=is_open and own is not None and own.state in policy.STANDING,
        closes_at=applications_close_at(cohort),
        place=await service.place_in_line(db, own) if own is not None and waits else 0,
        offered=await offered_choices(db, cohort.id, form.typed),
        own_questions=question_forms.fields(asked, AnswerOf.RESEARCHER, form.typed),
    )
    return page(request, "applications/apply.html", view, form=form)


@post("/cohorts/{slug:str}/apply/withdrawal", guards=[signed_in])
async def withdraw(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Redirect:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    own = await service.find_own(db, actor, cohort.id)
    if own is None:
        raise NotAllowed("You have not applied to this cohort.")
    await service.withdraw(db, actor, own.id, now=clock())
    return see(f"/cohorts/{slug}/apply", saying="Your application is withdrawn.")


@get("/applications", guards=[signed_in])
async def applications_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
) -> Response[str]:
    found = await service.list_own(db, actor, part)
    return page(
        request,
        "applications/own.html",
        applications=found.items,
        next=found.next,
        first=part.cursor,
    )


@get("/applications/sent", guards=[public])
async def sent_page(request: Asked) -> Response[str]:
    return page(request, "applications/sent.html")


@dataclass(frozen=True, slots=True)
class ConfirmedView:
    """What was typed, for whoever has the link to it."""

    waiting: UnconfirmedApplication
    cohort: Cohort
    titles: Any
    languages: Any


@get("/applications/confirm/{token:str}", guards=[public])
async def confirm_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str]:
    # A button, not the link itself: mail scanners open links before people do.
    waiting = await service.read_unconfirmed(db, token, now=clock())
    titles = await own_terms.titles(db, waiting.cohort_id)
    view = ConfirmedView(waiting, waiting.cohort, titles, LANGUAGES)
    return page(request, "applications/confirm.html", view)


@post("/applications/confirm/{token:str}", guards=[public])
async def confirm(
    db: NamedDependency[AsyncSession], clock: NamedDependency[Clock], token: FromPath[str]
) -> Redirect:
    application, choose_password = await service.confirm(db, token, now=clock())
    thanks = f"You have applied to {application.cohort.name}."
    if choose_password is not None:
        saying = f"{thanks} Choose a password, to see what becomes of it."
        return see(f"/password/{choose_password}", saying=saying)
    return see(f"/login?next=/cohorts/{application.cohort.slug}/apply", saying=thanks)


router = Router(
    "",
    route_handlers=[
        apply_page,
        apply,
        withdraw,
        applications_page,
        sent_page,
        confirm_page,
        confirm,
    ],
    include_in_schema=False,
)
