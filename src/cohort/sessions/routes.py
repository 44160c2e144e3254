"""Live sessions over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.errors import NeedsIfMatch, NotFound, Stale, TooMany
from cohort.http import listing
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.sessions import attending, places, reading, service
from cohort.sessions.models import LiveSession
from cohort.sessions.schemas import (
    AttendanceIn,
    AttendanceList,
    PlaceOut,
    PlannedOut,
    SeriesPlacesOut,
    SessionCancellation,
    SessionChange,
    SessionIn,
    SessionOut,
    place_out,
    series_places_out,
    session_out,
)

Since = Annotated[
    str | None,
    QueryParameter(
        name="since",
        description="Only those that begin at this time or later, such as 2027-03-01T09:00:00Z.",
    ),
]


async def _answer(db: AsyncSession, actor: Person, session: LiveSession) -> Response[SessionOut]:
    own = await reading.own_places(db, actor, [session.id])
    runs_it = await cohorts.may_organise(db, actor, session.cohort_id)
    told = session_out(session, own.get(session.id), runs_it=runs_it)
    return Response(told, headers={"ETag": etag(session.version)})


@get("/cohorts/{cohort_id:uuid}/sessions", guards=[signed_in], responses=may_refuse(NotFound))
async def list_sessions(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
    since: Since = None,
) -> PageOut[SessionOut]:
    """The live sessions of a cohort for its people, in the order of time; also what was."""
    after = listing.moment("since", since)
    page = await reading.list_of(db, actor, cohort_id, part, since=after)
    own = await reading.own_places(db, actor, [one.id for one in page.items])
    runs_it = await cohorts.may_organise(db, actor, cohort_id)
    return shown(page, lambda one: session_out(one, own.get(one.id), runs_it=runs_it))


@post(
    "/cohorts/{cohort_id:uuid}/sessions",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.CohortOver),
)
async def plan_sessions(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[SessionIn],
) -> PlannedOut:
    """Plan a session, or with `repeats` a series of at most 60, on the cohort's clock.

    Each is a session of its own, with its own seats. The hour on the wall stays when the clocks
    change.
    """
    planned = await service.plan(db, actor, cohort_id, data, now=clock())
    return PlannedOut(sessions=[session_out(one, None, runs_it=True) for one in planned])


@get("/sessions/{session_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_session(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], session_id: FromPath[UUID]
) -> Response[SessionOut]:
    """A session, for the people of its cohort."""
    return await _answer(db, actor, await reading.get(db, actor, session_id))


@patch(
    "/sessions/{session_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(
        NotFound, service.SessionCancelled, service.SessionBegun, Stale, NeedsIfMatch
    ),
)
async def change_session(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
    data: JSONBody[SessionChange],
    if_match: IfMatch = None,
) -> Response[SessionOut]:
    """Move it, or say anew what it is; with `following`, all that follow in its series too.

    Those that follow go as many days, and to the same hour. Whoever signed up is told by mail when
    the time, the length or the address of the call is another.
    """
    now = clock()
    changed = await service.change(db, actor, session_id, data, if_match=if_match, now=now)
    return await _answer(db, actor, changed)


@post(
    "/sessions/{session_id:uuid}/cancellation",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.SessionBegun),
)
async def cancel_session(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
    data: JSONBody[SessionCancellation],
) -> Response[SessionOut]:
    """Cancel it, or with `following` all that follow too; it leaves the calendars."""
    cancelled = await service.cancel(db, actor, session_id, data, now=clock())
    return await _answer(db, actor, cancelled)


@put(
    "/sessions/{session_id:uuid}/place",
    guards=[signed_in],
    responses=may_refuse(NotFound, places.SessionClosed),
)
async def sign_up_for_session(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
) -> Response[SessionOut]:
    """Take a seat. Where none is free you wait, and get the next one that is."""
    signed_up = await places.sign_up(db, actor, session_id, now=clock())
    return await _answer(db, actor, signed_up)


@put(
    "/sessions/{session_id:uuid}/series_place",
    guards=[signed_in],
    responses=may_refuse(NotFound, places.SessionClosed),
)
async def sign_up_for_series(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
) -> SeriesPlacesOut:
    """Take a seat in every session of its series that is to come.

    Each has seats and a waiting list of its own; the answer and one mail say what you have where.
    """
    signed_up = await places.sign_up_for_series(db, actor, session_id, now=clock())
    own = await reading.own_places(db, actor, [one.id for one in signed_up])
    return series_places_out(signed_up, own)


@delete(
    "/sessions/{session_id:uuid}/place",
    guards=[signed_in],
    responses=may_refuse(NotFound, places.SessionClosed),
)
async def leave_session(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
) -> None:
    """Give your seat to whoever waits for one, or wait no more."""
    await places.leave(db, actor, session_id, now=clock())


@get("/sessions/{session_id:uuid}/places", guards=[signed_in], responses=may_refuse(NotFound))
async def list_session_places(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    session_id: FromPath[UUID],
) -> PageOut[PlaceOut]:
    """Who signed up, waits, left or was there, for organisers; whoever asked first comes first."""
    session = await service.require_own(db, actor, session_id)
    return shown(await reading.list_places(db, actor, session, part), place_out)


@post(
    "/sessions/{session_id:uuid}/attendance",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, attending.AttendanceClosed, TooMany),
)
async def attend_session(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    session_id: FromPath[UUID],
    data: JSONBody[AttendanceIn],
) -> Response[SessionOut]:
    """Say that you are there, with the code of the session.

    From a quarter of an hour before its beginning to an hour after its end. Codes that are tried
    too often are refused for some minutes.
    """
    await tries.attendance(actor.id, session_id)
    session = await attending.attend(db, actor, session_id, data.code, now=clock())
    return await _answer(db, actor, session)


@post(
    "/sessions/{session_id:uuid}/attendance_list",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, attending.AttendanceClosed),
)
async def note_attendance(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
    data: JSONBody[AttendanceList],
) -> Response[SessionOut]:
    """Note who of the cohort was there and who was not, as its organiser."""
    session = await attending.note_list(db, actor, session_id, data, now=clock())
    return await _answer(db, actor, session)


router = Router(
    "",
    route_handlers=[
        list_sessions,
        plan_sessions,
        read_session,
        change_session,
        cancel_session,
        sign_up_for_session,
        sign_up_for_series,
        leave_session,
        list_session_places,
        attend_session,
        note_attendance,
    ],
    tags=["sessions"],
    opt={"room": "sessions"},
)
