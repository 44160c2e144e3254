"""A cohort's own questions in a browser, for its organisers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Conflict, Invalid, Stale
from cohort.http.forms import Form, Sent, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.questions import service
from cohort.questions.models import Question
from cohort.questions.schemas import QuestionChange, QuestionIn

KINDS = [
    {"value": "choice", "label": "One choice of several"},
    {"value": "choices", "label": "Any of several choices"},
    {"value": "scale", "label": "A scale, such as 1 to 5"},
    {"value": "number", "label": "A number"},
    {"value": "yes_no", "label": "Yes or no"},
    {"value": "text", "label": "A few words"},
]
EMPTY_IS_NONE = ("least", "most")


@dataclass(frozen=True, slots=True)
class QuestionsView:
    """What a cohort asks beside the profiles."""

    cohort: Cohort
    questions: Sequence[Question]
    answered: Mapping[UUID, int]
    kinds: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question, to be changed."""

    cohort: Cohort
    question: Question
    kinds: Sequence[Mapping[str, str]]


async def show(
    request: Asked, db: AsyncSession, actor: Person, cohort: Cohort, form: Form[QuestionIn]
) -> Response[str]:
    questions = await service.list_questions(db, actor, cohort.id)
    answered = await service.how_many_answered(db, cohort.id)
    view = QuestionsView(cohort, questions, answered, KINDS)
    return page(request, "questions/questions.html", view, form=form)


def typed_question(sent: Sent) -> dict[str, Any]:
    """What a browser sends in another shape than the API: lines, a tick, an empty number."""
    last = {name: "".join(sent.texts(name)[-1:]) for name in sent.fields}
    typed: dict[str, Any] = {
        name: text for name, text in last.items() if text or name not in EMPTY_IS_NONE
    }
    return typed | {"choices": sent.lines("choices"), "required": "yes" in sent.texts("required")}


@get("/cohorts/{slug:str}/questions", guards=[signed_in])
async def questions_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    return await show(request, db, actor, cohort, Form())


@post("/cohorts/{slug:str}/questions", guards=[signed_in])
async def add_question_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    await cohorts.require_organiser(db, actor, cohort.id)
    form = checked(QuestionIn, typed_question(await sent_by(request)))
    if form.value is not None:
        try:
            added = await service.add(db, actor, cohort.id, form.value, now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        except Conflict as refusal:
            form = form.refused(refusal, at="name", status=409)
        else:
            return back(cohort, f"“{added.name}” is asked from now on.")
    return await show(request, db, actor, cohort, form)


@get("/questions/{question_id:uuid}", guards=[signed_in])
async def question_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    question_id: FromPath[UUID],
) -> Response[str]:
    question = await service.get(db, actor, question_id)
    typed = {name: getattr(question, name) for name in QuestionIn.model_fields}
    return _edit(request, question, Form({**typed, "version": question.version}))


def _edit(request: Asked, question: Question, form: Form[QuestionChange]) -> Response[str]:
    view = QuestionView(question.cohort, question, KINDS)
    return page(request, "questions/question.html", view, form=form)


@post("/questions/{question_id:uuid}", guards=[signed_in])
async def change_question_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    question_id: FromPath[UUID],
) -> Response[str] | Redirect:
    question = await service.get(db, actor, question_id)
    form = checked(QuestionChange, typed_question(await sent_by(request)))
    if form.value is None:
        return _edit(request, question, form)
    try:
        changed = await service.change(
            db, actor, question_id, form.value, if_match=form.seen, now=clock()
        )
    except Stale as refusal:
        newest = {**form.typed, "version": question.version}
        return _edit(request, question, replace(form.refused(refusal), typed=newest))
    except Invalid as refusal:
        return _edit(request, question, form.refused(refusal))
    except Conflict as refusal:
        return _edit(request, question, form.refused(refusal, at="", status=409))
    return back(changed.cohort, f"“{changed.name}” is changed.")


@post("/questions/{question_id:uuid}/before", guards=[signed_in])
async def put_question_before(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    question_id: FromPath[UUID],
) -> Redirect:
    """Before the one that the button names, so that a second click changes nothing."""
    named = (await sent_by(request)).texts("before")
    try:
        before = UUID(named[0] if named else "")
    except ValueError as error:
        raise Invalid.at("before", "This is not an id that we gave out.") from error
    question = await service.put_before(db, actor, question_id, before, now=clock())
    return back(question.cohort, f"“{question.name}” is asked earlier.")


@post("/questions/{question_id:uuid}/retire", guards=[signed_in])
async def retire_question_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    question_id: FromPath[UUID],
) -> Redirect:
    question = await service.retire(db, actor, question_id, now=clock())
    return back(question.cohort, f"“{question.name}” is asked no more.")


def back(cohort: Cohort, saying: str) -> Redirect:
    return see(f"/cohorts/{cohort.slug}/questions", saying=saying)


router = Router(
    "",
    route_handlers=[
        questions_page,
        add_question_from_page,
        question_page,
        change_question_from_page,
        put_question_before,
        retire_question_from_page,
    ],
    include_in_schema=False,
)
