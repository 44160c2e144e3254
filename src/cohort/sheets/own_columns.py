"""Columns of an organiser's own: factors that the rules compare, answers to questions; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cohort.pairing.rules import OwnFactor
from cohort.sheets import cells
from cohort.sheets.columns import Column, column_of
from cohort.sheets.meaning import Reader

PREFIX = "own: "
"""What a file of columns writes before the name of such a factor."""
Own = Mapping[str, OwnFactor]


@dataclass(frozen=True)
class OwnColumn:
    """A column, and how its cells are read."""

    column: Column
    read: Reader


def compared_columns(own: Own) -> list[OwnColumn]:
    """The columns of these factors, whose titles are their names."""
    return [
        OwnColumn(Column(PREFIX + name, name, many=one.compare == "overlap"), _reader(one))
        for name, one in own.items()
    ]


def with_own(known: Sequence[Column], own: Sequence[OwnColumn]) -> list[Column]:
    """What has to be met exactly goes first."""
    mine = [one.column for one in own]
    exact = [one for one in mine if one.exact]
    return [*exact, *known, *(one for one in mine if not one.exact)]


def readers_of(own: Sequence[OwnColumn]) -> dict[str, Reader]:
    return {one.column.field: one.read for one in own}


def _reader(factor: OwnFactor) -> Reader:
    if factor.compare == "overlap":
        return cells.read_list
    if factor.compare in {"near", "at_least"}:
        return cells.read_number
    return lambda cell: " ".join(cell.split())


def answers_of(person: Mapping[str, object]) -> dict[str, object]:
    named = ((field, cell) for field, cell in person.items() if field.startswith(PREFIX))
    return {field.removeprefix(PREFIX): cell for field, cell in named}


def clashes(own: Own, known: Sequence[Column]) -> Iterator[str]:
    """Names that are titles of another column already."""
    for name in own:
        column = column_of(name, known)
        if column is not None:
            yield (
                f"The rules compare “{name}”, but a column of this title says {column.title}. Call "
                "the factor something else, and its column too (or say with --mapping which it is)."
            )
