"""Rows of a TOML file, each checked; what is wrong is said with the row's number and slug."""

import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from cohort.errors import Invalid
from cohort.guides.schemas import DomainRow, MilestoneRow, TermRow
from cohort.http.forms import field_errors

Row = TypeVar("Row", MilestoneRow, TermRow)
MOST_ROWS = 5_000


def read_tables(toml: str, kinds: Mapping[str, type[Row]]) -> dict[str, list[Row]]:
    """The rows of each kind that the file has, in its order; every slug stands once."""
    try:
        tables = tomllib.loads(toml)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Invalid(f"The file is not valid TOML: {error}.") from error
    for name in tables:
        if name not in kinds:
            known = ", ".join(f"[[{kind}]]" for kind in kinds)
            raise Invalid(f"“{name}” is not a table that belongs here. Write: {known}.")
    if not tables:
        raise Invalid(f"The file has no rows: begin each with [[{next(iter(kinds))}]].")
    return {kind: _rows(kind, kinds[kind], found) for kind, found in tables.items()}


def _rows(kind: str, schema: type[Row], found: Any) -> list[Row]:
    if not isinstance(found, list) or len(found) > MOST_ROWS:
        raise Invalid(f"Write each {kind} as [[{kind}]], at most {MOST_ROWS:,} of them.")
    rows: list[Row] = []
    places: dict[str, int] = {}
    for number, given in enumerate(found, start=1):
        row = _row(kind, schema, number, given)
        if row.slug in places:
            raise refused(kind, number, row.slug, f"row {places[row.slug]} has the same slug.")
        places[row.slug] = number
        rows.append(row)
    return rows


def _row(kind: str, schema: type[Row], number: int, given: Any) -> Row:
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        slug = given.get("slug", "") if isinstance(given, dict) else ""
        first = field_errors(error)[0]
        raise refused(kind, number, slug, f"{first.field or 'row'}: {first.message}") from error


def refused(kind: str, number: int, slug: object, sentence: str) -> Invalid:
    return Invalid(f"{kind.capitalize()} {number} (“{str(slug)[:80]}”): {sentence}")


def read_milestones(toml: str) -> list[MilestoneRow]:
    """Milestones, each after those that it requires."""
    rows = read_tables(toml, {"milestone": MilestoneRow})["milestone"]
    earlier: set[str] = set()
    for number, row in enumerate(rows, start=1):
        for needed in row.requires:
            if needed not in earlier:
                raise refused(
                    "milestone", number, row.slug, f"it requires “{needed}”, which is not above it."
                )
        earlier.add(row.slug)
    return rows


def read_taxonomy(toml: str) -> dict[str, list[TermRow]]:
    """The terms of each kind that the file names; domains form trees."""
    kinds: dict[str, type[TermRow]] = {
        "domain": DomainRow,
        "role": TermRow,
        "context": TermRow,
        "skill": TermRow,
    }
    tables = read_tables(toml, kinds)
    _check_trees([row for row in tables.get("domain", []) if isinstance(row, DomainRow)])
    return tables


def _check_trees(rows: list[DomainRow]) -> None:
    parent_of = {row.slug: row.parent for row in rows}
    for number, row in enumerate(rows, start=1):
        above, seen = row.parent, {row.slug}
        while above is not None:
            if above not in parent_of:
                sentence = f"its parent “{above}” is not a domain of this file."
                raise refused("domain", number, row.slug, sentence)
            if above in seen:
                raise refused("domain", number, row.slug, "it lies in itself, by its parents.")
            seen.add(above)
            above = parent_of[above]
