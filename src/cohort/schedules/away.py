"""What is due while somebody is away, or just after: it fits, if it is done before she leaves."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
JUST_BACK = 2
"""Days after an absence in which hardly anything is done."""


class DueAway(NamedTuple):
    """`by` is the last day before she leaves; `is_back`, whether she is there when it is due."""

    title: str
    due_on: date
    by: date
    is_back: bool


def due_away(
    due: Iterable[tuple[str, date]], absences: Sequence[tuple[date, date]], today: date
) -> list[DueAway]:
    """Of titles and the days on which they are due; what can still be done before, by day."""

    def is_away(day: date) -> bool:
        return any(first <= day <= last for first, last in absences)

    found = []
    for title, due_on in due:
        by = due_on
        while not is_away(by) and due_on - by < JUST_BACK * DAY:
            by -= DAY
        if not is_away(by):
            continue
        while is_away(by):
            by -= DAY
        if by >= today:
            found.append(DueAway(title, due_on, by, is_back=not is_away(due_on)))
    return sorted(found, key=lambda one: (one.due_on, one.title))
