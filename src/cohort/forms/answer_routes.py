"""One's own answers to the organisers' questions over the API."""

from uuid import UUID

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.forms.sides import require_side
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.questions import answering, kinds
from cohort.questions import service as questions
from cohort.questions.models import AnswerOf
from cohort.questions.schemas import AnswersIn, AnswersOut


async def _own(db: AsyncSession, actor: Person, cohort_id: UUID, side: AnswerOf) -> AnswersOut:
    asked = await questions.asked_of(db, cohort_id, side)
    told = await answering.given(db, cohort_id, actor.id, side)
    names = {one.name for one in asked}
    return AnswersOut(
        cohort_id=cohort_id,
        side=side,
        questions=[{"x-name": one.name, **kinds.schema_of(one, side)} for one in asked],
        answers={one.question.name: one.value for one in told if one.question.name in names},
    )


@get(
    "/cohorts/{cohort_id:uuid}/answers/{side:str}",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_own_answers(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    cohort_id: FromPath[UUID],
    side: FromPath[AnswerOf],
) -> AnswersOut:
    """What you are asked as a researcher or a mentor of this cohort, and what you answered."""
    await require_side(db, actor, cohort_id, side)
    return await _own(db, actor, cohort_id, side)


@put(
    "/cohorts/{cohort_id:uuid}/answers/{side:str}",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def keep_own_answers(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    side: FromPath[AnswerOf],
    data: JSONBody[AnswersIn],
) -> AnswersOut:
    """Answer; what is left out is taken back."""
    await require_side(db, actor, cohort_id, side)
    await answering.keep(db, cohort_id, actor.id, side, data.answers, now=clock())
    return await _own(db, actor, cohort_id, side)


router = Router(
    "",
    route_handlers=[read_own_answers, keep_own_answers],
    tags=["questions"],
    opt={"room": "cohorts"},
)
