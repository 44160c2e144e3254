"""The sessions of a cohort in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Conflict, Invalid, Stale
from cohort.http.formats import plural
from cohort.http.forms import Form, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.meetings.forms import in_zones
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.sessions import places, reading, service
from cohort.sessions.attending import AFTER, BEFORE
from cohort.sessions.forms import (
    EVERY,
    SessionForm,
    lengths,
    only_new,
    read_change,
    read_new,
    shown,
)
from cohort.sessions.models import LiveSession, PlaceState, SessionPlace
from cohort.sessions.schemas import SessionCancellation, SessionChange
from cohort.settings import Settings

Answer = Response[str] | Redirect


PEOPLE_SHOWN = 100


@dataclass(frozen=True, slots=True)
class SessionsView:
    """The sessions of a cohort, on the reader's clock and on the cohort's."""

    cohort: Cohort
    zones: Sequence[str]
    runs_it: bool
    is_member: bool
    to_come: Sequence[LiveSession]
    before: Sequence[LiveSession]
    places: Mapping[UUID, SessionPlace]


@get("/cohorts/{slug:str}/sessions", guards=[signed_in])
async def sessions_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    await reading.require_reader(db, actor, cohort.id)
    to_come, before = await reading.calendar(db, actor, cohort.id, now=clock())
    view = SessionsView(
        cohort=cohort,
        zones=await _zones(db, actor, cohort),
        runs_it=await cohorts.may_organise(db, actor, cohort.id),
        is_member=await reading.is_member(db, actor, cohort.id),
        to_come=to_come,
        before=before,
        places=await reading.own_places(db, actor, [one.id for one in (*to_come, *before)]),
    )
    return page(request, "sessions/sessions.html", view)


async def _zones(db: AsyncSession, actor: Person, cohort: Cohort) -> list[str]:
    """One's own first, then the cohort's where it is another."""
    return list(dict.fromkeys([await reading.zone_of(db, actor, cohort), cohort.time_zone]))


@get("/cohorts/{slug:str}/sessions/new", guards=[signed_in])
async def new_session_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    return _new(request, await cohorts.organised_by_slug(db, actor, slug), Form())


@post("/cohorts/{slug:str}/sessions/new", guards=[signed_in])
async def plan_session(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Answer:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    form = read_new(await sent_by(request))
    if form.value is not None:
        try:
            planned = await service.plan(db, actor, cohort.id, form.value.asked(), now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
            named = "rule" if form.typed.get("every") == "rule" else "every"
            errors = {named if at == "repeats" else at: say for at, say in form.errors.items()}
            form = replace(form, errors=errors)
        except Conflict as refusal:
            form = form.refused(refusal)
        else:
            many = f"{len(planned)} sessions are planned."
            saying = many if len(planned) > 1 else "The session is planned."
            return see(f"/cohorts/{slug}/sessions", saying=f"{saying} Everyone here sees it.")
    return _new(request, cohort, form)


def _new(request: Asked, cohort: Cohort, form: Form[SessionForm]) -> Response[str]:
    offered = lengths(str(form.typed.get("minutes", "")))
    return page(
        request, "sessions/new.html", form=form, cohort=cohort, every=EVERY, lengths=offered
    )


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session, as one of its cohort sees it."""

    session: LiveSession
    cohort: Cohort
    zones: Sequence[str]
    place: SessionPlace | None
    ahead: int
    """How many wait before the reader, who waits."""
    runs_it: bool
    is_member: bool
    is_over: bool
    has_begun: bool
    takes_code: bool
    address: str
    """Of the link that notes whoever follows it as there; for organisers."""
    people: Sequence[SessionPlace]
    """Who signed up, for organisers: a page of them."""
    next: str | None
    begun: str | None
    were_there: int


@get("/sessions/{session_id:uuid}", guards=[signed_in])
async def session_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    session_id: FromPath[UUID],
) -> Response[str]:
    session = await reading.get(db, actor, session_id)
    part = Slice(request.query_params.get("cursor") or None, PEOPLE_SHOWN)
    view = await _view(db, actor, session, settings.public_url, part, now=clock())
    return page(request, "sessions/session.html", view, form=Form())


async def _view(
    db: AsyncSession,
    actor: Person,
    session: LiveSession,
    public_url: str,
    part: Slice,
    *,
    now: datetime,
) -> SessionView:
    place = (await reading.own_places(db, actor, [session.id])).get(session.id)
    waits = place is not None and place.state is PlaceState.WAITING
    runs_it = await cohorts.may_organise(db, actor, session.cohort_id)
    people = await reading.list_places(db, actor, session, part) if runs_it else None
    return SessionView(
        session=session,
        cohort=session.cohort,
        zones=await _zones(db, actor, session.cohort),
        place=place,
        ahead=await reading.ahead_of(db, place) if place is not None and waits else 0,
        runs_it=runs_it,
        is_member=await reading.is_member(db, actor, session.cohort_id),
        is_over=session.ends_at <= now,
        has_begun=session.starts_at <= now,
        takes_code=session.starts_at - BEFORE <= now <= session.ends_at + AFTER,
        address=f"{public_url}/sessions/{session.id}/here?code={session.code}" if runs_it else "",
        people=people.items if people else [],
        next=people.next if people else None,
        begun=part.cursor,
        were_there=await reading.count_there(db, session) if runs_it else 0,
    )


