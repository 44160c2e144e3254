"""Who is asking, and the guards that every route declares."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, Headers
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from cohort.clock import Clock
from cohort.db import Sessions
from cohort.errors import NotAllowed, NotSignedIn
from cohort.http.origin import SAFE_METHODS
from cohort.people import service
from cohort.people.models import Person
from cohort.settings import Settings

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Credential:
    """What was shown: a login's token, or an API key with its scopes."""

    login_token: str | None = None
    scopes: frozenset[str] | None = None


def cookie_name(settings: Settings) -> str:
    return "__Host-cohort_login" if settings.secure else "cohort_login"


def login_cookie(settings: Settings, entry: service.Entry) -> Cookie:
    return Cookie(
        cookie_name(settings),
        value=entry.token,
        max_age=settings.login_days * 86_400,
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def no_cookie(settings: Settings) -> Cookie:
    return Cookie(
        cookie_name(settings),
        value="",
        max_age=0,
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def token_shown(connection: Connection, settings: Settings) -> str:
    """The token or key of someone who was recognised."""
    shown = connection.headers.get("authorization", "")
    return shown.partition(" ")[2] or connection.cookies[cookie_name(settings)]


def is_stale(last_used_at: datetime | None, now: datetime) -> bool:
    """To the hour: a row that every request writes would make them wait for each other."""
    return last_used_at is None or now - last_used_at > timedelta(hours=1)


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
            handler = cast("BaseRouteHandler", scope["route_handler"])
            nobody = handler.opt.get("same_for_everyone", False)
            scope["user"], scope["auth"] = (
                (None, None) if nobody else await self.recognise(scope, Headers.from_scope(scope))
            )
        await self.app(scope, receive, send)

    async def recognise(
        self, scope: Scope, headers: Headers
    ) -> tuple[Person | None, Credential | None]:
        db, now = scope["state"]["db"], self.clock()
        shown = headers.get("authorization", "")
        if not shown:
            token = ASGIConnection(scope).cookies.get(cookie_name(self.settings))
            person = await service.who_has_login(db, token, now=now) if token else None
            return person, Credential(login_token=token) if person else None
        kind, _, token = shown.partition(" ")
        if kind.lower() != "bearer":
            raise NotSignedIn("Send your token as: Authorization: Bearer …")
        if token.startswith("cohort_"):
            key = await service.who_has_key(db, token, now=now)
            if key is not None:
                if is_stale(key.last_used_at, now):
                    await service.note_use(self.sessions, key.id, now=now)
                return key.person, Credential(scopes=key.scopes)
        elif person := await service.who_has_login(db, token, now=now):
            return person, Credential(login_token=token)
        raise NotSignedIn("This token or key is not valid any more. Sign in, or make a new key.")


async def public(connection: Connection, handler: BaseRouteHandler) -> None:
    """Anyone may ask. A key belongs to the API: on a page, its owner is nobody."""
    key_shown = connection.auth is not None and connection.auth.scopes is not None
    if key_shown and handler.opt.get("room") is None:
        connection.scope["user"] = None


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Any person; with an API key, one that has the scope of the route's room."""
    if connection.scope.get("user") is None:
        raise NotSignedIn
    scopes = connection.auth.scopes
    if scopes is None:
        return
    if handler.opt.get("any_scope", False):
        return
    room = handler.opt.get("room")
    needed = f"{room}:{'read' if connection.scope.get('method') in SAFE_METHODS else 'write'}"
    if room is None:
        raise NotAllowed("An API key cannot do this. Sign in instead.")
    if needed not in scopes:
        raise NotAllowed(f"This API key lacks the scope {needed}.")


async def platform_admin(connection: Connection, handler: BaseRouteHandler) -> None:
    await signed_in(connection, handler)
    if not connection.user.is_admin:
        raise NotAllowed("Only an admin of the platform may do this.")


GUARDS = (public, signed_in, platform_admin)
