"""How much is done in each week: evenly, and more than there is time for only where it must be."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate


def spread(capacity: Sequence[int], due: Sequence[int]) -> list[int]:
    """The most even load of each week by which `due[k]` is done at the end of week k, for all k.

    capacity  of each week, >= 0.
    due       how much has to be done by the end of each week in all, never falling.

    The load of a week is its capacity times the slope of the least concave majorant of the points
    (capacity so far, due so far) from the origin. No other admissible load has a smaller largest
    share of its capacity, nor a smaller sum of any convex function of those shares, weighed by
    capacity (majorisation; it is the taut string of minimum-energy scheduling, Yao, Demers and
    Shenker 1995, for work that may begin at once). Where nothing has any capacity yet, weeks count
    as equal. Whole units, rounded so that no due amount is missed and no week gets more than its
    share rounded up. O(weeks²).
    """
    clock, done, at = list(accumulate(capacity)), 0, -1
    loads = [0] * len(capacity)
    while done < due[-1]:
        begun = clock[at] if at >= 0 else 0
        end = _steepest(clock, due, at, begun, done)
        time, work = clock[end] - begun, due[end] - done
        so_far = 0
        for week in range(at + 1, end + 1):
            passed, whole = (clock[week] - begun, time) if time else (week - at, end - at)
            upto = -(-work * passed // whole)
            loads[week], so_far = upto - so_far, upto
        done, at = due[end], end
    return loads


def _steepest(clock: Sequence[int], due: Sequence[int], at: int, begun: int, done: int) -> int:
    """The farthest of the weeks to which the line from here rises most steeply."""
    best, end = Fraction(-1), at
    for week in range(at + 1, len(clock)):
        work, time = due[week] - done, clock[week] - begun
        if work and not time:
            return max(one for one in range(week, len(clock)) if clock[one] == begun)
        slope = Fraction(work, time) if time else Fraction(0)
        if slope >= best:
            best, end = slope, week
    return end


def with_overload(capacity: Sequence[int], due: Sequence[int]) -> list[int]:
    """The capacity of each week, raised where `due` cannot be met else.

    What is added is the least in all, max over k of (due[k] - capacity until k), and as even a
    share of the capacity as that allows: everything that must be done by some week may be done in
    any week before, so no order of the work needs more.
    """
    so_far = accumulate(capacity)
    if all(needed <= there for needed, there in zip(due, so_far, strict=True)):
        return list(capacity)
    return [max(pair) for pair in zip(capacity, spread(capacity, due), strict=True)]
