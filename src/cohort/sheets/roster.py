"""From two sheets to the people of a pool: every fault is collected, with its row and column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.sheets import cells
from cohort.sheets.cells import BadCell, OwnWords, TermList
from cohort.sheets.columns import MENTORS, RESEARCHERS, Column, letters
from cohort.sheets.hours import read_hours
from cohort.sheets.meaning import Columns, Reader, find_columns
from cohort.sheets.own_columns import OwnColumn, answers_of, readers_of, with_own
from cohort.sheets.tables import Fault, Sheet

LONGEST = 400
"""Characters of a sentence about a cell, however much somebody wrote there."""
MOST_NAMED = 12
Row = dict[str, Any]
Said = Mapping[str, str]


@dataclass(frozen=True)
class Vocabulary:
    """The words that cells may use: titles by slug, and languages by code."""

    domains: Mapping[str, str]
    roles: Mapping[str, str]
    contexts: Mapping[str, str]
    skills: Mapping[str, str]
    languages: Mapping[str, str]

    @property
    def titles(self) -> dict[str, str]:
        return {
            **self.languages,
            **self.domains,
            **self.roles,
            **self.contexts,
            **self.skills,
        }


@dataclass(frozen=True)
class Roster:
    """Who stands in a sheet, row by row, in the fields of a profile; and what was found wrong.

    titles  the fields for which the sheet has a column, and the title of its first column.
    places  where their columns are.
    notes   what was ignored or taken for granted, in sentences.
    """

    sheet: Sheet
    people: Sequence[Row]
    titles: Mapping[str, str]
    names: Mapping[str, str]
    faults: Sequence[Fault]
    notes: Sequence[str] = ()
    places: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass
class _Reading:
    sheet: Sheet
    known: Sequence[Column]
    columns: Columns
    own: OwnWords | None
    faults: list[Fault] = field(default_factory=list)

    def add_fault(self, number: int, place: int, sentence: str) -> None:
        title = self.sheet.titles[place]
        line = " ".join(sentence.split())
        if len(line) > LONGEST:
            line = f"{line[:LONGEST]} …"
        self.faults.append(
            Fault(f'{self.sheet.name}, row {number}, column "{title}": {line}', number)
        )


def read_researchers(
    sheet: Sheet,
    words: Vocabulary,
    said: Said | None = None,
    own: OwnWords | None = None,
    more: Sequence[OwnColumn] = (),
) -> Roster:
    """`said` has fields by title of a column; `own` takes words that the vocabulary lacks.

    more  columns of an organiser's own.
    """
    known = with_own(RESEARCHERS, more)

    def readers(own: OwnWords | None) -> dict[str, Reader]:
        return _readers(words, own) | {
            "stage": lambda cell: cells.read_stage(cell, ("phd", "postdoc", "researcher"), own),
            "role_goals": TermList("role", words.roles, own=own).read_all,
            "advisers": cells.read_list,
            "gaps": lambda cell: cells.read_gaps(cell, TermList("skill", words.skills, own=own)),
            "mentors_wanted": cells.read_count,
            **readers_of(more),
        }

    columns = find_columns(sheet, known, readers(None), said or {})
    return _read(_Reading(sheet, RESEARCHERS, columns, own, [*sheet.faults]), readers(own))


def read_mentors(
    sheet: Sheet,
    words: Vocabulary,
    said: Said | None = None,
    own: OwnWords | None = None,
    more: Sequence[OwnColumn] = (),
) -> Roster:
    """As `read_researchers`."""
    known = with_own(MENTORS, more)

    def readers(own: OwnWords | None) -> dict[str, Reader]:
        return _readers(words, own) | {
            "roles": TermList("role", words.roles, own=own).read_all,
            "skills": TermList("skill", words.skills, own=own).read_all,
            "came_from": lambda cell: cells.read_stage(cell, tuple(cells.STAGE_SPELLINGS), own),
            "capacity": cells.read_count,
            "at_least": cells.read_count,
            **readers_of(more),
        }

    columns = find_columns(sheet, known, readers(None), said or {})
    return _read(_Reading(sheet, MENTORS, columns, own, [*sheet.faults]), readers(own))


def _readers(words: Vocabulary, own: OwnWords | None) -> dict[str, Reader]:
    hint = "Write English names or codes, such as “German” or “en”."
    languages = TermList("language", words.languages, hint)
    return {
        "domains": TermList("domain", words.domains, own=own).read_all,
        "contexts": TermList("context", words.contexts, own=own).read_all,
        "languages": lambda cell: cells.read_languages(cell, languages),
        "time_zone": cells.read_zone,
        "weekly_hours": read_hours,
        "organisations": cells.read_organisations,
        "wishes": cells.read_list,
    }


def _read(reading: _Reading, readers: Mapping[str, Reader]) -> Roster:
    sheet, places = reading.sheet, reading.columns.places
    reading.faults += [Fault(f"{sheet.name}: {fault}") for fault in reading.columns.faults]
    titles = {name: sheet.titles[at[0]] for name, at in places.items()}
    if not titles.keys() & {"id", "name", "given", "family", "email"}:
        seen = ", ".join(f"“{title}”" for title in sheet.titles[:8] if title)
        sentence = (
            f"{sheet.name} has no column that says who somebody is. Its first row reads {seen}: "
            "call one of them Name, E-mail or Id."
        )
        reading.faults.append(Fault(sentence))
        return Roster(sheet, [], titles, {}, reading.faults, sheet.notes, places)
    before = set(reading.own.first) if reading.own else set()
    people = [_person(reading, number, row, readers) for number, row in sheet.rows]
    _refuse_duplicates(reading, people)
    notes = [*sheet.notes, *_notes(reading, people), *_own_words(reading, before)]
    return Roster(sheet, people, titles, _names(people), reading.faults, notes, places)


def _person(
    reading: _Reading, number: int, row: Sequence[str], readers: Mapping[str, Reader]
) -> Row:
    """The facts of one row. A cell that is empty says nothing; one that is wrong is a fault."""
    person: Row = {"row": number}
    for name, places in reading.columns.places.items():
        for place in places:
            if row[place]:
                _add(reading, person, name, place, row[place], readers.get(name, str))
    person["name"] = _whole_name(person)
    person["email"] = person.get("email", "").casefold()
    person["id"] = person.get("id") or person["email"] or person["name"]
    person["name"] = person["name"] or person["id"]
    if not person["id"]:
        nobody = "nobody is named. Fill in the name, or empty it."
        reading.faults.append(Fault(f"{reading.sheet.name}, row {number}: {nobody}", number))
    return person


def _whole_name(person: Row) -> str:
    """Beside a first name, a column Name usually has the family's alone."""
    given, name = (str(person.get(part, "")) for part in ("given", "name"))
    name = name or str(person.get("family", ""))
    return name if given in name.split() else f"{given} {name}".strip()


