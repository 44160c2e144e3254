"""Which window of the matrix a request asks for, in the same words on the page and over the API."""

from typing import Annotated

from litestar.di import Provide
from litestar.params import QueryParameter

from cohort.matching.console.matrix import MatrixPart

First = Annotated[int, QueryParameter(ge=0, le=1_000_000, description="From which on, from 0.")]
Size = Annotated[int, QueryParameter(ge=1, le=100, description="How many.")]
Sought = Annotated[str, QueryParameter(max_length=100, description="A part of the name.")]


def wanted_part(
    first_row: First = 0,
    rows: Size = 40,
    first_column: First = 0,
    columns: Size = 20,
    researcher: Sought = "",
    mentor: Sought = "",
) -> MatrixPart:
    return MatrixPart(first_row, rows, first_column, columns, researcher, mentor)


PART = {"part": Provide(wanted_part, sync_to_thread=False)}
