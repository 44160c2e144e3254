"""How a refusal looks: problem+json (RFC 9457) for the API, a page for people."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from asyncpg import InterfaceError, PostgresError
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec
from litestar.response import Redirect
from litestar.types import ASGIApp, Scope
from pydantic import BaseModel, Field
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from cohort.errors import (
    Conflict,
    FieldError,
    Invalid,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refusal,
    Stale,
    TooLarge,
    Unavailable,
)
from cohort.http import pages as web
from cohort.http.patterns import expected

log = structlog.get_logger()

UNREADABLE = "The body could not be read. Send it as JSON in UTF-8, not nested deep."


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    field: str = Field(description="Its path, such as domains/0.", examples=["name"])
    message: str = Field(examples=["This is longer than 200 characters."])


class ProblemDetails(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(examples=["/docs/errors#invalid"])
    title: str = Field(examples=["Something needs another look"])
    status: int = Field(examples=[422])
    code: str = Field(
        description="Stable; every code is listed in docs/errors.md.", examples=["invalid"]
    )
    detail: str = Field(
        description="What was wrong and what to do.", examples=["Look again at: name."]
    )
    instance: str = Field(examples=["/api/v1/cohorts"])
    errors: list[FieldProblem] = Field(
        default=[], description="Which field is wrong, and what is wrong with it."
    )


class WrongMethod(Refusal):
    status = 405
    code = "wrong_method"
    title = "That is not done this way"


class Broken(Refusal):
    status = 500
    code = "broken"
    title = "Something went wrong here"


@dataclass
class Refusals(ResponseSpec):
    """Of one status."""

    refusals: tuple[type[Refusal], ...] = ()


def may_refuse(*refusals: type[Refusal]) -> dict[int, ResponseSpec]:
    """What a route may answer instead, for the contract, which adds what follows from its guard."""
    return {
        status: Refusals(
            data_container=ProblemDetails,
            generate_examples=False,
            media_type="application/problem+json",
            refusals=tuple(one for one in refusals if one.status == status),
        )
        for status in {refusal.status for refusal in refusals}
    }


def refuse(asked: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The exception handler of every route."""
    refusal = as_refusal(error, _names(asked))
    if isinstance(refusal, Broken):
        log.error("request broke", exc_info=error)
    is_for_programs = asked.url.path.startswith(("/api/", "/health/", "/metrics"))
    response = _as_problem(asked, refusal) if is_for_programs else _as_page(asked, refusal)
    response.headers |= _headers(error, refusal)
    return response


def _headers(error: Exception, refusal: Refusal) -> dict[str, str]:
    """What RFC 9110 wants said with some refusals."""
    if isinstance(refusal, NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(refusal, WrongMethod) and isinstance(error, HTTPException):
        methods = set(((error.headers or {}).get("allow") or "").split(", "))
        return {"Allow": ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))}
    if refusal.retry_after is not None:
        return {"Retry-After": str(refusal.retry_after)}
    return {}


def answer_to(scope: Scope, error: BaseException) -> ASGIApp:
    """The same, where no handler is at hand: outside of the routes."""
    asked: Request[Any, Any, Any] = Request(scope)
    broken = error if isinstance(error, Exception) else RuntimeError()
    return refuse(asked, broken).to_asgi_response(app=None, request=asked)


def as_refusal(error: Exception, names: Mapping[str, str]) -> Refusal:
    match error:
        case Refusal():
            return error
        case ValidationException():
            return _invalid(error, names)
        case HTTPException():
            return _of_the_framework(error)
        case RecursionError() | UnicodeDecodeError():
            return Malformed(UNREADABLE)
        case LookupError() if type(error) is LookupError:  # a charset that nobody knows
            return Malformed(UNREADABLE)
        case StaleDataError():
            return Stale()
    for cause in _causes(error):
        if isinstance(cause, FROM_A_SERVER):
            return _of_a_server(cause)
    return _our_fault()


