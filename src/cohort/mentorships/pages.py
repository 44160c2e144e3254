"""A mentor's page, and the end of a mentorship in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import own_terms
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.mentorships import reading, service
from cohort.mentorships.answer_pages import onward
from cohort.mentorships.models import Mentorship, Proposal
from cohort.mentorships.schemas import EndIn
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions.answering import Whose
from cohort.questions.models import AnswerOf, GivenAnswer


@dataclass(frozen=True, slots=True)
class MentoringView:
    """A mentor's own page: places, who awaits an answer, and who is mentored."""

    mentors: Sequence[Mentor]
    proposals: Sequence[Proposal]
    mentorships: Sequence[Mentorship]
    titles: Mapping[tuple[str, str], str]
    languages: Mapping[str, str]
    answers: Mapping[Whose, Sequence[GivenAnswer]]
    """What the researchers tell, by cohort and person."""
    left_open: Mapping[UUID, int]
    """How many questions the mentor has still to answer, by cohort."""


@get("/mentoring", guards=[signed_in])
async def mentoring_page(
    request: Asked, db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> Response[str]:
    mine, proposals = await mentors.list_own(db, actor), await reading.open_for_mentor(db, actor)
    whose = [(one.cohort_id, one.enrolment.person_id) for one in proposals]
    cohort_ids = [one.cohort_id for one in mine]
    view = MentoringView(
        mentors=mine,
        proposals=proposals,
        mentorships=await reading.mentees_of(db, actor),
        titles=await own_terms.titles(db, *(one.cohort_id for one in mine)),
        languages=LANGUAGES,
        answers=await answering.told_in_pairs(db, whose, AnswerOf.RESEARCHER),
        left_open=await answering.left_open(db, actor.id, cohort_ids, AnswerOf.MENTOR),
    )
    return page(request, "mentorships/mentoring.html", view)


@get("/mentorships/{mentorship_id:uuid}/end", guards=[signed_in])
async def end_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentorship_id: FromPath[UUID],
) -> Response[str]:
    return await _end(request, db, actor, mentorship_id, Form())


async def _end(
    request: Asked, db: AsyncSession, actor: Person, mentorship_id: UUID, form: Form[EndIn]
) -> Response[str]:
    back = onward(request, "/")
    return page(
        request,
        "mentorships/end.html",
        form=form,
        mentorship=await reading.get(db, actor, mentorship_id),
        back=back,
        next=quote(back),
    )


@post("/mentorships/{mentorship_id:uuid}/end", guards=[signed_in])
async def end(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, EndIn)
    if form.value is None:
        return await _end(request, db, actor, mentorship_id, form)
    ended = await service.end(db, actor, mentorship_id, form.value.reason, now=clock())
    said = "The mentorship has ended, with your words."
    if ended.end_reason != form.value.reason:
        said = "It had ended already; what was said then stands."
    return see(onward(request, "/"), saying=said)


router = Router(
    "",
    route_handlers=[
        mentoring_page,
        end_page,
        end,
    ],
    include_in_schema=False,
)