def _add(reading: _Reading, person: Row, name: str, place: int, cell: str, read: Reader) -> None:
    """Lists of several columns, such as Goal 1 and Goal 2, follow one another."""
    if reading.own is not None:
        reading.own.place = f'row {person["row"]}, column "{reading.sheet.titles[place]}"'
    try:
        value = read(cell)
    except BadCell as wrong:
        reading.add_fault(person["row"], place, str(wrong))
        return
    if name in person and isinstance(value, dict):
        person[name] = person[name] | value
    elif name in person:
        person[name] = [*person[name], *(one for one in value if one not in person[name])]
    else:
        person[name] = value


def _refuse_duplicates(reading: _Reading, people: Sequence[Row]) -> None:
    first: dict[str, int] = {}
    for person in people:
        number = first.setdefault(person["id"], person["row"])
        if person["id"] and number != person["row"]:
            sentence = (
                f"{reading.sheet.name}, row {person['row']}: “{person['id']}” stands in row "
                f"{number} already. Remove one, or tell them apart in a column Id or E-mail."
            )
            reading.faults.append(Fault(sentence, person["row"]))


def _names(people: Sequence[Row]) -> dict[str, str]:
    """Who is who: a name that two people share comes with the id."""
    count: dict[str, int] = {}
    for person in people:
        count[person["name"]] = count.get(person["name"], 0) + 1
    return {
        person["id"]: person["name"]
        if count[person["name"]] == 1
        else f"{person['name']} ({person['id']})"
        for person in people
    }


