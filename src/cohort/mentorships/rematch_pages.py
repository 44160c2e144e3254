"""Asking for another mentor, or for another researcher, in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import NotAllowed
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.mentorships import policy, reading, rematching
from cohort.mentorships.emails import the_two
from cohort.mentorships.models import Mentorship, RematchRequest, Side
from cohort.mentorships.pausing import MentorshipEnded
from cohort.mentorships.schemas import RematchIn
from cohort.people.auth import signed_in
from cohort.people.models import Person

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class AnotherView:
    """A mentorship whose reader may ask for somebody else, and what she asked."""

    mentorship: Mentorship
    asked: RematchRequest | None
    other: Person
    is_mentor: bool
    zone: str


@get("/mentorships/{mentorship_id:uuid}/another", guards=[signed_in])
async def another_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentorship_id: FromPath[UUID],
) -> Response[str]:
    return await _another(request, db, actor, mentorship_id, Form())


async def _another(
    request: Asked, db: AsyncSession, actor: Person, mentorship_id: UUID, form: Form[RematchIn]
) -> Response[str]:
    mentorship = await reading.get(db, actor, mentorship_id)
    side = policy.side_of(actor, mentorship)
    if side is None:
        raise NotAllowed("Only the two of a mentorship can ask for somebody else.")
    asked = await rematching.own(db, actor, mentorship_id)
    is_mentor = side is Side.MENTOR
    zone = (mentorship.mentor if is_mentor else mentorship.enrolment).time_zone
    view = AnotherView(mentorship, asked, the_two(mentorship, side)[1], is_mentor, zone)
    return page(request, "mentorships/another.html", view, form=form)


@post("/mentorships/{mentorship_id:uuid}/another", guards=[signed_in])
async def ask_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, RematchIn)
    if form.value is not None:
        try:
            await rematching.ask(db, actor, mentorship_id, form.value.reason, now=clock())
        except MentorshipEnded as refusal:
            form = form.refused(refusal)
        else:
            return see(
                f"/mentorships/{mentorship_id}/another",
                saying="The organisers know, and the next matching looks for somebody else.",
            )
    return await _another(request, db, actor, mentorship_id, form)


@post("/mentorships/{mentorship_id:uuid}/another/withdrawal", guards=[signed_in])
async def withdraw_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> Redirect:
    await rematching.withdraw(db, actor, mentorship_id, now=clock())
    return see(f"/mentorships/{mentorship_id}/another", saying="Taken back.")


@dataclass(frozen=True, slots=True)
class AskedView:
    cohort: Cohort
    requests: Sequence[RematchRequest]
    more: bool


@get("/cohorts/{slug:str}/rematch-requests", guards=[signed_in])
async def requests_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    """Who asks for somebody else, for the organisers."""
    cohort = await cohorts.get_by_slug(db, actor, slug)
    found = await rematching.list_of_cohort(db, actor, cohort.id, Slice(limit=MOST_LISTED))
    view = AskedView(cohort, found.items, more=found.next is not None)
    return page(request, "mentorships/rematch_requests.html", view)


router = Router(
    "",
    route_handlers=[another_page, ask_from_page, withdraw_from_page, requests_page],
    include_in_schema=False,
)