@post("/sessions/{session_id:uuid}/place", guards=[signed_in])
async def sign_up(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
) -> Redirect:
    session = await places.sign_up(db, actor, session_id, now=clock())
    own = (await reading.own_places(db, actor, [session.id]))[session.id]
    saying = "You are signed up. A mail brings an entry for your calendar."
    if own.state is PlaceState.WAITING:
        saying = "All seats are taken. You are on the waiting list, and we write when one is free."
    return see(f"/sessions/{session.id}", saying=saying)


@post("/sessions/{session_id:uuid}/series_place", guards=[signed_in])
async def sign_up_for_series(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
) -> Redirect:
    signed_up = await places.sign_up_for_series(db, actor, session_id, now=clock())
    own = await reading.own_places(db, actor, [one.id for one in signed_up])
    states = [place.state for place in own.values()]
    saying = f"You have a seat in {plural(states.count(PlaceState.COMING), 'session')} to come."
    if waits := states.count(PlaceState.WAITING):
        saying += f" In {waits} you wait for one, and we write when it is yours."
    return see(f"/cohorts/{signed_up[0].cohort.slug}/sessions", saying=saying)


@post("/sessions/{session_id:uuid}/leave", guards=[signed_in])
async def leave(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
) -> Redirect:
    session = await places.leave(db, actor, session_id, now=clock())
    return see(f"/sessions/{session.id}", saying="You do not come; thank you for saying so.")


@get("/sessions/{session_id:uuid}/change", guards=[signed_in])
async def change_session_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    session_id: FromPath[UUID],
) -> Response[str]:
    return _change(request, await service.require_own(db, actor, session_id), Form())


@post("/sessions/{session_id:uuid}/change", guards=[signed_in])
async def change_session(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
) -> Answer:
    session = await service.require_own(db, actor, session_id)
    form = read_change(await sent_by(request))
    if form.value is not None:
        try:
            asked, seen = only_new(session, form.value), form.seen
            await service.change(db, actor, session_id, asked, if_match=seen, now=clock())
        except Stale as refusal:
            newest = {**form.typed, "version": str(session.version)}
            form = replace(form.refused(refusal), typed=newest)
        except (Invalid, Conflict) as refusal:
            form = form.refused(refusal)
        else:
            saying = "It is changed. Whoever signed up is told where it matters."
            return see(f"/sessions/{session_id}", saying=saying)
    return _change(request, session, form)


def _change(request: Asked, session: LiveSession, form: Form[SessionChange]) -> Response[str]:
    zone = session.cohort.time_zone
    there = session.starts_at.astimezone(ZoneInfo(zone))
    stored = shown(session, f"{there:%Y-%m-%d}", f"{there:%H:%M}")
    form = replace(form, typed=stored | {**form.typed})
    offered = lengths(str(form.typed["minutes"]))
    return page(request, "sessions/change.html", form=form, session=session, lengths=offered)


@get("/sessions/{session_id:uuid}/cancel", guards=[signed_in])
async def cancel_session_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    session_id: FromPath[UUID],
) -> Response[str]:
    return _cancel(request, await service.require_own(db, actor, session_id), Form())


@post("/sessions/{session_id:uuid}/cancel", guards=[signed_in])
async def cancel_session(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
) -> Answer:
    session = await service.require_own(db, actor, session_id)
    form = await read_form(request, SessionCancellation)
    if form.value is not None:
        try:
            await service.cancel(db, actor, session_id, form.value, now=clock())
        except Conflict as refusal:
            form = form.refused(refusal)
        else:
            saying = "It is cancelled, and whoever signed up is told."
            return see(f"/cohorts/{session.cohort.slug}/sessions", saying=saying)
    return _cancel(request, session, form)


def _cancel(request: Asked, session: LiveSession, form: Form[SessionCancellation]) -> Response[str]:
    when = in_zones(session.starts_at, [session.cohort.time_zone])
    return page(request, "sessions/cancel.html", form=form, session=session, when=when)


router = Router(
    "",
    route_handlers=[
        sessions_page,
        new_session_page,
        plan_session,
        session_page,
        sign_up,
        sign_up_for_series,
        leave,
        change_session_page,
        change_session,
        cancel_session_page,
        cancel_session,
    ],
    include_in_schema=False,
)
