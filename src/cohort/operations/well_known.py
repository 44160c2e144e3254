"""Addresses that browsers, search engines and finders of faults try without being told."""

from datetime import timedelta

from litestar import MediaType, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.response import File, Redirect

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.pages import STATIC
from cohort.people.auth import public
from cohort.settings import Settings

A_DAY = CacheControlHeader(public=True, max_age=86_400)
HOLDS_FOR = timedelta(days=180)
"""RFC 9116 wants less than a year, so that what nobody looks after ends by itself."""


@get("/favicon.ico", guards=[public], cache_control=A_DAY)
async def favicon() -> File:
    """For tools that do not read the page's own link to an icon."""
    return File(
        STATIC / "favicon.ico", media_type="image/x-icon", content_disposition_type="inline"
    )


@get("/robots.txt", guards=[public], media_type=MediaType.TEXT, cache_control=A_DAY)
async def robots() -> str:
    """What needs a login answers nothing to a crawler; addresses from mails are not for it."""
    closed = ("/api/", "/login", "/verify/", "/password/", "/address/", "/calendars/")
    return "\n".join(["User-agent: *", *(f"Disallow: {path}" for path in closed), ""])


@get("/.well-known/change-password", guards=[public])
async def change_password() -> Redirect:
    """Password managers send people here to change a password."""
    return Redirect("/forgotten", status_code=302)


@get("/.well-known/security.txt", guards=[public], media_type=MediaType.TEXT)
async def security_txt(settings: NamedDependency[Settings], clock: NamedDependency[Clock]) -> str:
    """Whom to tell of a fault in our security (RFC 9116), where the operator said whom."""
    if settings.security_contact is None:
        raise NotFound
    today = clock().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {today + HOLDS_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    )
    return "\n".join([*lines, ""])


router = Router(
    "",
    route_handlers=[favicon, robots, change_password, security_txt],
    include_in_schema=False,
)
