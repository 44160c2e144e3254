"""A cohort's own questions over the API, for its organisers."""

from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts.service import require_organiser
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.questions import answering, service
from cohort.questions.models import AnswerOf, Question
from cohort.questions.schemas import AnswerOut, QuestionChange, QuestionIn, QuestionOut


def question_out(question: Question, answered: int) -> QuestionOut:
    columns = {name: getattr(question, name, None) for name in QuestionOut.model_fields}
    return QuestionOut.model_validate(columns | {"answered": answered})


async def _answered(db: AsyncSession, question: Question) -> Response[QuestionOut]:
    counts = await service.how_many_answered(db, question.cohort_id)
    out = question_out(question, counts.get(question.id, 0))
    return Response(out, headers={"ETag": etag(question.version)})


@post(
    "/cohorts/{cohort_id:uuid}/questions",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.QuestionThere, service.TooManyQuestions),
)
async def add_question(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[QuestionIn],
) -> Response[QuestionOut]:
    """Ask one side, or both, something more than the profile does, from now on.

    It is part of the forms at once, as the last question. To let it count in the matching, give it
    a weight in the rules (`weights.own`).
    """
    added = await service.add(db, actor, cohort_id, data, now=clock())
    return Response(question_out(added, 0), headers={"ETag": etag(added.version)})


@get("/cohorts/{cohort_id:uuid}/questions", guards=[signed_in], responses=may_refuse(NotFound))
async def list_questions(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], cohort_id: FromPath[UUID]
) -> list[QuestionOut]:
    """What a cohort asks, in order; what it asks no more comes last."""
    found = await service.list_questions(db, actor, cohort_id)
    counts = await service.how_many_answered(db, cohort_id)
    return [question_out(one, counts.get(one.id, 0)) for one in found]


@get("/questions/{question_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_question(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], question_id: FromPath[UUID]
) -> Response[QuestionOut]:
    """One question of a cohort."""
    return await _answered(db, await service.get(db, actor, question_id))


@patch(
    "/questions/{question_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, Stale, NeedsIfMatch, service.QuestionAnswered),
)
async def change_question(
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    question_id: FromPath[UUID],
    data: JSONBody[QuestionChange],
    if_match: IfMatch = None,
) -> Response[QuestionOut]:
    """Change a question until somebody has answered it, and its place at any time."""
    changed = await service.change(db, actor, question_id, data, if_match=if_match, now=clock())
    return await _answered(db, changed)


@delete("/questions/{question_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def retire_question(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    question_id: FromPath[UUID],
) -> None:
    """Ask nobody any more. Answers that were given stay; without any, the question is deleted."""
    await service.retire(db, actor, question_id, now=clock())


@get(
    "/cohorts/{cohort_id:uuid}/people/{person_id:uuid}/answers",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_answers(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    cohort_id: FromPath[UUID],
    person_id: FromPath[UUID],
) -> list[AnswerOut]:
    """What somebody answered in this cohort, as a researcher, then as a mentor."""
    await require_organiser(db, actor, cohort_id)
    told = [
        answer
        for side in AnswerOf
        for answer in await answering.given(db, cohort_id, person_id, side)
    ]
    return [
        AnswerOut(
            question=one.question.name,
            side=one.side,
            value=one.value,
            answered_at=one.answered_at,
        )
        for one in told
    ]


router = Router(
    "",
    route_handlers=[
        list_answers,
        add_question,
        list_questions,
        read_question,
        change_question,
        retire_question,
    ],
    tags=["questions"],
    opt={"room": "cohorts"},
)
