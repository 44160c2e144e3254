"""A long body is read from somebody whom we know, and from nobody else."""

from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from cohort.clock import Clock
from cohort.db import Sessions
from cohort.http.body import BODY_LIMIT, require_announced_within
from cohort.http.origin import SAFE_METHODS
from cohort.people.auth import WhoIsAsking
from cohort.settings import Settings


class KnownBeforeLongBody:
    """Refuse before the first byte is read: what would be too long, and who may not send it.

    Without it, a stranger's 50 MB would wait on our disk to be refused. The body of a refused
    request is not awaited; the server below throws away what still comes of it, so that browsers,
    which read an answer only when all is sent, show it.

    Whoever is known is looked up once more when her body is here, as it may take minutes, and no
    connection to the database is held meanwhile.
    """

    def __init__(self, app: ASGIApp, settings: Settings, clock: Clock, sessions: Sessions) -> None:
        self.app = app
        self.who = WhoIsAsking(app, settings, clock, sessions)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE_METHODS:
            handler = cast("HTTPRouteHandler", scope["route_handler"])
            limit = handler.resolve_request_max_body_size() or 0
            require_announced_within(scope, limit)
            if limit > BODY_LIMIT:
                await self._require_let_in(scope, handler)
        await self.app(scope, receive, send)

    async def _require_let_in(self, scope: Scope, handler: HTTPRouteHandler) -> None:
        await self.who.look_up(scope)
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        for guard in handler.resolve_guards():
            await guard(connection, handler)  # type: ignore[misc]
        await scope["state"]["db"].rollback()
