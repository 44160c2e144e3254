"""The public sign-up of mentors, and an organiser's view of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import own_terms
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Invalid, TooMany
from cohort.http.forms import Form, Sent, checked, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.mentors import confirming, service
from cohort.mentors.forms import MentorChoices, offered_choices, typed_mentor
from cohort.mentors.models import Mentor, UnconfirmedMentor
from cohort.mentors.schemas import MentorIn, RefusalIn
from cohort.people import proof
from cohort.people import service as people
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions import forms as question_forms
from cohort.questions import service as questions
from cohort.questions.forms import Field
from cohort.questions.models import AnswerOf, GivenAnswer


@get("/mentors/join", guards=[public])
async def cohorts_to_join(request: Asked, db: NamedDependency[AsyncSession]) -> Response[str]:
    return page(request, "mentors/join.html", cohorts=await service.list_taking_mentors(db))


@get("/mentors/join/{slug:str}", guards=[public])
async def join_page(
    request: Asked, db: NamedDependency[AsyncSession], slug: FromPath[str]
) -> Response[str]:
    cohort = await service.taking_mentors(db, Cohort.slug == slug)
    usual = {"time_zone": cohort.time_zone, "languages": ["en"], "capacity": 2}
    return await _sign_up(request, db, cohort, Form(usual))


@post("/mentors/join/{slug:str}", guards=[public])
async def join(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    redis: NamedDependency[Redis],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """The form, then a summary, then the sign-up; each page holds all that was typed."""
    cohort = await service.taking_mentors(db, Cohort.slug == slug)
    sent, asked = await sent_by(request), await questions.asked_of(db, cohort.id, AnswerOf.MENTOR)
    if sent.is_of_a_program:
        return see("/mentors/thanks")
    answers = {"answers": question_forms.typed_answers(sent, asked)}
    form = checked(MentorIn, typed_mentor(sent, MentorIn) | answers)
    if form.value is not None and sent.step != "change":
        try:
            await _check(db, request.user, cohort.id, form.value)
            if sent.step == "summary":
                return await _look_over(request, db, cohort, form, sent)
            await _charge(request, tries, redis, slug, form.value, sent, now=clock())
            await _sign_up_or_ask(db, request.user, cohort.id, form.value, now=clock())
        except TooMany as refusal:
            form = form.refused(refusal, status=refusal.status)
        except Invalid as refusal:
            form = question_forms.with_errors(form, refusal, asked)
        else:
            return see("/mentors/thanks")
    elif sent.step == "change":
        form = Form(form.typed)
    return await _sign_up(request, db, cohort, form)


async def _check(db: AsyncSession, actor: Person | None, cohort_id: UUID, form: MentorIn) -> None:
    """What a sign-up would refuse, before anything is shown as being ready."""
    if actor is None:
        people.require_sender(form.name, form.email)
    await service.check_sign_up(db, cohort_id, form)


async def _charge(
    request: Asked,
    tries: Tries,
    redis: Redis,
    slug: str,
    form: MentorIn,
    sent: Sent,
    *,
    now: datetime,
) -> None:
    if request.user is None and form.email is not None:
        given = "".join(sent.texts("proof"))
        proven = await proof.is_given(redis, f"mentor/{slug}", given, now=now)
        await tries.form(form.email, proven=proven)


@dataclass(frozen=True, slots=True)
class LookOverView:
    """What was typed, before it is sent."""

    cohort: Cohort
    profile: Mapping[str, Any]
    own_questions: Sequence[Field]
    carried: Sequence[tuple[str, str]]
    titles: Mapping[tuple[str, str], str]
    languages: Mapping[str, str]


async def _look_over(
    request: Asked, db: AsyncSession, cohort: Cohort, form: Form[MentorIn], sent: Sent
) -> Response[str]:
    profile = form.value
    if profile is None:
        raise Invalid("Fill the form.")
    titles = await own_terms.titles(db, cohort.id)
    shown = profile.model_dump(mode="json")
    asked = await questions.asked_of(db, cohort.id, AnswerOf.MENTOR)
    own = question_forms.fields(asked, AnswerOf.MENTOR, shown)
    view = LookOverView(cohort, shown, own, sent.carried(), titles, LANGUAGES)
    return page(request, "mentors/look_over.html", view)


async def _sign_up_or_ask(
    db: AsyncSession, actor: Person | None, cohort_id: UUID, form: MentorIn, *, now: datetime
) -> None:
    if actor is not None:
        await service.sign_up(db, actor, cohort_id, form, now=now)
        return
    await service.check_sign_up(db, cohort_id, form)
    await confirming.ask_to_confirm(db, cohort_id, form, now=now)


@dataclass(frozen=True, slots=True)
class SignUpView:
    """The public form: where it leads, and what can be chosen on it."""

    cohort: Cohort
    offered: MentorChoices
    own_questions: Sequence[Field]


async def _sign_up(
    request: Asked, db: AsyncSession, cohort: Cohort, form: Form[MentorIn]
) -> Response[str]:
    asked = await questions.asked_of(db, cohort.id, AnswerOf.MENTOR)
    fields = question_forms.fields(asked, AnswerOf.MENTOR, form.typed)
    view = SignUpView(cohort, await offered_choices(db, cohort.id, form.typed), fields)
    return page(request, "mentors/sign_up.html", view, form=form)


@get("/mentors/thanks", guards=[public])
async def thanks_page(request: Asked) -> Response[str]:
    return page(request, "mentors/thanks.html")


@dataclass(frozen=True, slots=True)
class ConfirmMentorView:
    """What was typed, for whoever has the link to it."""

    waiting: UnconfirmedMentor
    titles: Mapping[tuple[str, str], str]
    languages: Mapping[str, str]


@get("/mentors/confirm/{token:str}", guards=[public])
async def confirm_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str]:
    # A button, not the link itself: mail scanners open links before people do.
    waiting = await confirming.read_unconfirmed(db, token, now=clock())
    view = ConfirmMentorView(waiting, await own_terms.titles(db, waiting.cohort_id), LANGUAGES)
    return page(request, "mentors/confirm.html", view)


@post("/mentors/confirm/{token:str}", guards=[public])
async def confirm(
    db: NamedDependency[AsyncSession], clock: NamedDependency[Clock], token: FromPath[str]
) -> Redirect:
    choose_password = await confirming.confirm(db, token, now=clock())
    thanks = "Thank you. The organisers are told, and answer you by mail."
    if choose_password is not None:
        saying = f"{thanks} Choose a password, to see your mentees later."
        return see(f"/password/{choose_password}", saying=saying)
    return see("/login?next=/mentoring", saying=thanks)


@get("/mentors/{mentor_id:uuid}", guards=[signed_in])
async def mentor_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Response[str]:
    return await _mentor(request, db, actor, mentor_id, Form())


@post("/mentors/{mentor_id:uuid}/approve", guards=[signed_in])
async def approve(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Redirect:
    mentor = await service.approve(db, actor, mentor_id, now=clock())
    notice = f"{mentor.person.name} is approved, and is in the next matching."
    return see(f"/mentors/{mentor_id}", saying=notice)


@post("/mentors/{mentor_id:uuid}/decline", guards=[signed_in])
async def decline(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, RefusalIn)
    if form.value is None:
        return await _mentor(request, db, actor, mentor_id, form)
    mentor = await service.decline(db, actor, mentor_id, form.value.note, now=clock())
    return see(f"/mentors/{mentor_id}", saying=f"{mentor.person.name} is told, with your words.")


@dataclass(frozen=True, slots=True)
class MentorView:
    """What the organisers read of a mentor before they decide."""

    mentor: Mentor
    titles: Mapping[tuple[str, str], str]
    languages: Mapping[str, str]
    may_decide: bool
    answers: Sequence[GivenAnswer]


async def _mentor(
    request: Asked, db: AsyncSession, actor: Person, mentor_id: UUID, form: Form[RefusalIn]
) -> Response[str]:
    mentor = await service.get(db, actor, mentor_id)
    view = MentorView(
        mentor=mentor,
        titles=await own_terms.titles(db, mentor.cohort_id),
        languages=LANGUAGES,
        may_decide=await cohorts.may_organise(db, actor, mentor.cohort_id),
        answers=await answering.given(db, mentor.cohort_id, mentor.person_id, AnswerOf.MENTOR),
    )
    return page(request, "mentors/mentor.html", view, form=form)


router = Router(
    "",
    route_handlers=[
        cohorts_to_join,
        join_page,
        join,
        thanks_page,
        confirm_page,
        confirm,
        mentor_page,
        approve,
        decline,
    ],
    include_in_schema=False,
)
