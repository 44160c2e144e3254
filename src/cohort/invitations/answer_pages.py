"""Answering an invitation in a browser, without an account."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications.service import AlreadyApplied
from cohort.clock import Clock
from cohort.cohorts import forms as researchers
from cohort.cohorts.enrolments import AlreadyEnrolled, CohortFull
from cohort.errors import Invalid
from cohort.http.forms import Form, Sent, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.invitations import answers
from cohort.invitations.models import InvitedAs, MailedInvitation
from cohort.invitations.schemas import MentorAnswer, ResearcherAnswer
from cohort.mentors import forms as mentors
from cohort.people.auth import public
from cohort.people.models import Person
from cohort.questions import forms as question_forms
from cohort.questions import service as questions
from cohort.questions.forms import Field
from cohort.questions.models import AnswerOf, Question


@dataclass(frozen=True, slots=True)
class AnswerView:
    """The form of an invitation, for whoever has the link."""

    invitation: MailedInvitation
    token: str
    offered: Any
    own_questions: Sequence[Field]


@get("/invitations/{token:str}", guards=[public], opt={"secret_answer": True})
async def invitation_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    state: State,
    token: FromPath[str],
) -> Response[str]:
    invitation = await answers.read(db, token, now=clock())
    await answers.note_opened(state.sessions, invitation, now=clock())
    usual = {
        "name": invitation.name,
        "time_zone": invitation.cohort.time_zone,
        "languages": ["en"],
        "capacity": 2,
    } | invitation.profile
    return await _show(request, db, invitation, token, Form(usual))


@post("/invitations/{token:str}", guards=[public])
async def answer(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str] | Redirect:
    invitation = await answers.read(db, token, now=clock())
    asked = await _questions(db, invitation)
    form, keep = _answered(invitation, await sent_by(request), asked)
    if form.value is not None:
        try:
            person = await keep(db, token, form.value, now=clock())
        except (Invalid, CohortFull, AlreadyEnrolled, AlreadyApplied) as refusal:
            form = question_forms.with_errors(form, refusal, asked)
        else:
            choose_password = await answers.first_password(db, person, now=clock())
            return _thank(invitation, choose_password)
    return await _show(request, db, invitation, token, form)


Keep = Callable[..., Awaitable[Person]]


async def _questions(db: AsyncSession, invitation: MailedInvitation) -> list[Question]:
    return await questions.asked_of(db, invitation.cohort_id, AnswerOf(invitation.invited_as))


def _answered(
    invitation: MailedInvitation, sent: Sent, asked: Sequence[Question]
) -> tuple[Form[Any], Keep]:
    own = {"answers": question_forms.typed_answers(sent, asked)}
    if invitation.invited_as is InvitedAs.MENTOR:
        typed = mentors.typed_mentor(sent, MentorAnswer) | own
        return checked(MentorAnswer, typed), answers.answer_as_mentor
    typed = own | researchers.typed_profile(sent, []) | {"name": " ".join(sent.texts("name"))}
    return checked(ResearcherAnswer, typed), answers.answer_as_researcher


def _thank(invitation: MailedInvitation, choose_password: str | None) -> Redirect:
    cohort = invitation.cohort
    if invitation.keeps_seat:
        thanks = f"You have a seat in {cohort.name}."
    elif invitation.admits:
        thanks = f"You are a mentor of {cohort.name}."
    else:
        thanks = f"Thank you. The organisers of {cohort.name} have your answer."
    if choose_password is not None:
        return see(f"/password/{choose_password}", saying=f"{thanks} Choose a password to go on.")
    return see("/login", saying=f"{thanks} Sign in to go on.")


async def _show(
    request: Asked, db: AsyncSession, invitation: MailedInvitation, token: str, form: Form[Any]
) -> Response[str]:
    asked = await _questions(db, invitation)
    own = question_forms.fields(asked, AnswerOf(invitation.invited_as), form.typed)
    room = mentors if invitation.invited_as is InvitedAs.MENTOR else researchers
    offered = await room.offered_choices(db, invitation.cohort_id, form.typed)
    view = AnswerView(invitation, token, offered, own)
    return page(request, "invitations/answer.html", view, form=form)


@post("/invitations/{token:str}/refusal", guards=[public])
async def decline(
    db: NamedDependency[AsyncSession], clock: NamedDependency[Clock], token: FromPath[str]
) -> Redirect:
    await answers.decline(db, token, now=clock())
    return see("/invitations/declined")


@get("/invitations/declined", guards=[public])
async def declined_page(request: Asked) -> Response[str]:
    return page(request, "invitations/declined.html")


router = Router(
    "",
    route_handlers=[invitation_page, answer, decline, declined_page],
    include_in_schema=False,
)
