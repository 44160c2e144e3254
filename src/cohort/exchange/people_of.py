"""From the bytes of a file to the people in it, as this cohort can keep them."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from cohort.cohorts.models import Stage
from cohort.cohorts.schemas import EnrolmentChange
from cohort.errors import FieldError, Invalid
from cohort.exchange.found_terms import FoundTerm, found_terms
from cohort.exchange.own_answers import AskedHere
from cohort.exchange.schemas import Holds, ImportIn, Side
from cohort.http.fields import Email, Line
from cohort.http.forms import field_errors
from cohort.mentors.models import CameFrom
from cohort.mentors.schemas import MentorChangeIn
from cohort.sheets.cells import OwnWords
from cohort.sheets.columns import MENTORS, RESEARCHERS, Column
from cohort.sheets.cues import is_title
from cohort.sheets.mapping_file import (
    BadMapping,
    MappedColumn,
    mapped_columns,
    read_mapping,
    side_column,
    write_mapping,
)
from cohort.sheets.own_columns import answers_of
from cohort.sheets.past_pairs import PAST_PAIRS, PastPairs, is_of_past_pairs, read_past_pairs
from cohort.sheets.roster import Roster, Row, Vocabulary, read_mentors, read_researchers
from cohort.sheets.sides import both_of, is_of_mentors, is_of_researchers, one_of
from cohort.sheets.spreadsheet import read_sheets
from cohort.sheets.tables import BadSheet, Sheet

MOST_PEOPLE = 10_000
MOST_FAULTS = 200
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
NAME: TypeAdapter[str] = TypeAdapter(Line)


@dataclass(frozen=True)
class PersonInFile:
    """Somebody in a row; or two who were a pair before.

    said    what the row says, in the fields of the cohort's profiles; of a pair, each of the two
            as they are called there, and why they are not to be paired again.
    reason  why the row is refused.
    answers what the row answers to the organisers' own questions, by name.
    """

    side: Side
    sheet: str
    row: int
    name: str
    email: str
    said: Mapping[str, Any]
    reason: str = ""
    answers: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def profile(self, time_zone: str) -> dict[str, Any]:
        """What a row does not say stays empty; a time zone is then the given one, a capacity 1."""
        usual = RESEARCHER if self.side == "researcher" else MENTOR
        return {**usual, "time_zone": time_zone, **self.said}


@dataclass(frozen=True)
class PeopleFound:
    people: Sequence[PersonInFile]
    notes: Sequence[str]
    columns: Mapping[str, Sequence[MappedColumn]]
    """What each column was taken for, of `researchers` and of `mentors`."""
    own_terms: Sequence[FoundTerm]
    answering: Mapping[str, Sequence[Column]]
    """By table, the columns that would answer the organisers' own questions."""

    @property
    def mapping(self) -> str:
        return write_mapping(self.columns)


def people_of(form: ImportIn, words: Vocabulary, asked: AskedHere) -> PeopleFound:
    """Everybody in the file, those who are refused with the reason; row by row.

    Raises Invalid where the file as a whole cannot be read.
    """
    own = OwnWords(fate="and are words of this cohort: shared by those who write the same")
    try:
        said, more = read_mapping(form.mapping, asked.names()), asked.columns()
        answering = {name: [one.column for one in columns] for name, columns in more.items()}
        sheets, past, column = _sheets(form, side_column(said), answering)
        readers = {"researchers": read_researchers, "mentors": read_mentors}
        rosters = {
            name: readers[name](sheet, words, said.get(name), own, more[name])
            for name, sheet in sheets.items()
        }
    except (BadSheet, BadMapping) as error:
        field = "mapping" if isinstance(error, BadMapping) else "content"
        raise Invalid.at(field, str(error)) from error
    pairs = [read_past_pairs(sheet) for sheet in past]
    faults = [fault for roster in rosters.values() for fault in roster.faults]
    faults += [fault for table in pairs for fault in table.faults]
    whole = [fault for fault in faults if not fault.row]
    if whole:
        raise Invalid.at_each([FieldError("content", fault) for fault in whole[:MOST_FAULTS]])
    terms = found_terms(own, form.terms, words)
    becomes = {one.word: one.becomes for one in terms}
    people: list[PersonInFile] = []
    notes: list[str] = []
    for name, roster in rosters.items():
        side: Side = "researcher" if name == "researchers" else "mentor"
        people += _found(side, roster, own, becomes)
        notes += [*roster.notes, *_defaults(side, roster)]
    for table in pairs:
        people += _pairs_in(table)
        notes += table.notes
    used = {slug for one in people for slug in _slugs_of(one)}
    kept = [one for one in terms if not one.becomes or one.becomes in used]
    return PeopleFound(people, notes, mapped_columns(rosters, column), kept, answering)


