"""Headers that handlers take as parameters, and the change of one in an answer."""

from collections.abc import Iterable
from typing import Annotated

from litestar.params import HeaderParameter

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The ETag that you read.", max_length=100),
]

Pairs = Iterable[tuple[bytes, bytes]]


def with_header(headers: Pairs, name: bytes, value: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of an ASGI message with one of them set; `name` in lower case."""
    return [*(pair for pair in headers if pair[0].lower() != name), (name, value)]
