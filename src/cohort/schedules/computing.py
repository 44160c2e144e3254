"""What a process of its own does for a cohort that is dated anew: dates for many plans; pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

from cohort.schedules.dating import MovedDate, PlanFacts, date_anew


def date_each(
    plans: Sequence[PlanFacts], now: datetime, *, progress: Callable[[str, float], None]
) -> list[tuple[Sequence[MovedDate], int]]:
    """What moves in each, and the minutes above its hours."""
    found = []
    for number, facts in enumerate(plans, start=1):
        dates = date_anew(facts, now=now, to_herself=False)
        found.append((dates.moved, dates.minutes_over))
        progress("dating", number / len(plans))
    return found
