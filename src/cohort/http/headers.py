"""Headers that handlers take as parameters."""

from typing import Annotated

from litestar.params import HeaderParameter

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The ETag that you read.", max_length=100),
]
