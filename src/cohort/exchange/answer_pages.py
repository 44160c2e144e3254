"""The page behind the link that is mailed to whoever came from a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments
from cohort.cohorts import forms as seat_forms
from cohort.cohorts.enrolments import AlreadyEnrolled
from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid
from cohort.exchange import answers
from cohort.exchange.models import ImportedPerson
from cohort.exchange.schemas import MentorConfirmation, SeatConfirmation
from cohort.http.forms import Form, Sent, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.mentors import forms as mentor_forms
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.mentors.schemas import MentorFields
from cohort.people.auth import public
from cohort.people.links import LinkSpent
from cohort.questions import answering
from cohort.questions import forms as question_forms
from cohort.questions import service as questions
from cohort.questions.forms import Field
from cohort.questions.models import Question

Answer = Form[SeatConfirmation] | Form[MentorConfirmation]


@get("/imported/{token:str}", guards=[public])
async def imported_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str]:
    imported, row = await _asked(db, token, now=clock())
    return await _show(request, db, imported, row, Form(await _typed(db, imported, row)))


@post("/imported/{token:str}", guards=[public])
async def answer_import(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    token: FromPath[str],
) -> Response[str] | Redirect:
    sent = await sent_by(request)
    if "no" in sent.texts("answer"):
        return await _say_no(db, token, now=clock())
    imported, row = await _asked(db, token, now=clock())
    asked = await questions.asked_of(db, row.cohort_id, answers.side_of(row))
    form: Form[Any] = _checked(sent, row, asked)
    if form.value is not None:
        try:
            return await _confirm(db, token, row, form.value, now=clock())
        except (Invalid, AlreadyEnrolled) as refusal:
            form = question_forms.with_errors(form, refusal, asked)
    return await _show(request, db, imported, row, form)


async def _say_no(db: AsyncSession, token: str, *, now: datetime) -> Redirect:
    cohort = await answers.say_no(db, token, now=now)
    saying = f"You do not take part in {cohort.name}. What was written about you is erased."
    return see("/login", saying=saying)


async def _confirm(
    db: AsyncSession,
    token: str,
    row: Enrolment | Mentor,
    value: SeatConfirmation | MentorConfirmation,
    *,
    now: datetime,
) -> Redirect:
    profile = value.model_dump(exclude={"name", "consent", "answers"})
    if isinstance(value, SeatConfirmation):
        await enrolments.check_profile(db, row.cohort_id, value)
    else:
        await mentors.check_profile_terms(db, row.cohort_id, profile)
    _, choose_password = await answers.confirm(
        db, token, type(row), value.name, profile, value.answers, now=now
    )
    if await answers.is_open(db, token, now=now):
        return see(f"/imported/{token}", saying="Thank you. One more thing:")
    if choose_password is not None:
        return see(f"/password/{choose_password}", saying="Thank you. Now choose a password.")
    return see("/login", saying="Thank you: you take part.")


async def _asked(
    db: AsyncSession, token: str, *, now: datetime
) -> tuple[ImportedPerson, Enrolment | Mentor]:
    """One thing at a time: somebody may be asked for a seat and as a mentor."""
    imported = await answers.read(db, token, now=now)
    rows = await answers.rows_of(db, imported.person_id)
    if not rows:
        raise LinkSpent
    return imported, rows[0]


async def _typed(
    db: AsyncSession, imported: ImportedPerson, row: Enrolment | Mentor
) -> dict[str, Any]:
    fields = seat_forms.profile_of(row) if isinstance(row, Enrolment) else _of_mentor(row)
    told = await answering.given(db, row.cohort_id, row.person_id, answers.side_of(row))
    own = {one.question.name: one.value for one in told}
    return {**fields, "name": imported.person.name, "answers": own}


def _of_mentor(mentor: Mentor) -> dict[str, Any]:
    return {name: getattr(mentor, name) for name in MentorFields.model_fields}


def _checked(sent: Sent, row: Enrolment | Mentor, asked: Sequence[Question]) -> Answer:
    own = {"answers": question_forms.typed_answers(sent, asked)}
    if isinstance(row, Mentor):
        typed = mentor_forms.typed_mentor(sent, MentorConfirmation)
        return checked(MentorConfirmation, typed | own)
    typed = seat_forms.typed_profile(sent, row.weekly_hours) | own
    return checked(SeatConfirmation, typed | {"name": "".join(sent.texts("name"))})


@dataclass(frozen=True, slots=True)
class ImportedView:
    """What was typed of somebody, for whoever has the link to it."""

    imported: ImportedPerson
    is_mentor: bool
    offered: Any
    own_questions: Sequence[Field]


async def _show(
    request: Asked,
    db: AsyncSession,
    imported: ImportedPerson,
    row: Enrolment | Mentor,
    form: Answer | Form[Any],
) -> Response[str]:
    is_mentor = isinstance(row, Mentor)
    offered_choices = mentor_forms.offered_choices if is_mentor else seat_forms.offered_choices
    side = answers.side_of(row)
    asked = await questions.asked_of(db, row.cohort_id, side)
    own = question_forms.fields(asked, side, form.typed)
    offered = await offered_choices(db, row.cohort_id, form.typed)
    view = ImportedView(imported, is_mentor, offered, own)
    return page(request, "exchange/imported.html", view, form=form)


router = Router("", route_handlers=[imported_page, answer_import], include_in_schema=False)
