"""One's own answers to the organisers' questions in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Invalid, NotFound
from cohort.forms.sides import require_side, sides_of
from cohort.http.forms import Form, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.questions import answering
from cohort.questions import forms as question_forms
from cohort.questions import service as questions
from cohort.questions.forms import Field
from cohort.questions.models import AnswerOf
from cohort.questions.schemas import AnswersIn


@dataclass(frozen=True, slots=True)
class AnswersView:
    """What somebody is asked, as which side."""

    cohort: Cohort
    side: AnswerOf
    sides: Sequence[AnswerOf]
    own_questions: Sequence[Field]


@get("/cohorts/{slug:str}/answers", guards=[signed_in])
async def answers_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    """Whoever is both is asked as a mentor with `?side=mentor`."""
    cohort = await cohorts.get_by_slug(db, actor, slug)
    sides = await sides_of(db, actor, cohort.id)
    wanted = [one for one in sides if one == request.query_params.get("side", one)]
    if not wanted:
        raise NotFound
    told = await answering.given(db, cohort.id, actor.id, wanted[0])
    form: Form[AnswersIn] = Form({"answers": {one.question.name: one.value for one in told}})
    return await _show(request, db, actor, cohort, wanted[0], form)


@post("/cohorts/{slug:str}/answers", guards=[signed_in])
async def keep_answers_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    sent = await sent_by(request)
    named = "".join(sent.texts("side")[-1:])
    if named not in set(AnswerOf):
        raise NotFound
    side = AnswerOf(named)
    await require_side(db, actor, cohort.id, side)
    asked = await questions.asked_of(db, cohort.id, side)
    form = checked(AnswersIn, {"answers": question_forms.typed_answers(sent, asked)})
    if form.value is not None:
        try:
            answers = form.value.answers
            await answering.keep(db, cohort.id, actor.id, side, answers, now=clock())
        except Invalid as refusal:
            form = question_forms.with_errors(form, refusal, asked)
        else:
            return see(f"/cohorts/{slug}/answers?side={side}", saying="Your answers are kept.")
    return await _show(request, db, actor, cohort, side, form)


async def _show(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    side: AnswerOf,
    form: Form[AnswersIn],
) -> Response[str]:
    asked = await questions.asked_of(db, cohort.id, side)
    fields = question_forms.fields(asked, side, form.typed)
    view = AnswersView(cohort, side, await sides_of(db, actor, cohort.id), fields)
    return page(request, "questions/answers.html", view, form=form)


router = Router("", route_handlers=[answers_page, keep_answers_from_page], include_in_schema=False)