def _notes(reading: _Reading, people: Sequence[Row]) -> Iterator[str]:
    name = reading.sheet.name
    for place, column, why in reading.columns.guessed:
        title = shortened(reading.sheet.titles[place])
        yield f"{name}: column {letters(place)} “{title}” is read as {column.title}: {why}."
    if reading.columns.unread:
        ignored = ", ".join(_with_sample(reading.sheet, at) for at in reading.columns.unread)
        yield f"{name}: ignored, because we do not know what they say: {ignored}."
    for place, title in enumerate(reading.sheet.titles):
        if not title and any(row[place] for _, row in reading.sheet.rows):
            yield f"{name}: column {letters(place)} has no title, and is ignored."
    fixed = sum(cells.is_fixed(person.get("time_zone", "")) for person in people)
    if fixed:
        yield (
            f"{name}: {fixed} with a fixed offset such as UTC+2. Their clocks are taken never to "
            "change; a city such as Europe/Berlin is right in summer and winter."
        )
    nowhere = sum("weekly_hours" in one and "time_zone" not in one for one in people)
    if nowhere:
        yield f"{name}: {nowhere} with weekly hours but no time zone. UTC was taken."
    if "capacity" not in reading.columns.places and reading.known is MENTORS:
        yield f"{name} has no column Capacity: each mentor has one place."


def _with_sample(sheet: Sheet, place: int) -> str:
    said = next((row[place] for _, row in sheet.rows if row[place]), "")
    return f"“{shortened(sheet.titles[place])}” (such as “{shortened(said)}”)"


def shortened(text: str, longest: int = 80) -> str:
    """On one line, without what a terminal would obey."""
    line = "".join(one for one in " ".join(text.split()) if one.isprintable())
    return f"{line[:longest]} …" if len(line) > longest else line


def _own_words(reading: _Reading, before: set[str]) -> Iterator[str]:
    """First those that look like a term of the taxonomy."""
    if reading.own is None:
        return
    found = reading.own.first
    new = [where for slug, where in found.items() if slug not in before]
    new.sort(key=lambda one: not one[1])
    if new:
        each = [f"{where}{f', near {near}' if near else ''}" for where, near in new]
        more = [f"and {len(each) - MOST_NAMED:,} more"] if len(each) > MOST_NAMED else []
        yield (
            f"{reading.sheet.name}: these words are not in the taxonomy, {reading.own.fate}: "
            f"{'; '.join([*each[:MOST_NAMED], *more])}."
        )


def researchers_of(roster: Roster, wishes: Mapping[str, list[str]]) -> list[ResearcherProfile]:
    return [ResearcherProfile(**_facts(one, wishes, _RESEARCHER_FACTS)) for one in roster.people]


def mentors_of(roster: Roster, wishes: Mapping[str, list[str]]) -> list[MentorProfile]:
    facts = ("name", "email", *_MENTOR_FACTS)
    return [MentorProfile(**_facts(one, wishes, facts)) for one in roster.people]


_SHARED_FACTS = ("domains", "contexts", "languages", "time_zone", "weekly_hours", "organisations")
_RESEARCHER_FACTS = (*_SHARED_FACTS, "stage", "role_goals", "advisers", "gaps")
_MENTOR_FACTS = (*_SHARED_FACTS, "roles", "skills", "came_from")


def _facts(person: Row, wishes: Mapping[str, list[str]], facts: Sequence[str]) -> Row:
    given = {name: person[name] for name in facts if name in person}
    answers = answers_of(person)
    return {"id": person["id"], "wishes": wishes.get(person["id"], ()), "answers": answers, **given}
