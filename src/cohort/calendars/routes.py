"""One's own calendar over the API."""

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.calendars import service
from cohort.calendars.schemas import CalendarFeedOut, NewCalendarFeedOut
from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.settings import Settings


@get("/me/calendar_feed", guards=[signed_in], responses=may_refuse(NotFound))
async def read_calendar_feed(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> CalendarFeedOut:
    """Whether your calendar has an address, and since when."""
    feed = await service.find(db, actor)
    if feed is None:
        raise NotFound("Your calendar has no address. Make one first.")
    return CalendarFeedOut.model_validate(feed)


@post(
    "/me/calendar_feed",
    guards=[signed_in],
    responses=may_refuse(),
    opt={"secret_answer": True},
)
async def make_calendar_feed(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> NewCalendarFeedOut:
    """Make a secret address for your calendar; the one before works no more."""
    path = await service.make(db, actor, now=clock())
    return NewCalendarFeedOut(url=f"{settings.public_url}{path}")


@delete("/me/calendar_feed", guards=[signed_in], responses=may_refuse())
async def revoke_calendar_feed(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> None:
    """Let the address work no more."""
    await service.revoke(db, actor.id)


router = Router(
    "",
    route_handlers=[read_calendar_feed, make_calendar_feed, revoke_calendar_feed],
    tags=["calendars"],
    opt={"room": "calendars"},
)
