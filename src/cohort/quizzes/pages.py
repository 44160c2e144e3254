"""Quizzes in a browser: one question at a time, each kept as one goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts.models import Enrolment
from cohort.errors import NotFound
from cohort.http.forms import Form, Sent, checked, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.quizzes import exam_outlook, reading, service
from cohort.quizzes.models import QuizKind, QuizTry
from cohort.quizzes.schemas import AnswerIn, AskedOut, BeginIn, QuizOut, ReadinessOut, TryOut


@dataclass(frozen=True, slots=True)
class QuizzesView:
    enrolment: Enrolment
    quizzes: Sequence[QuizOut]
    exam: reading.Exam | None


@dataclass(frozen=True, slots=True)
class TryView:
    """A try; while it is open, with the number of the question that is asked."""

    enrolment: Enrolment
    its: TryOut
    minutes_taken: int
    titles: dict[str, str]
    """Of the official sections."""
    number: int = 0
    question: AskedOut | None = None


@dataclass(frozen=True, slots=True)
class ReadinessView:
    enrolment: Enrolment
    its: ReadinessOut
    is_own: bool


@get("/plan/{enrolment_id:uuid}/readiness", guards=[signed_in])
async def readiness_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    enrolment = await exam_outlook.get_enrolment(db, actor, enrolment_id)
    if await reading.exam_of(db, enrolment.cohort_id) is None:
        is_own = enrolment.person_id == actor.id
        return page(request, "quizzes/no_exam.html", enrolment=enrolment, is_own=is_own)
    its = await exam_outlook.readiness(db, actor, enrolment_id, now=clock())
    view = ReadinessView(enrolment, its, enrolment.person_id == actor.id)
    return page(request, "quizzes/readiness.html", view)


@get("/plan/{enrolment_id:uuid}/quizzes", guards=[signed_in])
async def quizzes_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    return await _quizzes(request, db, actor, enrolment_id, Form())


async def _quizzes(
    request: Asked, db: AsyncSession, actor: Person, enrolment_id: UUID, form: Form[Any]
) -> Response[str]:
    enrolment = await reading.own_enrolment(db, actor, enrolment_id)
    view = QuizzesView(
        enrolment,
        await reading.quizzes_of(db, actor, enrolment_id),
        await reading.exam_of(db, enrolment.cohort_id),
    )
    return page(request, "quizzes/quizzes.html", view, form=form)


@post("/plan/{enrolment_id:uuid}/quizzes", guards=[signed_in])
async def begin(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, BeginIn)
    if form.value is None:
        return await _quizzes(request, db, actor, enrolment_id, form)
    one = await service.begin(db, actor, enrolment_id, form.value.quiz_id, now=clock())
    return see(f"/tries/{one.id}/{await _first_open(db, one)}")


async def _first_open(db: AsyncSession, one: QuizTry) -> int:
    """The number of the first question without an answer; of none, the first."""
    answers = await reading.answers_of(db, one)
    answered = {its_id for its_id, answer in answers.items() if answer.given}
    numbers = enumerate(one.question_ids, start=1)
    return next((number for number, its_id in numbers if its_id not in answered), 1)


async def _view(db: AsyncSession, one: QuizTry, now: datetime, number: int = 0) -> TryView:
    its = await reading.shown(db, one)
    if number > len(its.questions):
        raise NotFound
    exam = await reading.exam_of(db, one.enrolment.cohort_id)
    return TryView(
        enrolment=one.enrolment,
        its=its,
        minutes_taken=reading.minutes_taken(one, now),
        titles={section["slug"]: section["title"] for section in exam.sections} if exam else {},
        number=number,
        question=its.questions[number - 1] if number else None,
    )


@get("/tries/{try_id:uuid}", guards=[signed_in])
async def try_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    try_id: FromPath[UUID],
) -> Response[str]:
    """What is answered and what is not; once it is handed in, how it went."""
    one = await reading.get(db, actor, try_id)
    view = await _view(db, one, clock())
    return page(request, "quizzes/result.html" if one.handed_in_at else "quizzes/try.html", view)


@get("/tries/{try_id:uuid}/{number:int}", guards=[signed_in])
async def question_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    try_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[str] | Redirect:
    one = await reading.get(db, actor, try_id)
    if not 1 <= number <= len(one.question_ids):
        raise NotFound
    if one.handed_in_at is not None:
        return see(f"/tries/{try_id}#question-{number}")
    view = await _view(db, one, clock(), number)
    return page(request, "quizzes/question.html", view, form=Form(_typed(view.question)))


def _typed(question: AskedOut | None) -> dict[str, Any]:
    """What was answered, as the form shows it."""
    if question is None or question.answer is None:
        return {}
    number = question.answer.number
    return {
        "chosen": question.answer.chosen,
        "number": "" if number is None else f"{number:.15g}",
        **{f"matched_{i}": letter or "" for i, letter in enumerate(question.answer.matched)},
    }


@post("/tries/{try_id:uuid}/{number:int}", guards=[signed_in])
async def keep(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    try_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[str] | Redirect:
    """Keep the answer, then go where the button says."""
    one = await reading.get(db, actor, try_id)
    if not 1 <= number <= len(one.question_ids):
        raise NotFound
    sent = await sent_by(request)
    form = _answer(sent)
    if form.value is None:
        view = await _view(db, one, clock(), number)
        return page(request, "quizzes/question.html", view, form=form)
    question_id = one.question_ids[number - 1]
    await service.answer(db, actor, try_id, question_id, form.value, now=clock())
    match sent.step:
        case "back" if number > 1:
            return see(f"/tries/{try_id}/{number - 1}")
        case "" if number < len(one.question_ids):
            return see(f"/tries/{try_id}/{number + 1}")
    return see(f"/tries/{try_id}")


def _answer(sent: Sent) -> Form[AnswerIn]:
    """The lines of a match are fields of their own; an empty one is left out for now."""
    typed = {"chosen": sent.texts("chosen")}
    lines = [name for name in sent.fields if name.startswith("matched_")]
    lines.sort(key=lambda name: (len(name), name))
    matched = [next(iter(sent.texts(name)), None) for name in lines]
    number = "".join(sent.texts("number")).strip()
    return checked(AnswerIn, typed | {"number": number or None, "matched": matched})


@post("/tries/{try_id:uuid}/hand_in", guards=[signed_in])
async def hand_in(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    try_id: FromPath[UUID],
) -> Redirect:
    """After a placement quiz, to what follows from it."""
    one = await service.hand_in(db, actor, try_id, now=clock())
    if one.quiz.kind is QuizKind.PLACEMENT:
        to = f"/plan/{one.enrolment_id}/assessment"
        return see(to, saying="Handed in. Here is where you stand, section by section.")
    return see(f"/tries/{try_id}", saying="Handed in. Read the explanations, too.")


router = Router(
    "",
    route_handlers=[readiness_page, quizzes_page, begin, try_page, question_page, keep, hand_in],
    include_in_schema=False,
)
