"""What happens in a cohort over the API: as a list, and as a stream."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound, NotSignedIn, Unavailable
from cohort.events import service
from cohort.events.catalogue import CATALOGUE
from cohort.events.live import Follower, LiveEvents
from cohort.events.schemas import EventKindOut, EventOut, event_out
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import public, signed_in, token_shown
from cohort.people.models import Person
from cohort.people.tokens import hash_token
from cohort.settings import Settings

After = Annotated[
    int, QueryParameter(description="Only events with a greater number.", ge=0, le=2**63 - 1)
]
FromNumber = Annotated[
    int | None,
    QueryParameter(
        name="after",
        description="Begin after this number. Without it: with what happens from now on.",
        ge=0,
        le=2**63 - 1,
    ),
]
LastEventId = Annotated[
    int | None,
    HeaderParameter(
        name="Last-Event-ID",
        description="The last `id` that you received; browsers send it when they come back.",
        ge=0,
        le=2**63 - 1,
    ),
]


@get("/events/kinds", guards=[public], responses=may_refuse(NotSignedIn))
async def list_event_kinds() -> list[EventKindOut]:
    """Every kind of event, for streams and webhooks."""
    return [
        EventKindOut(type=kind.name, says=kind.says, ids=list(kind.ids))
        for kind in CATALOGUE.values()
    ]


@get("/cohorts/{cohort_id:uuid}/events", guards=[signed_in], responses=may_refuse(NotFound))
async def list_events(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
    after: After = 0,
) -> PageOut[EventOut]:
    """What happened in a cohort in the last 30 days, the oldest first.

    Organisers see all of it; researchers and mentors see what is about themselves.
    """
    page = await service.list_events(db, actor, cohort_id, part, after=after)
    return shown(page, event_out)


@get(
    "/cohorts/{cohort_id:uuid}/events/stream",
    guards=[signed_in],
    media_type="text/event-stream",
    opt={"streams": True},
    responses=may_refuse(NotFound, Unavailable),
)
async def follow_events(
    request: Request[Any, Any, State],
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    settings: NamedDependency[Settings],
    state: State,
    cohort_id: FromPath[UUID],
    from_number: FromNumber = None,
    last_event_id: LastEventId = None,
) -> Stream:
    """The same events as they happen, as server-sent events.

    Each has its number as `id`, its type as `event`, and an event of the list as `data`. The
    first one, `stream.began`, only tells the number after which the stream begins. While a run is
    solved, organisers are sent `run.progress` too, with its `step` and `share`, and while study
    circles are formed `circle_preview.progress`; these have no number and are kept nowhere. The
    stream ends after ten minutes at the latest, and when your login or key does; a browser's
    `EventSource` then comes back by itself, and goes on where it was.
    """
    live: LiveEvents = state.live
    live.require_room()
    last = await service.last_number(db, actor, cohort_id)
    asked = last_event_id if last_event_id is not None else from_number
    token = token_shown(request, settings)
    follower = Follower(actor.id, hash_token(token), after=last if asked is None else asked)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(live.follow(cohort_id, follower), headers=headers)


router = Router(
    "",
    route_handlers=[list_event_kinds, list_events, follow_events],
    tags=["events"],
    opt={"room": "events"},
)
