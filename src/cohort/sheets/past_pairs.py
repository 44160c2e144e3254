"""Who was paired with whom before, from a sheet; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cohort.sheets.columns import Column, letters
from cohort.sheets.meaning import find_columns
from cohort.sheets.roster import shortened
from cohort.sheets.tables import Fault, Sheet

PAST_PAIRS = (
    Column("researcher", "Researcher", ("Mentee", "Researcher e-mail", "Mentee e-mail", "Student")),
    Column("mentor", "Mentor", ("Mentor e-mail", "Mentor name")),
    Column("ended", "Ended", ("Ended on", "End", "Until", "Last met", "To")),
    Column("note", "Note", ("Comment", "Reason", "Remark")),
)
OF_THE_PAST = re.compile(r"\b(?:past|previous|former|history|earlier|before)\b", re.IGNORECASE)
LONGEST = 500


@dataclass(frozen=True)
class PastPair:
    """Each of the two as they are called, an address or a name; `reason`, in a sentence."""

    row: int
    researcher: str
    mentor: str
    reason: str


@dataclass(frozen=True)
class PastPairs:
    sheet: Sheet
    pairs: Sequence[PastPair]
    places: Mapping[str, Sequence[int]]
    faults: Sequence[Fault]
    notes: Sequence[str] = ()


def is_of_past_pairs(name: str) -> bool:
    """Whether a sheet of this name tells who was paired before."""
    return bool(OF_THE_PAST.search(name))


def read_past_pairs(sheet: Sheet, said: Mapping[str, str] | None = None) -> PastPairs:
    """`said` has fields by title of a column. One row is one pair, in whatever order."""
    columns = find_columns(sheet, PAST_PAIRS, {}, said or {})
    faults = [*sheet.faults, *(Fault(f"{sheet.name}: {one}") for one in columns.faults)]
    missing = [name for name in ("researcher", "mentor") if name not in columns.places]
    if missing:
        sentence = f"{sheet.name} has no column {' and no column '.join(missing).title()}."
        return PastPairs(sheet, [], columns.places, [*faults, Fault(sentence)], sheet.notes)
    pairs = []
    for number, row in sheet.rows:
        one = {name: row[at[0]] for name, at in columns.places.items()}
        if not any(row):
            continue
        if not (one["researcher"] and one["mentor"]):
            sentence = f"{sheet.name}, row {number}: one of the two is not named."
            faults.append(Fault(sentence, number))
        pairs.append(PastPair(number, one["researcher"], one["mentor"], _reason(one)))
    unread = [f"{letters(at)} “{shortened(sheet.titles[at])}”" for at in columns.unread]
    ignored = [f"{sheet.name}: ignored: {', '.join(unread)}."] if unread else []
    return PastPairs(sheet, pairs, columns.places, faults, [*sheet.notes, *ignored])


def _reason(one: Mapping[str, str]) -> str:
    """The note as it is, or that they were a pair."""
    until = f" until {one['ended']}" if one.get("ended") else ""
    return (one.get("note") or f"They were a pair{until or ' before'}.")[:LONGEST]
