"""What a researcher still lacks, from the work that is not passed: a pure function."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from math import fsum
from typing import NamedTuple

MICROSECOND = timedelta(microseconds=1)
HALVED_EVERY = timedelta(weeks=4) // MICROSECOND
NEXT_WEEKS = timedelta(weeks=8) // MICROSECOND
"""What is due later is no gap yet: a mentor helps with what comes next."""


class OpenWork(NamedTuple):
    """A milestone that is not passed: its hours (> 0), its skills, and how long until it is due.

    due_in  microseconds from now; below 0 where it is overdue. As whole numbers a cohort's plans
            are read and weighed in half the time that dates would take.
    """

    hours: int
    skills: Collection[str]
    due_in: int


def latest_of(each_due_in: Sequence[int]) -> int:
    """What is due later than this is no gap yet; to leave it out beforehand changes nothing."""
    return max(0, min(each_due_in, default=0)) + NEXT_WEEKS


def live_gaps(open_work: Iterable[OpenWork]) -> dict[str, float]:
    """How much each skill is missing, in (0, 1]; the skill that is missed most has 1.

    Only work counts that is due within eight weeks: from now, or from the first due date where that
    is later. A milestone counts for each of its skills with hours x 2^(-t / 4 weeks), where t is
    the time until it is due; overdue work counts as due now. The sums are divided by the largest.
    Correctly rounded sums make the result the same whatever the order of the work.
    O(work x skills).
    """
    left = list(open_work)
    latest = latest_of([due_in for _, _, due_in in left])
    shares: dict[str, list[float]] = defaultdict(list)
    for hours, skills, due_in in left:
        if due_in > latest:
            continue
        urgency = hours * 2.0 ** -(max(0, due_in) / HALVED_EVERY)
        for skill in set(skills):
            shares[skill].append(urgency)
    sums = {skill: fsum(parts) for skill, parts in sorted(shares.items())}
    largest = max(sums.values(), default=0.0)
    return {skill: amount / largest for skill, amount in sums.items() if amount > 0}
