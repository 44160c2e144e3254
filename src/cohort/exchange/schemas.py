"""What the exchange room reads and answers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Base64Bytes, Field

from cohort.cohorts.schemas import EnrolmentIn
from cohort.guides.models import TermKind
from cohort.http.fields import Line, Shown, Slug, Strict
from cohort.mentors.schemas import MentorFields
from cohort.questions.schemas import Answers

MOST_BYTES = 8 * 1024 * 1024
LONGEST_BODY = 12 * 1024 * 1024
"""The file as base64, with the rest of the request."""
Holds = Literal["both", "researchers", "mentors", "past_pairs"]
Outcome = Literal[
    "new",
    "changed",
    "same",
    "there_already",
    "applied",
    "left_before",
    "said_no",
    "not_here",
    "refused",
]
ExportFormat = Literal["xlsx", "ods", "csv"]
Side = Literal["researcher", "mentor", "pair"]


class ImportIn(Strict):
    """A spreadsheet of people, and whether they are to come or only looked at."""

    file_name: Line = Field(examples=["people.csv"])
    content: Annotated[Base64Bytes, Field(max_length=MOST_BYTES)] = Field(
        description="The file (CSV, XLSX or ODS) in base64.",
        examples=["TmFtZSxFLW1haWwKQWRhLGFkYUBleGFtcGxlLm9yZwo="],
    )
    holds: Holds = Field(
        default="both",
        description="What is in the file. Of a workbook with both, a sheet called Past pairs is "
        "read too.",
        examples=["researchers"],
    )
    mapping: Annotated[str, Field(max_length=64_000)] = Field(
        default="",
        description="TOML that says what the columns mean: the `mapping` of an answer, corrected.",
        examples=['[researchers]\n"Shoe size" = ""\n'],
    )
    terms: Annotated[dict[Slug, Slug | Literal[""]], Field(max_length=2_000)] = Field(
        default={},
        description="What to take for words outside the taxonomy: by the slug of one of the "
        "`own_terms` of an answer, a slug of the taxonomy, or nothing to leave it out. Those that "
        "are not here become words of this cohort.",
        examples=[{"own-0a1b2c3d4e5f6071": "machine-translation"}],
    )
    agreed: bool = Field(
        default=False,
        description="That these people agreed to take part: your word, which is kept with your "
        "name; each of them is asked. Needed where `dry_run` is false.",
        examples=[True],
    )
    dry_run: bool = Field(default=True, description="Only say what would happen.", examples=[True])


class SeatConfirmation(EnrolmentIn):
    """What an imported researcher says of herself."""

    name: Line = Field(examples=["Ada Example"])
    answers: Answers = Field(default={})


class MentorConfirmation(MentorFields):
    """What an imported mentor says of herself."""

    name: Line = Field(examples=["Grace Example"])
    answers: Answers = Field(default={})
    consent: Literal[True] = Field(examples=[True])


class ImportRowOut(Shown):
    """One row of the file; whoever is both has two. A past pair becomes a veto."""

    sheet: str
    row: int = Field(description="As the spreadsheet program counts.")
    side: Side
    name: str
    email: str
    outcome: Outcome = Field(
        description="new: comes into the cohort, and is asked to confirm. changed: has not "
        "confirmed yet; `fields` are replaced. same: has not confirmed yet. there_already: is in "
        "the cohort by her own word; nothing is changed. applied: has applied, which is decided "
        "there. left_before: was in the cohort, left it, and is not taken back. said_no: was "
        "imported and said no. not_here: one of a past pair is not in the cohort. refused: "
        "cannot be imported; while there is one, nobody is."
    )
    fields: list[str] = Field(
        description="What is replaced; `answers/` and a name is the answer to a question of "
        "the organisers.",
        examples=[["domains", "answers/Favourite framework"]],
    )
    reason: str = Field(description="What is wrong, where the row is refused.")


class ExportIn(Strict):
    """How a cohort is to be written down."""

    format: ExportFormat = Field(
        default="xlsx",
        description="A workbook with a sheet for each; or the sheets as CSV files in a ZIP.",
        examples=["xlsx"],
    )


class OwnTermOut(Shown):
    """A word outside the taxonomy. In the cohort, whoever writes the same shares it."""

    kind: TermKind
    slug: str
    title: str


class FoundTermOut(OwnTermOut):
    """One that is in the file."""

    near: list[str] = Field(description="Slugs of the taxonomy that may be meant.")
    becomes: str = Field(description="The slug that profiles get; empty where it is left out.")


class ImportCountsOut(Shown):
    """How many rows there are of each outcome; together, all rows."""

    new: int
    changed: int
    same: int
    there_already: int
    applied: int
    left_before: int
    said_no: int
    not_here: int
    refused: int


class ImportOut(Shown):
    """What would happen, or happened: from the same plan."""

    dry_run: bool
    counts: ImportCountsOut
    rows: list[ImportRowOut]
    own_terms: list[FoundTermOut]
    notes: list[str] = Field(description="What was guessed, left out or taken for granted.")
    last_mail_at: datetime | None = Field(
        description="When the last of the new people is asked: a cohort sends 1,000 such mails in "
        "a day. Null where all go out at once."
    )
    mapping: str = Field(description="TOML: what each column was taken for.")
