"""The matrix of a run as the API answers it."""

from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown


class MatrixRowOut(Shown):
    enrolment_id: UUID
    researcher: str


class MatrixColumnOut(Shown):
    mentor_id: UUID
    mentor: str


class MatrixCellOut(Shown):
    """One researcher with one mentor."""

    score: float
    chosen: bool = Field(description="The run found this pair.")
    cost: float | None = Field(
        description="What the total of all scores would lose if the two had to be a pair and "
        "everyone else were matched again as well as can be: exact, not a bound. Null where they "
        "cannot be, and where costs are not known (`priced`)."
    )
    fewer_placed: int = Field(
        description="Where people are placed first: how many fewer would have a mentor."
    )
    below_least_score: bool = Field(description="Only a pin could make this pair.")
    ruled_out: list[str] = Field(
        examples=[["common_language"]],
        description="Why the two cannot be a pair, as among the alternatives of a researcher.",
    )


class MatrixOut(Shown):
    """A window of the matrix of all pairs: `cells` has a list for each of `rows`, in the order of
    `columns`. Researchers and mentors come by name."""

    run_id: UUID
    researchers: int = Field(description="How many rows there are, of those who were sought.")
    mentors: int = Field(description="How many columns there are, of those who were sought.")
    first_row: int
    first_column: int
    priced: bool = Field(
        description="Whether costs are known: only around pairs that are proved to have the "
        "highest total."
    )
    rows: list[MatrixRowOut]
    columns: list[MatrixColumnOut]
    cells: list[list[MatrixCellOut]]
