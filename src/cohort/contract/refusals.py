"""How each operation may refuse: what its route names, and what follows from its guard."""

from collections.abc import Iterable
from typing import Any

from litestar.handlers import HTTPRouteHandler

from cohort.errors import (
    Conflict,
    Invalid,
    Malformed,
    NotAllowed,
    NotSignedIn,
    Refusal,
    TooLarge,
    Unavailable,
)
from cohort.http.body import TooSlow
from cohort.http.problems import FieldProblem, ProblemDetails, Refusals
from cohort.http.stored_responses import KeyReused, OnlySaidOnce
from cohort.people.auth import public


def refusals_of(handler: HTTPRouteHandler, method: str) -> set[type[Refusal]]:
    may = {Malformed, Invalid, Unavailable}
    for answer in (handler.responses or {}).values():
        may |= set(answer.refusals) if isinstance(answer, Refusals) else set()
    is_public = public in (handler.guards or ())
    if not handler.opt.get("same_for_everyone", False):
        may |= {NotSignedIn}
    if method != "get":
        may |= {NotAllowed, TooLarge, TooSlow, Conflict}
    elif not is_public:
        may |= {NotAllowed}
    if method == "post" and not handler.opt.get("repeatable", False):
        may |= {KeyReused}
        may |= {OnlySaidOnce} if handler.opt.get("secret_answer", False) else set()
    return may


def problems(refusals: Iterable[type[Refusal]]) -> dict[str, Any]:
    """The responses of an operation, by status, with an example for each code."""
    by_status: dict[int, list[type[Refusal]]] = {}
    for refusal in sorted(refusals, key=lambda one: (one.status, one.code)):
        by_status.setdefault(refusal.status, []).append(refusal)
    return {str(status): problem(status, each) for status, each in by_status.items()}


def problem(status: int, refusals: list[type[Refusal]]) -> dict[str, Any]:
    examples = {
        refusal.code: {"$ref": f"#/components/examples/{refusal.code}"} for refusal in refusals
    }
    return {
        "description": " ".join(f"`{one.code}`: {one.title}." for one in refusals),
        **({"headers": HEADERS[status]} if status in HEADERS else {}),
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/ProblemDetails"},
                "examples": examples,
            }
        },
    }


def _header(description: str, kind: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}


LATER = {"Retry-After": _header("Seconds after which it may well work.", "integer")}
HEADERS = {
    401: {"WWW-Authenticate": _header("How to say who you are.", "string")},
    429: LATER,
    503: LATER,
}


def example_of(refusal: type[Refusal]) -> dict[str, Any]:
    problem = ProblemDetails(
        type=f"/docs/errors#{refusal.code}",
        title=refusal.title,
        status=refusal.status,
        code=refusal.code,
        detail=sentence_of(refusal),
        instance="/api/v1/cohorts",
        errors=[NAMED] if refusal is Invalid else [],
    )
    return {"summary": refusal.title, "value": problem.model_dump()}


NAMED = FieldProblem(field="name", message="This is longer than 200 characters.")


def sentence_of(refusal: type[Refusal]) -> str:
    """Most are said where they happen; some have a sentence of their own."""
    try:
        return refusal().sentence  # type: ignore[call-arg]
    except TypeError:
        return f"{refusal.title}."
