"""Who may send a request: our own pages, and programs that carry no cookies."""

from urllib.parse import urlsplit

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from cohort.errors import NotAllowed

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
ALLOWED = "allowed_origin"
"""Where a request's state says that `cross_origin` let it come from another site."""


def from_another_site(headers: Headers) -> bool:
    """Whether a browser says that another site made it ask."""
    return headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}


def is_for_all_sites(scope: Scope) -> bool:
    """A route that says so in its `opt` does as much for any page as for ours: it reads no cookie,
    and whoever has the token of its address may do what it does."""
    handler = scope.get("route_handler")
    return handler is not None and bool(handler.opt.get("from_all_sites", False))


class SameOrigin:
    """Refuse what another site makes a browser send with our cookies.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin; scripts send
    neither, and carry no cookies that they did not choose to send.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app = app
        self.public = urlsplit(public_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        may_change = scope["type"] == ScopeType.HTTP and scope["method"] not in SAFE_METHODS
        if may_change and ALLOWED not in scope["state"] and not is_for_all_sites(scope):
            self.check(Headers.from_scope(scope))
        await self.app(scope, receive, send)

    def check(self, headers: Headers) -> None:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site in {"same-origin", "none"}:
            return
        ours = {self.public, headers.get("host")}
        if site is None and (origin is None or urlsplit(origin).netloc in ours):
            return
        raise NotAllowed("This was sent from another site. Open our page and try again there.")
