"""Who is asking, and the guards that every route declares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, Headers
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.db import Sessions
from cohort.errors import NotAllowed, NotSignedIn
from cohort.http.forms import CONFIRMING
from cohort.http.origin import SAFE_METHODS
from cohort.people import keys, logins, service
from cohort.people.models import Person
from cohort.people.throttle import Tries, client_of
from cohort.settings import Settings

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Credential:
    """What was shown: a login, or an API key with its scopes."""

    login_id: UUID | None = None
    key_id: UUID | None = None
    lately_confirmed: bool = False
    """Whether the holder of the login proved a short while ago who she is."""
    scopes: frozenset[str] | None = None


def cookie_name(settings: Settings) -> str:
    return "__Host-cohort_login" if settings.secure else "cohort_login"


def device_cookie_name(settings: Settings) -> str:
    return "__Host-cohort_device" if settings.secure else "cohort_device"


def login_cookies(settings: Settings, entry: logins.Entry) -> list[Cookie]:
    """The login, and the token by which the browser is known when someone signs in again."""
    days = {cookie_name(settings): (entry.token, settings.login_days)}
    if entry.known_as is not None:
        known_for = logins.DEVICE_LIVES.days
        days[device_cookie_name(settings)] = (entry.known_as, known_for)
    return [
        _cookie(settings, name, value, max_age=kept * 86_400)
        for name, (value, kept) in days.items()
    ]


def no_cookie(settings: Settings) -> Cookie:
    return _cookie(settings, cookie_name(settings), "", max_age=0)


def _cookie(settings: Settings, name: str, value: str, *, max_age: int) -> Cookie:
    return Cookie(
        name, value=value, max_age=max_age, secure=settings.secure, httponly=True, samesite="lax"
    )


def entrance_of(connection: Connection, settings: Settings) -> logins.Entrance:
    return logins.Entrance(
        device=connection.headers.get("user-agent", ""),
        known_as=connection.cookies.get(device_cookie_name(settings)),
        replaces=connection.cookies.get(cookie_name(settings)),
    )


async def charge_password(
    db: AsyncSession, tries: Tries, email: str, at: logins.Entrance, *, now: datetime
) -> None:
    """Count a try at a password, where strangers' tries cannot use up the owner's."""
    known = at.known_as
    if known is not None and await logins.knows_device(db, known, email, now=now):
        await tries.password_from_known(known)
    else:
        await tries.password(email)


def tries_of(connection: Connection) -> Tries:
    host = connection.client.host if connection.client else "unknown"
    return Tries(connection.app.state.throttle, client_of(host))


def token_shown(connection: Connection, settings: Settings) -> str:
    """The token or key of someone who was recognised."""
    shown = connection.headers.get("authorization", "")
    return shown.partition(" ")[2] or connection.cookies[cookie_name(settings)]


def is_stale(last_used_at: datetime | None, now: datetime) -> bool:
    """To the hour: a row that every request writes would make them wait for each other."""
    return last_used_at is None or now - last_used_at > timedelta(hours=1)


class NotConfirmed(NotAllowed):
    code = "not_confirmed"
    title = "Is it still you?"
    template = "people/confirm.html"

    def __init__(self, sent: Sequence[tuple[str, Any]] = (), wrong: str = "") -> None:
        super().__init__(
            "This decides who has access to what, so it wants to know that it is still you: "
            "confirm your login with your password, a code or a mailed link, or sign in again."
        )
        self.sent = [(name, text) for name, text in sent if isinstance(text, str)]
        """What the form had, to be sent again with the password."""
        self.wrong = wrong


class TwoStepsNeeded(NotAllowed):
    code = "two_steps_needed"
    title = "A second step is needed first"
    template = "signin/needed.html"

    def __init__(self) -> None:
        super().__init__(
            "Here, organisers and admins sign in in two steps. Set up an app or a passkey under"
            " “Signing in” of your account, and go on."
        )


class WhoIsAsking:
    """Put the person behind a cookie, a token or a key into the request.

    Routes that are the same for everyone say so in their `opt`, and nobody is looked up for them.
    """

    def __init__(self, app: ASGIApp, settings: Settings, clock: Clock, sessions: Sessions) -> None:
        self.app = app
        self.settings = settings
        self.clock = clock
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self.look_up(scope)
        await self.app(scope, receive, send)

    async def look_up(self, scope: Scope) -> None:
        handler = cast("BaseRouteHandler", scope["route_handler"])
        nobody = handler.opt.get("same_for_everyone", False)
        scope["user"], scope["auth"] = (
            (None, None) if nobody else await self.recognise(scope, Headers.from_scope(scope))
        )

    async def recognise(
        self, scope: Scope, headers: Headers
    ) -> tuple[Person | None, Credential | None]:
        db, now = scope["state"]["db"], self.clock()
        shown = headers.get("authorization", "")
        if not shown:
            token = ASGIConnection(scope).cookies.get(cookie_name(self.settings))
            found = await self.with_login(db, token, now=now) if token else None
            return found or (None, None)
        kind, _, token = shown.partition(" ")
        if kind.lower() != "bearer":
            raise NotSignedIn("Send your token as: Authorization: Bearer …")
        find = self.with_key if token.startswith("cohort_") else self.with_login
        found = await find(db, token, now=now)
        if found is None:
            raise NotSignedIn(
                "This token or key is not valid any more. Sign in, or make a new key."
            )
        return found

    async def with_login(
        self, db: AsyncSession, token: str, *, now: datetime
    ) -> tuple[Person, Credential] | None:
        login = await logins.who_has_login(db, token, now=now)
        if login is None:
            return None
        if is_stale(login.used_at, now):
            await logins.note_login_use(self.sessions, login.id, now=now, settings=self.settings)
        lately = now - login.confirmed_at <= timedelta(minutes=self.settings.confirmed_minutes)
        return login.person, Credential(login_id=login.id, lately_confirmed=lately)

    async def with_key(
        self, db: AsyncSession, secret: str, *, now: datetime
    ) -> tuple[Person, Credential] | None:
        key = await keys.who_has_key(db, secret, now=now)
        if key is None:
            return None
        if is_stale(key.last_used_at, now):
            await keys.note_key_use(self.sessions, key.id, now=now)
        return key.person, Credential(key_id=key.id, scopes=key.scopes)


async def public(connection: Connection, handler: BaseRouteHandler) -> None:
    """Anyone may ask. A key belongs to the API: on a page, its owner is nobody."""
    key_shown = connection.auth is not None and connection.auth.scopes is not None
    if key_shown and handler.opt.get("room") is None:
        connection.scope["user"] = None


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Any person; with an API key, one that has the scope of the route's room.

    A route that says `confirmed_login` wants a login, and one that was confirmed lately: what it
    does decides who has access to what.
    """
    if connection.scope.get("user") is None:
        raise NotSignedIn
    if not handler.opt.get("before_two_steps", False):
        await require_two_steps(connection)
    scopes = connection.auth.scopes
    if scopes is None:
        if handler.opt.get("confirmed_login", False):
            await require_confirmed(connection)
        return
    if handler.opt.get("any_scope", False):
        return
    room = handler.opt.get("room")
    needed = f"{room}:{'read' if connection.scope.get('method') in SAFE_METHODS else 'write'}"
    if room is None or handler.opt.get("confirmed_login", False):
        raise NotAllowed("An API key cannot do this. Sign in instead.")
    if needed not in scopes:
        raise NotAllowed(f"This API key lacks the scope {needed}.")


