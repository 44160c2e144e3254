"""Quizzes over the API."""

from uuid import UUID

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.quizzes import exam_outlook, reading, service
from cohort.quizzes.schemas import AnswerIn, BeginIn, ListedTryOut, QuizOut, ReadinessOut, TryOut
from cohort.study.service import PlanFrozen


@get(
    "/enrolments/{enrolment_id:uuid}/quizzes",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_quizzes(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
) -> list[QuizOut]:
    """The quizzes and mock exams of your cohort's guide, and how yours went."""
    return await reading.quizzes_of(db, actor, enrolment_id)


@post(
    "/enrolments/{enrolment_id:uuid}/tries",
    guards=[signed_in],
    responses=may_refuse(
        NotFound, PlanFrozen, service.PlacementTaken, service.TooManyTries, service.TryHandedIn
    ),
)
async def begin_try(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    data: JSONBody[BeginIn],
) -> TryOut:
    """Begin a quiz, or go on with the try that is open: there is one at a time of each quiz."""
    one = await service.begin(db, actor, enrolment_id, data.quiz_id, now=clock())
    return await reading.shown(db, one)


@get(
    "/enrolments/{enrolment_id:uuid}/tries",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_tries(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    enrolment_id: FromPath[UUID],
) -> PageOut[ListedTryOut]:
    """Your tries, the oldest first. Nobody else reads them."""
    found = await reading.tries_of(db, actor, enrolment_id, part)
    return shown(found, ListedTryOut.model_validate)


@get("/tries/{try_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_try(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], try_id: FromPath[UUID]
) -> TryOut:
    """A try of yours with its questions; what is right, and why, once it is handed in."""
    return await reading.shown(db, await reading.get(db, actor, try_id))


@put(
    "/tries/{try_id:uuid}/answers/{question_id:uuid}",
    guards=[signed_in],
    status_code=204,
    responses=may_refuse(NotFound, PlanFrozen, service.TryHandedIn),
)
async def keep_answer(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    try_id: FromPath[UUID],
    question_id: FromPath[UUID],
    data: JSONBody[AnswerIn],
) -> None:
    """Keep your answer to one question, in place of the one before."""
    await service.answer(db, actor, try_id, question_id, data, now=clock())


@post(
    "/tries/{try_id:uuid}/hand_in",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, PlanFrozen),
)
async def hand_in_try(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    try_id: FromPath[UUID],
) -> TryOut:
    """Hand in a try, and read how it went; once more, it changes nothing."""
    return await reading.shown(db, await service.hand_in(db, actor, try_id, now=clock()))


@get(
    "/enrolments/{enrolment_id:uuid}/readiness",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_readiness(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> ReadinessOut:
    """How likely a researcher is to pass the exam, and which section would help most per hour.

    For her, the organisers, and her mentor as far as she lets the mentor read her plan.
    """
    return await exam_outlook.readiness(db, actor, enrolment_id, now=clock())


router = Router(
    "",
    route_handlers=[
        list_quizzes,
        begin_try,
        list_tries,
        read_try,
        keep_answer,
        hand_in_try,
        read_readiness,
    ],
    tags=["quizzes"],
    opt={"room": "quizzes"},
)
