"""Columns that answer the organisers' own questions: what they are called, read, and written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.questions import kinds
from cohort.questions import service as questions
from cohort.questions.models import AnswerOf, Question, QuestionKind
from cohort.sheets.cells import BadCell, split
from cohort.sheets.columns import MENTORS, RESEARCHERS, Column, keys_of, plain
from cohort.sheets.own_columns import PREFIX, OwnColumn
from cohort.sheets.writing import write_list

YES = {"yes", "y", "true", "1", "x", "ja", "oui", "si"}
NO = {"no", "n", "false", "0", "nein", "non"}
TABLE_OF = {AnswerOf.RESEARCHER: "researchers", AnswerOf.MENTOR: "mentors"}


@dataclass(frozen=True)
class AskedHere:
    """What a cohort asks each side now, in order."""

    researcher: Sequence[Question] = ()
    mentor: Sequence[Question] = ()

    def of(self, side: AnswerOf) -> Sequence[Question]:
        return self.mentor if side is AnswerOf.MENTOR else self.researcher

    def names(self) -> dict[str, list[str]]:
        """By table of a mapping."""
        return {TABLE_OF[side]: [one.name for one in self.of(side)] for side in AnswerOf}

    def columns(self) -> dict[str, list[OwnColumn]]:
        """By table of a mapping."""
        return {TABLE_OF[side]: columns_of(self.of(side), side) for side in AnswerOf}


async def asked_here(db: AsyncSession, cohort_id: UUID, *, lock: bool = False) -> AskedHere:
    """With `lock`, nothing of it changes meanwhile."""
    each = [await questions.asked_of(db, cohort_id, side, lock=lock) for side in AnswerOf]
    return AskedHere(*each)


async def retired_here(db: AsyncSession, cohort_id: UUID) -> AskedHere:
    """What was asked before and was answered: an export has it, and no import reads it."""
    each = [await questions.retired_of(db, cohort_id, side) for side in AnswerOf]
    return AskedHere(*each)


def titles_of_retired(retired: Sequence[Question], side: AnswerOf) -> list[str]:
    """No column that an import knows begins so."""
    return [f"Not asked any more: {one.asks(side)}" for one in retired]


def columns_of(asked: Sequence[Question], side: AnswerOf) -> list[OwnColumn]:
    """One for each question, called as this side is asked.

    Where that is what a fact of the profile or an earlier question is called, by its name.
    """
    profile = MENTORS if side is AnswerOf.MENTOR else RESEARCHERS
    taken = {key for column in profile for key in keys_of(column)} | {""}
    found = []
    for one in asked:
        words, field = one.asks(side), PREFIX + one.name
        key = plain(words)
        title = field if {key, key.removesuffix("s")} & taken else words
        taken.add(key)
        many = one.kind is QuestionKind.CHOICES
        column = Column(field, title, (field,), many=many, exact=True)
        found.append(OwnColumn(column, partial(_read, one)))
    return found


def _read(question: Question, cell: str) -> object:
    """Raises BadCell."""
    try:
        return kinds.read(question, _value(question, cell))
    except kinds.BadAnswer as wrong:
        raise BadCell(f"“{cell}”: {wrong}") from wrong


def _value(question: Question, cell: str) -> object:
    match question.kind:
        case QuestionKind.TEXT:
            return cell
        case QuestionKind.CHOICE:
            return _choice(question, cell)
        case QuestionKind.CHOICES:
            return _choices(question, cell)
        case QuestionKind.YES_NO:
            return _yes_or_no(cell)
        case _:
            return _number(cell)


def _known(question: Question, words: str) -> str | None:
    """The choice that is written so; signs make a difference only where nothing else does."""
    same = [one for one in question.choices if _small(one) == _small(words)]
    near = [one for one in question.choices if plain(one) == plain(words) != ""]
    return next((found[0] for found in (same, near) if len(found) == 1), None)


def _small(words: str) -> str:
    return " ".join(words.casefold().split())


def _choice(question: Question, words: str) -> str:
    known = _known(question, words)
    if known is None:
        offered = "; ".join(question.choices)
        raise BadCell(f"“{words}” is not one of the choices: {offered}.")
    return known


def _choices(question: Question, cell: str) -> list[str]:
    """Between ; | and new lines, and between commas that are in no choice."""
    if (whole := _known(question, cell)) is not None:
        return [whole]
    found = []
    for part in split(cell):
        pieces = part.split(",")
        while pieces:
            ends = range(len(pieces), 0, -1)
            end = next((k for k in ends if _known(question, ",".join(pieces[:k]))), 1)
            words = ",".join(pieces[:end]).strip()
            found += [_choice(question, words)] if words else []
            pieces = pieces[end:]
    return found


def _yes_or_no(cell: str) -> bool:
    word = plain(cell)
    if word not in YES | NO:
        raise BadCell(f"“{cell}” is neither yes nor no.")
    return word in YES


def _number(cell: str) -> float:
    if re.fullmatch(r"[+-]?\d{1,12}(?:[.,]\d{1,18})?(?:[eE][+-]?\d{1,2})?", cell) is None:
        raise BadCell(f"“{cell}” is not a number such as 3 or 2.5.")
    return float(cell.replace(",", "."))


def cells_of(asked: Sequence[Question], answers: Mapping[str, object]) -> list[object]:
    """What somebody answered, as a row of an export has it: an import reads the same again."""
    return [_cell(answers.get(one.name)) for one in asked]


def _cell(answer: object) -> object:
    if isinstance(answer, bool):
        return "Yes" if answer else "No"
    if isinstance(answer, float) and answer.is_integer():
        return int(answer)
    if isinstance(answer, list):
        return write_list(answer)
    return "" if answer is None else answer
