"""How a proposal was found, in a browser."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http.pages import Asked, page
from cohort.matching.verdicts.service import Verdict, in_words, verdict_on
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class VerdictView:
    verdict: Verdict
    sentence: str
    is_one_of_the_two: bool


@get("/proposals/{proposal_id:uuid}/verdict", guards=[signed_in])
async def verdict_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    proposal_id: FromPath[UUID],
) -> Response[str]:
    verdict = await verdict_on(db, actor, proposal_id)
    two = verdict.proposal.enrolment.person_id, verdict.proposal.mentor.person_id
    view = VerdictView(verdict, in_words(verdict), actor.id in two)
    return page(request, "matching/verdict.html", view)


router = Router("", route_handlers=[verdict_page], include_in_schema=False)
