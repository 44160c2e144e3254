"""From the bytes of a file to the people in it, as this cohort can keep them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from cohort.cohorts.models import Stage
from cohort.cohorts.schemas import EnrolmentChange
from cohort.errors import FieldError, Invalid
from cohort.exchange.schemas import Holds, ImportIn, Side
from cohort.http.fields import Email
from cohort.http.forms import field_errors
from cohort.mentors.models import CameFrom
from cohort.mentors.schemas import MentorChangeIn
from cohort.sheets.cells import OwnWords
from cohort.sheets.columns import MENTORS, RESEARCHERS
from cohort.sheets.cues import is_title
from cohort.sheets.mapping_file import BadMapping, read_mapping, side_column, write_mapping
from cohort.sheets.roster import Roster, Row, Vocabulary, read_mentors, read_researchers
from cohort.sheets.sides import both_of, is_of_mentors, is_of_researchers, one_of
from cohort.sheets.spreadsheet import read_sheets
from cohort.sheets.tables import BadSheet, Sheet

MOST_PEOPLE = 10_000
MOST_FAULTS = 200
LONGEST_NAME = 200
WORDS = ("domains", "role_goals", "contexts", "roles", "skills")
SHARED: Mapping[str, Any] = {
    "domains": [],
    "contexts": [],
    "languages": [],
    "weekly_hours": [],
    "organisations": [],
}
RESEARCHER: Mapping[str, Any] = {
    **SHARED,
    "about": "",
    "stage": Stage.RESEARCHER,
    "role_goals": [],
    "advisers": [],
}
MENTOR: Mapping[str, Any] = {
    **SHARED,
    "motivation": "",
    "came_from": CameFrom.INDUSTRY,
    "roles": [],
    "skills": [],
    "capacity": 1,
}
NOT_KEPT = ("wishes", "current_mentor", "mentors_wanted", "gaps", "at_least")
"""What a sheet may say for a matching, and people say or show here by themselves."""
ADDRESS: TypeAdapter[str] = TypeAdapter(Email)


@dataclass(frozen=True)
class PersonInFile:
    """Somebody in a row, with a profile in the fields of the cohort."""

    side: Side
    sheet: str
    row: int
    name: str
    email: str
    profile: Mapping[str, Any]


@dataclass(frozen=True)
class PeopleFound:
    people: Sequence[PersonInFile]
    notes: Sequence[str]
    mapping: str


def people_of(form: ImportIn, words: Vocabulary, time_zone: str) -> PeopleFound:
    """Everybody in the file. Raises Invalid with every fault, by row and column.

    What a row does not say stays empty; a time zone is then that of the cohort, a capacity 1.
    """
    own = OwnWords(fate="and are left out of profiles")
    try:
        said = read_mapping(form.mapping)
        sheets, column = _sheets(form, side_column(said))
        readers = {"researchers": read_researchers, "mentors": read_mentors}
        rosters = {
            name: readers[name](sheet, words, said.get(name), own) for name, sheet in sheets.items()
        }
    except (BadSheet, BadMapping) as error:
        field = "mapping" if isinstance(error, BadMapping) else "content"
        raise Invalid.at(field, str(error)) from error
    faults = [fault for roster in rosters.values() for fault in roster.faults]
    people, notes = [], []
    for name, roster in rosters.items():
        side: Side = "researcher" if name == "researchers" else "mentor"
        for row in roster.people:
            found = _found(side, roster, row, own, time_zone, faults)
            people += [found] if found else []
        notes += [*roster.notes, *_defaults(side, roster)]
    if faults:
        errors = [FieldError("content", fault) for fault in faults[:MOST_FAULTS]]
        places = "one place needs" if len(faults) == 1 else f"{len(faults):,} places need"
        raise Invalid(f"Nobody was imported: {places} mending in the file.", errors=errors)
    return PeopleFound(people, notes, write_mapping(rosters, column))


def _sheets(form: ImportIn, column: str) -> tuple[dict[str, Sheet], str]:
    known = {"researchers": RESEARCHERS, "mentors": MENTORS}.get(
        form.holds, (*RESEARCHERS, *MENTORS)
    )
    sheets = read_sheets(
        form.file_name, form.content, is_known=lambda title: is_title(title, known)
    )
    if sum(len(sheet.rows) for sheet in sheets) > MOST_PEOPLE:
        raise BadSheet(f"There are more than {MOST_PEOPLE:,} rows. Send them in several files.")
    holds: Holds = form.holds
    if holds == "both":
        sides = both_of(form.file_name, sheets, column)
        return {"researchers": sides.researchers, "mentors": sides.mentors}, sides.column
    is_side = is_of_mentors if holds == "mentors" else is_of_researchers
    return {holds: one_of(sheets, holds, is_side)}, ""


def _found(
    side: Side, roster: Roster, row: Row, own: OwnWords, time_zone: str, faults: list[str]
) -> PersonInFile | None:
    usual, schema = (
        (RESEARCHER, EnrolmentChange) if side == "researcher" else (MENTOR, MentorChangeIn)
    )
    said = {field: _kept(row[field], own) for field in (*usual, "time_zone") if field in row}
    wrong = [
        *_wrong_address(row),
        *((roster.titles[field], message) for field, message in _wrong(schema, said)),
    ]
    for title, message in wrong:
        faults.append(f'{roster.sheet.name}, row {row["row"]}, column "{title}": {message}')
    if wrong:
        return None
    profile = {**usual, "time_zone": time_zone, **{k: v for k, v in said.items() if v != ""}}
    for field, kind in (("stage", Stage), ("came_from", CameFrom)):
        profile |= {field: kind(profile[field])} if field in profile else {}
    name = str(row["name"])[:LONGEST_NAME]
    return PersonInFile(side, roster.sheet.name, row["row"], name, row["email"], profile)


def _kept(value: Any, own: OwnWords) -> Any:
    """Without the words that only the file has."""
    if isinstance(value, list):
        return [one for one in value if not isinstance(one, str) or one not in own.first]
    return "" if isinstance(value, str) and value in own.first else value


def _wrong_address(row: Row) -> Iterator[tuple[str, str]]:
    try:
        ADDRESS.validate_python(row["email"])
    except ValidationError:
        said = f"“{row['email']}” is no address" if row["email"] else "there is none"
        yield "E-mail", f"{said}. Everybody needs an address, to which the invitation goes."


def _wrong(schema: type[BaseModel], said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """An empty list says nothing, and is kept as that."""
    filled = {field: value for field, value in said.items() if value not in ("", [])}
    try:
        schema.model_validate(filled)
    except ValidationError as error:
        for found in field_errors(error):
            yield found.field.partition("/")[0], found.message


def _defaults(side: Side, roster: Roster) -> Iterator[str]:
    name, people = roster.sheet.name, roster.people
    taken = {"time_zone": "the cohort's time zone was taken"}
    taken |= (
        {"stage": "“researcher” was taken"}
        if side == "researcher"
        else {"came_from": "“industry” was taken", "capacity": "one place was taken"}
    )
    for field, what in taken.items():
        silent = sum(field not in row for row in people)
        if silent:
            yield f"{name}: {silent:,} say no {field.replace('_', ' ')}: {what}."
    for field in NOT_KEPT:
        if field in roster.titles:
            yield (
                f"{name}: “{roster.titles[field]}” is not imported: it is known here by what "
                "people wish, hand in and answer."
            )
