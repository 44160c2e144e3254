"""The contract as one document: what Litestar reads from the routes, completed from the guards."""

import json
import re
from collections.abc import Iterator
from typing import Any

from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute

from cohort.contract.examples import add_examples
from cohort.contract.refusals import example_of, problems, refusals_of
from cohort.contract.schemas import PydanticSchemas
from cohort.errors import Refusal
from cohort.people.auth import public

Document = dict[str, Any]

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "A text of your own for this request. Sent again within a day with the same key and the"
        " same content, it is done once and answered the same."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "example": "0b6c8f3e-sign-up-ada",
}
ETAG = {
    "description": "The version that was answered; send it as If-Match to change it.",
    "schema": {"type": "string"},
    "example": '"3"',
}


A_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


class Json(JsonRenderPlugin):
    """The completed document at /api/openapi.json."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Document) -> bytes:  # noqa: ARG002
        return json.dumps(document_of(request.app)).encode()


def document_of(app: Litestar) -> Document:
    """Worked out once for each application: it does not change while the application runs."""
    made: Document | None = app.state.get("contract")
    if made is None:
        made = app.state.contract = complete(app)
    return made


def complete(app: Litestar) -> Document:
    document = app.openapi_schema.to_schema()
    schemas = document["components"]["schemas"]
    schemas |= app.plugins.get(PydanticSchemas).components()
    add_examples(schemas)
    handlers = {handler.fn.__name__: handler for handler in handlers_of(app)}
    known: dict[str, type[Refusal]] = {}
    for methods in document["paths"].values():
        for method, operation in methods.items():
            handler = handlers[operation["operationId"]]
            refusals = refusals_of(handler, method)
            known |= {refusal.code: refusal for refusal in refusals}
            say_how_to_ask(operation, handler, method)
            say_what_is_answered(operation)
            operation["responses"] |= problems(refusals)
    say_what_has_versions(document["paths"])
    document["components"]["examples"] = {
        code: example_of(refusal) for code, refusal in sorted(known.items())
    }
    return document


def handlers_of(app: Litestar) -> Iterator[HTTPRouteHandler]:
    """Those of the contract, whose names are its operation ids."""
    for route in app.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            if handler.resolve_include_in_schema():
                yield handler


def say_how_to_ask(operation: Document, handler: HTTPRouteHandler, method: str) -> None:
    operation["summary"] = summary_of(operation["description"])
    is_public = public in (handler.guards or ())
    operation["security"] = [{}] if is_public else [{"token": []}, {"cookie": []}]
    if not is_public:
        operation["description"] += f"\n\n{key_for(handler, method)}"
    parameters = [as_sent(one) for one in operation.get("parameters", [])]
    if method == "post" and not handler.opt.get("repeatable", False):
        parameters.append(IDEMPOTENCY_KEY)
    if parameters:
        operation["parameters"] = parameters
    operation.pop("deprecated", None)
    if handler.opt.get("takes_files") == "always":
        operation["requestBody"] = {"required": True, "content": A_FILE}


def summary_of(description: str) -> str:
    """The first thing that a description says."""
    return re.split(r"[.:;?](?:\s|$)", description, maxsplit=1)[0].replace("\n", " ")


def key_for(handler: HTTPRouteHandler, method: str) -> str:
    if handler.opt.get("any_scope", False):
        return "Any API key can do this."
    room = handler.opt.get("room")
    if room is None or handler.opt.get("login_only", False):
        return "An API key cannot do this."
    return f"An API key needs the scope `{room}:{'read' if method == 'get' else 'write'}`."


def as_sent(parameter: Document) -> Document:
    """A parameter that is optional is left out: there is no way to send null."""
    schema = dict(parameter["schema"])
    for choice in (*schema.pop("oneOf", ()), *schema.pop("allOf", ())):
        schema |= choice if choice.get("type") != "null" else {}
    schema.pop("description", None)
    if isinstance(schema.get("type"), list):
        (schema["type"],) = set(schema["type"]) - {"null"}
        schema["enum"] = [word for word in schema["enum"] if word is not None]
    for limit in {"minimum", "maximum"} & schema.keys():
        schema[limit] = int(schema[limit])
    shown = {name: parameter[name] for name in SHOWN if name in parameter} | {"schema": schema}
    if parameter["name"] == "If-Match":
        shown |= {"required": True, "example": '"3"'}
    return shown


SHOWN = ("name", "in", "required", "description")


def say_what_is_answered(operation: Document) -> None:
    for status, response in operation["responses"].items():
        if status in SAID:
            response["description"] = SAID[status]
            if not response.get("headers"):
                response.pop("headers", None)


SAID = {
    "200": "Here it is.",
    "201": "It was made.",
    "202": "It was taken; the rest follows by itself.",
    "204": "It was done; there is nothing to add.",
}


def say_what_has_versions(paths: Document) -> None:
    """What is changed with If-Match comes with its ETag, whichever operation answers it."""
    each = [operation for methods in paths.values() for operation in methods.values()]
    changed = {answered_by(one) for one in each if "428" in one["responses"]}
    for operation in each:
        if answered_by(operation) in changed:
            for status in {"200", "201"} & operation["responses"].keys():
                operation["responses"][status]["headers"] = {"ETag": ETAG}


def answered_by(operation: Document) -> str | None:
    for status in ("200", "201"):
        content = operation["responses"].get(status, {}).get("content", {})
        if reference := content.get("application/json", {}).get("schema", {}).get("$ref"):
            return str(reference)
    return None
