"""Two runs side by side, as the API answers them."""

from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.matching.results.schemas import ChangeOut


class RunChangeOut(ChangeOut):
    """A researcher whose mentor differs between two runs; null is no mentor."""

    score_before: float | None
    score_after: float | None
    why: str = Field(
        examples=["Ada Example changed the wishes."],
        description="What changed around her and these mentors between the two runs. It stands "
        "beside the move; it is no proof that nothing else would have moved her.",
    )


class RunComparisonOut(Shown):
    """What the second run changed, person by person."""

    before_id: UUID
    after_id: UUID
    rules_version_before: int
    rules_version_after: int
    pairs_before: int
    pairs_after: int
    total_before: float
    total_after: float = Field(
        description="Totals by other rules, or of other people, are not to be compared."
    )
    newly_placed: int = Field(description="Researchers whom only the second run pairs.")
    unplaced: int = Field(
        description="Researchers whom only the first run pairs; some may have that mentor by now."
    )
    moved: int = Field(description="Researchers whom both pair, with another mentor.")
    input_kept: bool = Field(
        description="What both runs solved is kept; otherwise nothing is known of why."
    )
    causes: list[str] = Field(
        examples=[["The rules changed.", "Ada Example waits for a mentor now."]],
        description="What changed for everybody, who came and went, and what was decided.",
    )
    changes: list[RunChangeOut]
