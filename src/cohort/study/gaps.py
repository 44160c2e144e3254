"""What a researcher still lacks, from the work that is not passed: a pure function."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import fsum
from typing import NamedTuple

HALVED_EVERY = timedelta(weeks=4)
NEXT_WEEKS = timedelta(weeks=8)
"""What is due later is no gap yet: a mentor helps with what comes next."""


class OpenWork(NamedTuple):
    """A milestone that is not passed: its hours (> 0), its skills, and when it is due (aware)."""

    hours: int
    skills: Sequence[str]
    due_at: datetime


def live_gaps(open_work: Iterable[OpenWork], *, now: datetime) -> dict[str, float]:
    """How much each skill is missing, in (0, 1]; the skill that is missed most has 1.

    Only work counts that is due within eight weeks: from now, or from the first due date where that
    is later. A milestone counts for each of its skills with hours x 2^(-t / 4 weeks), where t is
    the time until it is due; overdue work counts as due now. The sums are divided by the largest.
    Correctly rounded sums make the result the same whatever the order of the work.
    O(work x skills).
    """
    left = list(open_work)
    first = min((work.due_at for work in left), default=now)
    shares: dict[str, list[float]] = defaultdict(list)
    for work in left:
        if work.due_at > max(first, now) + NEXT_WEEKS:
            continue
        urgency = 2.0 ** -(max(timedelta(), work.due_at - now) / HALVED_EVERY)
        for skill in sorted(set(work.skills)):
            shares[skill].append(work.hours * urgency)
    sums = {skill: fsum(parts) for skill, parts in sorted(shares.items())}
    largest = max(sums.values(), default=0.0)
    return {skill: amount / largest for skill, amount in sums.items() if amount > 0}
