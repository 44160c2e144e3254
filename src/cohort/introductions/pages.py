"""Whom one is to meet, and what one says after the talk, in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.introductions import policy, reading, service
from cohort.introductions.models import Introduction, IntroductionState
from cohort.introductions.schemas import ImpressionIn
from cohort.mentorships.models import Side
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class Talk:
    """An introduction as one of the two sees it: nothing of what the other one said."""

    introduction: Introduction
    side: Side

    @property
    def other(self) -> Person:
        by_mentor = self.side is Side.MENTOR
        two = self.introduction
        return two.enrolment.person if by_mentor else two.mentor.person

    @property
    def answer(self) -> str:
        return self.introduction.answer_of(self.side) or ""

    @property
    def note(self) -> str:
        return self.introduction.note_of(self.side)

    @property
    def open(self) -> bool:
        return self.introduction.state is IntroductionState.OPEN


@dataclass(frozen=True, slots=True)
class TalksView:
    talks: Sequence[Talk]
    refused: UUID | None
    """The one whose form was sent and could not be kept."""


@get("/introductions", guards=[signed_in])
async def introductions_page(
    request: Asked, db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> Response[str]:
    return await _show(request, db, actor, Form())


async def _show(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    form: Form[ImpressionIn],
    refused: UUID | None = None,
) -> Response[str]:
    found = await reading.every_own(db, actor)
    sides = [(one, policy.side_of(actor, one)) for one in found]
    talks = [Talk(one, side) for one, side in sides if side is not None]
    return page(request, "introductions/introductions.html", TalksView(talks, refused), form=form)


@post("/introductions/{introduction_id:uuid}/answer", guards=[signed_in])
async def answer_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    introduction_id: FromPath[UUID],
) -> Response[str] | Redirect:
    await reading.get(db, actor, introduction_id)
    form = await read_form(request, ImpressionIn)
    if form.value is None:
        return await _show(request, db, actor, form, introduction_id)
    await service.say(db, actor, introduction_id, form.value, now=clock())
    said = "Thank you. The matching counts it, and only the organisers read it."
    return see(f"/introductions#talk-{introduction_id}", saying=said)


@post("/introductions/{introduction_id:uuid}/cancellation", guards=[signed_in])
async def cancel_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    introduction_id: FromPath[UUID],
) -> Redirect:
    await service.call_off(db, actor, introduction_id, now=clock())
    return see("/introductions", saying="The talk is called off; the other one is told.")


router = Router(
    "",
    route_handlers=[introductions_page, answer_from_page, cancel_from_page],
    include_in_schema=False,
)