async def require_two_steps(connection: Connection) -> None:
    """Where the operator demands it of those who see other people's data, with a key as well."""
    state, person = connection.app.state, connection.user
    if not state.settings.organisers_need_two_steps or person.two_steps:
        return
    if person.is_admin or await state.organises_something(connection.scope["state"]["db"], person):
        raise TwoStepsNeeded


async def require_confirmed(connection: Connection) -> None:
    """On a page, the form may bring the password along, which confirms the login and goes on."""
    if connection.auth.lately_confirmed:
        return
    if connection.url.path.startswith("/api/"):
        raise NotConfirmed
    sent = await Request(connection.scope, connection.receive).form()
    typed = sent.get(CONFIRMING)
    rest = [(name, text) for name, text in sent.multi_items() if name != CONFIRMING]
    if not isinstance(typed, str) or not typed:
        raise NotConfirmed(rest)
    person, now = connection.user, connection.app.state.clock()
    db, settings = connection.scope["state"]["db"], connection.app.state.settings
    await charge_password(
        db, tries_of(connection), person.email, entrance_of(connection, settings), now=now
    )
    try:
        await service.require_password(person, typed)
    except service.WrongPassword as refusal:
        raise NotConfirmed(rest, "That is not your password. Try again.") from refusal
    await logins.note_confirmation(connection.app.state.sessions, connection.auth.login_id, now=now)


async def platform_admin(connection: Connection, handler: BaseRouteHandler) -> None:
    await signed_in(connection, handler)
    if not connection.user.is_admin:
        raise NotAllowed("Only an admin of the platform may do this.")


GUARDS = (public, signed_in, platform_admin)