def _sheets(
    form: ImportIn, column: str, answering: Mapping[str, Sequence[Column]]
) -> tuple[dict[str, Sheet], list[Sheet], str]:
    """Of each side, of past pairs; and the column that says who is what."""
    one_kind: dict[str, Sequence[Column]] = {
        "researchers": [*RESEARCHERS, *answering["researchers"]],
        "mentors": [*MENTORS, *answering["mentors"]],
        "past_pairs": PAST_PAIRS,
    }
    known = one_kind.get(form.holds, [one for kind in one_kind.values() for one in kind])
    sheets = read_sheets(
        form.file_name, form.content, is_known=lambda title: is_title(title, known)
    )
    if sum(len(sheet.rows) for sheet in sheets) > MOST_PEOPLE:
        raise BadSheet(f"There are more than {MOST_PEOPLE:,} rows. Send them in several files.")
    holds: Holds = form.holds
    past = [one for one in sheets if is_of_past_pairs(one.tab)]
    if holds == "past_pairs":
        return {}, past or sheets[:1], ""
    if holds == "both":
        sides = both_of(form.file_name, [one for one in sheets if one not in past], column)
        return {"researchers": sides.researchers, "mentors": sides.mentors}, past, sides.column
    is_side = is_of_mentors if holds == "mentors" else is_of_researchers
    return {holds: one_of(sheets, holds, is_side)}, [], ""


def _found(
    side: Side, roster: Roster, own: OwnWords, becomes: Mapping[str, str]
) -> Iterator[PersonInFile]:
    faults: dict[int, list[str]] = {}
    for fault in roster.faults:
        faults.setdefault(fault.row, []).append(fault)
    for row in roster.people:
        found = faults.pop(row["row"], [])
        said, name = _said(side, row, own, becomes), str(row["name"])
        for title, message in _wrong(side, roster, row, said):
            found.append(f'{roster.sheet.name}, row {row["row"]}, column "{title}": {message}')
        email = row["email"] if found else ADDRESS.validate_python(row["email"])
        answers = {its: one for its, one in answers_of(row).items() if one not in (None, [])}
        where = (side, roster.sheet.name, row["row"])
        yield PersonInFile(*where, name, email, said, " ".join(found), answers)
    for number, found in faults.items():  # rows of which nobody can tell whose they are
        yield PersonInFile(side, roster.sheet.name, number, "", "", {}, " ".join(found))


def _pairs_in(table: PastPairs) -> Iterator[PersonInFile]:
    faults = {fault.row: str(fault) for fault in table.faults}
    for one in table.pairs:
        said = {"researcher": one.researcher, "mentor": one.mentor, "reason": one.reason}
        name = f"{one.researcher or '–'} and {one.mentor or '–'}"
        fault = faults.get(one.row, "")
        yield PersonInFile("pair", table.sheet.name, one.row, name, "", said, fault)


def _said(side: Side, row: Row, own: OwnWords, becomes: Mapping[str, str]) -> dict[str, Any]:
    """Of a researcher or a mentor, the fields that the row says anything in."""
    usual = RESEARCHER if side == "researcher" else MENTOR
    said = {
        field: _kept(row[field], own, becomes) for field in (*usual, "time_zone") if field in row
    }
    kinds = {"stage": Stage, "came_from": CameFrom}
    said |= {field: kinds[field](said[field]) for field in kinds if said.get(field)}
    return {field: value for field, value in said.items() if value not in ("", [])}


def _kept(value: Any, own: OwnWords, becomes: Mapping[str, str]) -> Any:
    """With the cohort's slugs for words outside the taxonomy, without those that are left out."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return list(filter(None, dict.fromkeys(becomes.get(one, one) for one in value)))
    return "" if isinstance(value, str) and value in own.first else value


def _slugs_of(one: PersonInFile) -> Iterator[str]:
    for field in WORDS:
        yield from one.said.get(field, ())


def _wrong(
    side: Side, roster: Roster, row: Row, said: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Titles of columns, and what is wrong with their cells."""
    try:
        ADDRESS.validate_python(row["email"])
    except ValidationError:
        wrong = f"“{row['email']}” is no address" if row["email"] else "there is none"
        yield "E-mail", f"{wrong}. Everybody needs an address, to which the invitation goes."
    try:
        NAME.validate_python(row["name"])
    except ValidationError as error:
        yield roster.titles.get("name", "Name"), field_errors(error)[0].message
    schema: type[BaseModel] = EnrolmentChange if side == "researcher" else MentorChangeIn
    try:
        schema.model_validate(said)
    except ValidationError as error:
        for found in field_errors(error):
            yield roster.titles[found.field.partition("/")[0]], found.message


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
            yield f"{name}: {silent:,} say nothing of “{field.replace('_', ' ')}”: {what}."
    for field in NOT_KEPT:
        if field in roster.titles:
            yield (
                f"{name}: “{roster.titles[field]}” is not imported: it is known here by what "
                "people wish, hand in and answer."
            )
