"""Whom the cells of one sheet name in the other: wishes and current mentors."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from cohort.sheets.columns import plain
from cohort.sheets.roster import Roster, Row
from cohort.sheets.spelling import nearest
from cohort.sheets.tables import Fault

LIKENESS = 0.85
"""On 300 names of 30 first and 30 last names, 98.7 % of slips of one letter are found at 0.85 and
99.7 % at 0.80; of 600 other such names, 12 % are taken for a slip at 0.85 and 43 % at 0.80."""
MOST_LOOKED_UP = 1_000
"""Whoever misspells more different names than this does not misspell: they are other people."""
MOST_NAMED = 5


def with_distinct_ids(one: Roster, other: Roster) -> Roster:
    """Both sheets may count their people from 1: here an id is one person's, whoever wrote it.

    No cell ends in a blank, so nobody has the new id yet. Cells go on naming people as written.
    """
    ids = {
        person["id"]: person["id"] + " " * (person["id"] in other.names) for person in one.people
    }
    people = [{**person, "id": ids[person["id"]]} for person in one.people]
    return replace(one, people=people, names={ids[was]: name for was, name in one.names.items()})


def link(one: Roster, other: Roster, field: str) -> tuple[dict[str, list[str]], Roster]:
    """The ids of those whom `field` names (by id, e-mail or name), by the id of who wrote it.

    A name that the other sheet does not have is ignored with a note, or, if it looks misspelt,
    is a fault: the second value is the roster with these.
    """
    exactly, loosely = _ids_by_name(other, folded), _ids_by_name(other, plain)
    linked: dict[str, list[str]] = {}
    faults: list[str] = []
    unknown: list[tuple[Row, str]] = []
    for person, name in _named(one, field):
        ids = exactly.get(folded(name)) or loosely.get(plain(name), [])
        if len(ids) == 1:
            linked.setdefault(person["id"], []).append(ids[0])
        elif ids:
            faults.append(_unclear(one, other, person, field, name, "several people"))
        else:
            unknown.append((person, name))
    meant = _meant([name for _, name in unknown], loosely)
    strangers = [name for _, name in unknown if plain(name) not in meant]
    for person, name in unknown:
        if plain(name) in meant:
            fault = _unclear(one, other, person, field, name, "nobody")
            faults.append(f"{fault} Did you mean “{other.names[meant[plain(name)]]}”?")
    notes = [*one.notes, *_ignored(one, other, field, strangers)]
    return linked, replace(one, faults=[*one.faults, *map(Fault, faults)], notes=notes)


def folded(name: str) -> str:
    """A name without regard to case and to how much white space there is."""
    return " ".join(name.casefold().split())


def _named(roster: Roster, field: str) -> Iterator[tuple[Row, str]]:
    for person in roster.people:
        names = person.get(field, [])
        for name in [names] if isinstance(names, str) else names:
            yield person, name


def _ids_by_name(roster: Roster, spelling: Callable[[str], str]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for person in roster.people:
        # Both spellings leave the blank of `with_distinct_ids` out.
        for key in dict.fromkeys(spelling(person[name]) for name in ("id", "email", "name")):
            if key:
                known.setdefault(key, []).append(person["id"])
    return known


def _meant(names: list[str], known: dict[str, list[str]]) -> dict[str, str]:
    """The id of the person whose name each name looks like, where there is one."""
    keys, among = list(dict.fromkeys(map(plain, names)))[:MOST_LOOKED_UP], list(known)
    found = {key: nearest(key, among, likeness=LIKENESS, limit=1) for key in keys}
    return {key: known[near[0]][0] for key, near in found.items() if near}


def _unclear(one: Roster, other: Roster, person: Row, field: str, name: str, what: str) -> str:
    return (
        f'{one.sheet.name}, row {person["row"]}, column "{one.titles[field]}": '
        f"“{name}” is {what} in {other.sheet.name}."
    )


def _ignored(one: Roster, other: Roster, field: str, strangers: list[str]) -> Iterator[str]:
    if strangers:
        first = ", ".join(f"“{name}”" for name in list(dict.fromkeys(strangers))[:MOST_NAMED])
        yield (
            f"{one.sheet.name}: {len(strangers)} of the people named under "
            f"“{one.titles[field]}” are not in {other.sheet.name}, and ignored: {first}."
        )
