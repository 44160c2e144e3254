"""What the exchange room reads and answers."""

from typing import Annotated, Literal

from pydantic import Base64Bytes, Field

from cohort.http.fields import Line, Shown, Strict

MOST_BYTES = 8 * 1024 * 1024
LONGEST_BODY = 12 * 1024 * 1024
"""The file as base64, with the rest of the request."""
Holds = Literal["both", "researchers", "mentors"]
Outcome = Literal["new", "there_already", "left_before"]
Side = Literal["researcher", "mentor"]


class ImportIn(Strict):
    """A spreadsheet of people, and whether they are to come or only looked at."""

    file_name: Line = Field(examples=["people.csv"])
    content: Annotated[Base64Bytes, Field(max_length=MOST_BYTES)] = Field(
        description="The file (CSV, XLSX or ODS) in base64.",
        examples=["TmFtZSxFLW1haWwKQWRhLGFkYUBleGFtcGxlLm9yZwo="],
    )
    holds: Holds = Field(
        default="both", description="Who is in the file.", examples=["researchers"]
    )
    mapping: Annotated[str, Field(max_length=64_000)] = Field(
        default="",
        description="TOML that says what the columns mean: the `mapping` of an answer, corrected.",
        examples=['[researchers]\n"Shoe size" = ""\n'],
    )
    dry_run: bool = Field(default=True, description="Only say what would happen.", examples=[True])


class ImportRowOut(Shown):
    """One row of the file; whoever is both has two."""

    sheet: str
    row: int = Field(description="As the spreadsheet program counts.")
    side: Side
    name: str
    email: str
    outcome: Outcome = Field(
        description="new: comes into the cohort. there_already: nothing is changed. left_before: "
        "was in the cohort, left it, and is not taken back."
    )


class ImportOut(Shown):
    """What would happen, or happened: from the same plan."""

    dry_run: bool
    new: int
    there_already: int
    left_before: int
    rows: list[ImportRowOut]
    notes: list[str] = Field(description="What was guessed, left out or taken for granted.")
    mapping: str = Field(description="TOML: what each column was taken for.")
