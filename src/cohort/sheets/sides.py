"""Who seeks a mentor and who is one: by the sheets of a workbook, or by a column of one sheet."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cohort.sheets.columns import letters
from cohort.sheets.tables import BadSheet, Fault, Sheet

SEEKS = re.compile(
    r"\b(?:mentees?|mentored|mentoree|prot[eé]g[eé]e?s?|researchers?|students?|learners?"
    r"|applicants?|participants?|scholars?)\b"
    r"|\b(?:look|looking|search|searching|seek|seeking|find|get|getting|need|want|have|having|match"
    r"|matched|assigned)\b(?: \w+)? (?:for |with |to )?(?:an? )?mentor\b",
    re.IGNORECASE,
)
OFFERS = re.compile(r"\bmentor(?:s|ing)?\b", re.IGNORECASE)
BOTH = re.compile(r"^\W*(?:both|either|each)\b", re.IGNORECASE)
PUT_TO = re.compile(
    r"^(?:(?:for|if you are|as) (?:an? )?)?([a-z]+)\s*(?:only)?\s*[:,–—]"
    r"|[(\[](?:for )?([a-z]+)(?: only)?[)\]]",
    re.IGNORECASE,
)
LEAST_SHARE = 0.8
"""Of the cells of a column that says who is what, so many must be understood."""


@dataclass(frozen=True)
class Sides:
    """The sheet of those who seek a mentor, and that of the mentors."""

    researchers: Sheet
    mentors: Sheet
    column: str = ""
    """The title of the column that says who is what, where both come from one sheet."""


def read_side(cell: str) -> tuple[bool, bool]:
    """Whether somebody who writes this seeks a mentor, and whether they are one."""
    if BOTH.search(cell):
        return True, True
    seeks = bool(SEEKS.search(cell))
    return seeks, bool(OFFERS.search(SEEKS.sub(" ", cell)))


def one_of(sheets: Sequence[Sheet], what: str, is_side: Callable[[str], bool]) -> Sheet:
    """The sheet of a workbook that was given for one side: by its name, else the first."""
    if len(sheets) == 1:
        return sheets[0]
    named = [one for one in sheets if is_side(one.tab)]
    chosen = (named or list(sheets))[0]
    others = ", ".join(f"“{one.tab}”" for one in sheets if one is not chosen)
    return replace(
        chosen,
        notes=[*_notes(sheets), f"{chosen.name} is read as the {what}. Not read: {others}."],
    )


def is_of_researchers(name: str) -> bool:
    return read_side(name) == (True, False)


def is_of_mentors(name: str) -> bool:
    return read_side(name) == (False, True)


def both_of(name: str, sheets: Sequence[Sheet], column: str = "") -> Sides:
    """Both sides from one file: two sheets whose names say it, or one with a column that does.

    `column` is the title of that column, where somebody said which it is. Raises BadSheet.
    """
    seeking = [one for one in sheets if is_of_researchers(one.tab)]
    offering = [one for one in sheets if is_of_mentors(one.tab)]
    if not column and len(seeking) == len(offering) == 1:
        others = [one.tab for one in sheets if one not in (seeking[0], offering[0])]
        unread = [f"{name}: not read: {', '.join(f'“{one}”' for one in others)}."] if others else []
        return Sides(replace(seeking[0], notes=[*_notes(sheets), *unread]), offering[0])
    for sheet in sheets:
        place = _place_of(sheet, column)
        if place is not None:
            return _split(sheet, place, _notes(sheets))
    raise BadSheet(
        f"{name} does not say who is a mentor and who seeks one. Call its sheets Researchers and "
        "Mentors, or add a column in which each row says “mentor”, “researcher” or “both”."
    )


def _notes(sheets: Sequence[Sheet]) -> list[str]:
    """What was hidden is noted with the first sheet, whichever is read."""
    return [note for sheet in sheets for note in sheet.notes]


def _place_of(sheet: Sheet, title: str) -> int | None:
    if title:
        return list(sheet.titles).index(title) if title in sheet.titles else None
    return next((k for k in range(len(sheet.titles)) if _says_sides(sheet, k)), None)


def _says_sides(sheet: Sheet, place: int) -> bool:
    cells = [row[place] for _, row in sheet.rows if row[place]]
    sides = [read_side(cell) for cell in cells]
    understood = sum(any(side) for side in sides)
    return (
        understood >= max(LEAST_SHARE * len(cells), 1)
        and any(seeks and not offers for seeks, offers in sides)
        and any(offers for _, offers in sides)
    )


def _split(sheet: Sheet, place: int, notes: Sequence[str]) -> Sides:
    """Whoever is both stands in both; the column itself is read here and nowhere else."""
    seeking, offering, faults = [], [], []
    title = sheet.titles[place]
    for number, row in sheet.rows:
        if not any(row):
            continue
        seeks, offers = read_side(row[place])
        without = [*row[:place], "", *row[place + 1 :]]
        seeking += [(number, without)] if seeks else []
        offering += [(number, without)] if offers else []
        if not (seeks or offers):
            sentence = (
                f'{sheet.name}, row {number}, column "{title}": “{row[place]}” says neither mentor '
                "nor researcher. Write “mentor”, “researcher” or “both”."
            )
            faults.append(Fault(sentence, number))
    how = f"{sheet.name}: column {letters(place)} “{title}” says who is a mentor and who seeks one."
    bare = replace(sheet, titles=[*sheet.titles[:place], "", *sheet.titles[place + 1 :]])
    faults = [*sheet.faults, *faults]
    return Sides(
        _part(bare, seeking, "researchers", is_of_mentors, [*notes, how], faults),
        _part(bare, offering, "mentors", is_of_researchers, [], []),
        title,
    )


def _part(
    sheet: Sheet,
    rows: Sequence[tuple[int, Sequence[str]]],
    what: str,
    is_others: Callable[[str], bool],
    notes: Sequence[str],
    faults: Sequence[Fault],
) -> Sheet:
    """The rows of one side, without the questions that are put to the other side."""
    asked = [not is_others(_put_to(title)) for title in sheet.titles]
    return replace(
        sheet,
        name=f"{sheet.name} ({what})",
        titles=[title if mine else "" for title, mine in zip(sheet.titles, asked, strict=True)],
        rows=[
            (number, [cell if mine else "" for cell, mine in zip(row, asked, strict=True)])
            for number, row in rows
        ],
        notes=notes,
        faults=faults,
    )


def _put_to(title: str) -> str:
    """Whom a question names: before a colon, or in brackets (mentors only)."""
    found = PUT_TO.search(title)
    return next((one for one in found.groups() if one), "") if found else ""
