"""What a browser keeps while it is on the way in: a token that is worth nothing elsewhere."""

from litestar.datastructures import Cookie

from cohort.people.auth import Connection
from cohort.settings import Settings

LIVES = 600
"""Seconds."""


def _name(settings: Settings, what: str) -> str:
    return f"__Host-cohort_{what}" if settings.secure else f"cohort_{what}"


def kept(connection: Connection, settings: Settings, what: str) -> str | None:
    return connection.cookies.get(_name(settings, what))


def keep(settings: Settings, what: str, value: str) -> Cookie:
    return Cookie(
        _name(settings, what),
        value=value,
        max_age=LIVES if value else 0,
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def drop(settings: Settings, what: str) -> Cookie:
    return keep(settings, what, "")
