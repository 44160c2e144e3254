"""What the matching reads of a person, as they typed it: shared by researchers and mentors."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from sqlalchemy import ARRAY, Text, any_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import Prepared, given
from cohort.errors import FieldError, Invalid
from cohort.guides.models import Term, TermKind
from cohort.http.fields import Language, Line, Slug, Strict
from cohort.http.patterns import QUARTER, QUARTER_OR_MIDNIGHT
from cohort.profiles.languages import LANGUAGES

T = TypeVar("T")

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Start = Annotated[str, StringConstraints(pattern=QUARTER)]
End = Annotated[str, StringConstraints(pattern=QUARTER_OR_MIDNIGHT)]


class Span(Strict):
    """Some hours of every week, in the person's own time zone, by the quarter of an hour."""

    day: Day = Field(examples=["tuesday"])
    start: Start = Field(examples=["17:00"])
    end: End = Field(examples=["20:00"], description="`24:00` is the end of the day.")

    @model_validator(mode="after")
    def _goes_forward(self) -> "Span":
        if self.start >= self.end:
            raise ValueError("must end after it starts; split what goes past midnight at 24:00")
        return self


def _apart(spans: list[Span]) -> list[Span]:
    ends: dict[str, str] = {}
    for span in sorted(spans, key=lambda span: span.start):
        if span.start < ends.get(span.day, ""):
            raise ValueError(f"has two spans that overlap on {span.day.title()}; join them")
        ends[span.day] = span.end
    return spans


def once_each(items: list[T]) -> list[T]:
    return list(dict.fromkeys(items))


def _known_language(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError("is not a language code of ISO 639-1, such as en")
    return code


WeeklyHours = Annotated[
    list[Span],
    Field(
        max_length=50,
        description="When there is time to meet, every week, in the given time zone.",
        examples=[[{"day": "tuesday", "start": "17:00", "end": "20:00"}]],
    ),
    AfterValidator(_apart),
]
Domains = Annotated[
    list[Slug],
    Field(
        min_length=1,
        max_length=10,
        description="Slugs of `GET /taxonomies/domain`.",
        examples=[["machine-translation"]],
    ),
    AfterValidator(once_each),
]
Contexts = Annotated[
    list[Slug],
    Field(
        max_length=10, description="Slugs of `GET /taxonomies/context`.", examples=[["start-up"]]
    ),
    AfterValidator(once_each),
]
Languages = Annotated[
    list[Annotated[Language, AfterValidator(_known_language)]],
    Field(min_length=1, max_length=10, description="ISO 639-1 codes.", examples=[["en"]]),
    AfterValidator(once_each),
]
Organisations = Annotated[
    list[Line],
    Field(
        max_length=10,
        description="Where the person works or studies now; nobody of the same is matched.",
        examples=[["University of Somewhere"]],
    ),
    AfterValidator(once_each),
]


KNOWN = Prepared(
    select(Term.kind, Term.slug).where(
        Term.slug == any_(given("slugs", ARRAY(Text()))), Term.retired_at.is_(None)
    )
)


async def check_terms(
    db: AsyncSession,
    fields: Mapping[str, tuple[TermKind, Sequence[str] | None]],
    own: Collection[tuple[str, str]] = (),
) -> None:
    """Refuse, at its place in its field, each slug that the taxonomy does not hold.

    own     kinds and slugs that are known besides.
    """
    named = {slug for _, slugs in fields.values() for slug in slugs or ()}
    if not named:
        return
    known = {*own} | {(row["kind"], row["slug"]) for row in await KNOWN.rows(db, slugs=list(named))}
    errors = [
        FieldError(f"{field}/{place}", f"“{slug}” is not one of the {kind}s that we know.")
        for field, (kind, slugs) in fields.items()
        for place, slug in enumerate(slugs or ())
        if (kind.value, slug) not in known
    ]
    if errors:
        wrong = dict.fromkeys(error.field.partition("/")[0] for error in errors)
        raise Invalid(f"Look again at: {', '.join(wrong)}.", errors=errors)


async def require_term(db: AsyncSession, field: str, kind: TermKind, slug: str) -> None:
    """Refuse a slug that the taxonomy does not hold."""
    known = {(row["kind"], row["slug"]) for row in await KNOWN.rows(db, slugs=[slug])}
    if (kind.value, slug) not in known:
        raise Invalid.at(field, f"“{slug}” is not one of the {kind}s that we know.")
