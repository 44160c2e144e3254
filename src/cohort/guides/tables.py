"""Rows of a TOML file, each checked; what is wrong is said with the row's number and slug."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from cohort.errors import Invalid
from cohort.guides.schemas import DomainRow, ExamFacts, MilestoneRow, TermRow
from cohort.http.forms import field_errors

Row = TypeVar("Row", MilestoneRow, TermRow)
MOST_ROWS = 5_000


def _parsed(toml: str) -> dict[str, Any]:
    try:
        return tomllib.loads(toml)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Invalid(f"The file is not valid TOML: {error}.") from error


def read_tables(
    toml: str, kinds: Mapping[str, type[Row]], *, beside: Collection[str] = ()
) -> dict[str, list[Row]]:
    """The rows of each kind that the file has, in its order; every slug stands once."""
    tables = {name: found for name, found in _parsed(toml).items() if name not in beside}
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
    """Milestones, each after those that it requires, else in the order of the file."""
    rows = read_tables(toml, {"milestone": MilestoneRow}, beside=["exam"])["milestone"]
    known = {row.slug for row in rows}
    for number, row in enumerate(rows, start=1):
        for word, named in (("requires", row.requires), ("counts instead of", row.instead_of)):
            for slug in named:
                if slug not in known:
                    sentence = f"it {word} “{slug}”, which is not a milestone here."
                    raise refused("milestone", number, row.slug, sentence)
    circle = circle_in(rows)
    if circle:
        number = 1 + next(place for place, row in enumerate(rows) if row.slug == circle[0])
        raise refused("milestone", number, circle[0], f"it requires itself: {' → '.join(circle)}.")
    return in_order(rows)


def read_exam(toml: str) -> ExamFacts | None:
    """The `[exam]` of a file of milestones, with an `[[exam.section]]` for each section."""
    found = _parsed(toml).get("exam")
    if found is None:
        return None
    try:
        return ExamFacts.model_validate(exam_table(found))
    except ValidationError as error:
        first = field_errors(error)[0]
        raise Invalid(f"Exam: {first.field or 'table'}: {first.message}") from error


def exam_table(found: Any) -> Any:
    """In the file, each section stands by itself, under the singular."""
    if not isinstance(found, dict) or "section" not in found:
        return found
    rest = {name: value for name, value in found.items() if name != "section"}
    return rest | {"sections": found["section"]}


def in_order(rows: Sequence[MilestoneRow]) -> list[MilestoneRow]:
    """Each after those that it requires, else as they stand; there is no circle among them."""
    of_slug = {row.slug: row for row in rows}
    done: dict[str, MilestoneRow] = {}
    for row in rows:
        open_rows = [row]
        while open_rows:
            waiting = [
                of_slug[slug]
                for slug in open_rows[-1].requires
                if slug in of_slug and slug not in done
            ]
            if waiting:
                open_rows.append(waiting[0])
            else:
                last = open_rows.pop()
                done.setdefault(last.slug, last)
    return list(done.values())


def circle_in(rows: Sequence[MilestoneRow]) -> list[str]:
    """Slugs of milestones that require each other in a circle, the first one again at the end."""
    requires = {row.slug: row.requires for row in rows}
    done: set[str] = set()
    for row in rows:
        path = [row.slug]
        while path:
            here = path[-1]
            there = next(
                (slug for slug in requires[here] if slug in requires and slug not in done), None
            )
            if there is None:
                done.add(here)
                path.pop()
            elif there in path:
                return [*path[path.index(there) :], there]
            else:
                path.append(there)
    return []


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
