"""HEAD for every GET: the same work and the same headers, without the body."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

HEAD_ONLY = "cohort.head_only"


def is_head_only(scope: Scope) -> bool:
    """Whether the body that is made now goes to nobody."""
    return HEAD_ONLY in scope


class HeadAsGet:
    """Wraps the whole application, since a route is found by its method."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        scope["method"] = "GET"
        scope[HEAD_ONLY] = True  # type: ignore[literal-required]
        ended = False

        async def without_body(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                # The server and the logs must see what was really asked.
                scope["method"] = "HEAD"
                await send(message)
            elif message["type"] == "http.response.body" and not ended:
                # A stream learns at its first part that nobody listens.
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self.app(scope, receive, without_body)
