"""The page of one's own calendar, and the calendar itself."""

from dataclasses import dataclass

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.calendars import feed, service
from cohort.calendars.models import CalendarFeed
from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.pages import Asked, page, see
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.settings import Settings

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class CalendarView:
    """`address` is there on the one page that tells it."""

    feed: CalendarFeed | None
    address: str = ""


@get("/calendar", guards=[signed_in])
async def calendar_page(
    request: Asked, db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> Response[str]:
    view = CalendarView(await service.find(db, actor))
    return page(request, "calendars/calendar.html", view)


@post("/calendar", guards=[signed_in], status_code=200, opt={"secret_answer": True})
async def make(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """The answer tells the address, so it is a page and no redirect: it is told once."""
    path = await service.make(db, actor, now=clock())
    view = CalendarView(await service.find(db, actor), f"{settings.public_url}{path}")
    return page(request, "calendars/calendar.html", view)


@post("/calendar/revocation", guards=[signed_in])
async def revoke(db: NamedDependency[AsyncSession], actor: NamedDependency[Person]) -> Redirect:
    await service.revoke(db, actor.id)
    return see("/calendar", saying="The address works no more.")


@get("/calendars/{name:str}", guards=[public])
async def read(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    name: FromPath[str],
) -> Response[bytes]:
    """The calendar as programs read it; the address is the only secret that they can send."""
    token = name.removesuffix(".ics")
    if token == name or len(name) > LONGEST_NAME:
        raise NotFound
    person = await service.whose(db, token)
    return Response(
        await feed.calendar_of(db, person, settings, now=clock()),
        media_type="text/calendar",
    )


router = Router("", route_handlers=[calendar_page, make, revoke, read], include_in_schema=False)