FROM_A_SERVER = (
    DBAPIError,
    PoolTimeout,
    OSError,  # also when a connection is refused, reset or too slow
    PostgresError,  # while a connection is made, nothing wraps it
    InterfaceError,
    RedisError,
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _our_fault() -> Broken:
    return Broken("This is our fault, and it is noted. Nothing was changed; try again later.")


def _of_the_framework(error: HTTPException) -> Refusal:
    known = {
        401: NotSignedIn(),
        403: NotAllowed("You may not do this."),
        404: NotFound(),
        405: WrongMethod("This address does not take that method."),
        413: TooLarge("Send at most 64 kB."),
    }
    if error.status_code in known:
        return known[error.status_code]
    if error.status_code < 500:
        return Malformed(UNREADABLE)
    return _our_fault()


def _invalid(error: ValidationException, names: Mapping[str, str]) -> Refusal:
    """Wrong parameters, by the names that the contract gives them; bodies are read elsewhere."""
    extra: Any = error.extra if isinstance(error.extra, list) else []
    errors = [
        FieldError(names.get(key := one.get("key", ""), key), _in_words(one["message"]))
        for one in extra
    ]
    if left_out := _LEFT_OUT.match(error.detail):
        errors = [FieldError(left_out[1], "This is needed.")]
    if not errors:
        return Malformed(UNREADABLE)
    return Invalid.at_each(errors)


_LEFT_OUT = re.compile(r"Missing required (?:query|header|cookie) parameter '([^']+)'")
"""Of which the framework says no more than this sentence."""


_WORDS = (
    (r"Invalid enum value", "Choose one of those that the contract lists."),
    (r"length <= (\d+)", "This is longer than {0} characters."),
    (r">= (-?\d+)$", "This must be at least {0}."),
    (r"<= (-?\d+)$", "This must be at most {0}."),
    (r"`int`", "This must be a whole number."),
    (r"`(?:uuid|UUID)`|Invalid UUID", "This is not an id that we gave out."),
)


def _in_words(message: str) -> str:
    """What the framework found in a parameter, as we say it elsewhere."""
    for pattern, words in _WORDS:
        if found := re.search(pattern, message):
            return words.format(*found.groups())
    if its := re.search(r"matching regex '(.*)'$", message):
        return expected(its.group(1).replace("\\\\", "\\"))
    return expected("")


def _names(asked: Request[Any, Any, Any]) -> dict[str, str]:
    """What the contract calls each parameter of the handler, where that differs."""
    handler: Any = asked.scope.get("route_handler")
    if handler is None:
        return {}
    its = [handler, *handler.resolve_dependencies().values()]
    called = {
        name: getattr(one.kwarg_definition, "name", None)
        for part in its
        for name, one in part.parsed_fn_signature.parameters.items()
    }
    return {name: public for name, public in called.items() if public}


def _of_a_server(error: BaseException) -> Refusal:
    """What PostgreSQL or Redis said no to; when it could not be asked at all, 503."""
    code: str = getattr(getattr(error, "orig", error), "sqlstate", None) or ""
    match code[:2]:
        case "22":
            return Invalid("A value is outside of what can be stored.")
        case "23":
            return Conflict("This clashes with something that was stored meanwhile. Look again.")
        case "40":
            return Conflict("Two changes met. Send yours again.")
        case "21" | "42" | "P0":
            # The statement itself is wrong, or the database has another shape than this code
            # expects: who sends it again is told the same.
            return _our_fault()
    log.warning("a server is unavailable", sqlstate=code, kind=type(error).__name__)
    return Unavailable()


def _as_problem(asked: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    problem = ProblemDetails(
        type=f"/docs/errors#{refusal.code}",
        title=refusal.title,
        status=refusal.status,
        code=refusal.code,
        detail=refusal.sentence,
        instance=asked.url.path,
        errors=[FieldProblem(field=one.field, message=one.message) for one in refusal.errors],
    )
    return Response(
        problem.model_dump(),
        status_code=refusal.status,
        media_type="application/problem+json",
    )


def _as_page(asked: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    if asked.method == "GET":
        if isinstance(refusal, NotSignedIn):
            query = f"?{asked.url.query}" if asked.url.query else ""
            return Redirect(f"/login?next={quote(asked.url.path + query)}", status_code=303)
        if isinstance(refusal, WrongMethod):
            refusal = WrongMethod("This address only takes what a form sends: there is no page.")
    elif isinstance(refusal, NotSignedIn):
        # A browser sends a form again when the page that answered it is loaded again.
        refusal = NotSignedIn(
            "You are signed out, so this is not kept yet. Sign in, which opens another tab; then"
            " come back to this one and reload it, and what you wrote is sent again."
        )
    return web.page(asked, refusal.template, status=refusal.status, refusal=refusal)
