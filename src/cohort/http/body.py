"""Reading a body as JSON says it: nothing said twice, and every value of the type asked for.

Forms are read by `web.read_form`, which takes texts for numbers and dates; the API does not.
"""

import json
from typing import Any, NoReturn

from litestar import Request
from litestar.datastructures import State
from pydantic import ValidationError

from cohort.errors import Invalid, Malformed
from cohort.http.fields import Strict
from cohort.http.forms import field_errors
from cohort.http.problems import UNREADABLE


class JsonRequest(Request[Any, Any, State]):
    """A request whose JSON becomes, strictly, what its handler wants as `data`."""

    async def json(self) -> Any:
        wanted: Any = self.route_handler.parsed_data_field
        kind, _ = self.content_type
        if kind != "application/json":
            raise Malformed("Send the body as JSON, with Content-Type: application/json.")
        return read(await self.body(), wanted.annotation)


def read(body: bytes, form: type[Strict]) -> Strict:
    """Raises Malformed for what is no JSON, and Invalid, by field, for what does not fit."""
    try:
        text = body.decode()
        json.loads(text, object_pairs_hook=_said_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed(UNREADABLE) from error
    try:
        return form.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise Invalid.at_each(field_errors(error)) from error


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, value in pairs:
        if name in said:
            raise Invalid.at(_shown(name), "This is said twice. Say it once.")
        if isinstance(value, str) and _shown(value) != value:
            raise Invalid.at(_shown(name), "This contains half of a character; type it again.")
        said[name] = value
    return said


def _shown(text: str) -> str:
    """Halves of characters cannot be written in an answer."""
    return text.encode(errors="replace").decode()


def _no_number(constant: str) -> NoReturn:
    raise ValueError(constant)


BODY_LIMIT = 64 * 1024
