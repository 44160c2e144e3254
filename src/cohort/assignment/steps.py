"""In which steps the scores of a problem are counted: what the solver and the checker agree on."""

import math

from cohort.assignment.problem import Problem

LARGEST_UNIT = 2.0**50  # sums of a few stay below 2**53, up to which float64 counts exactly
LONGEST_WALK = 2.0**58
"""What moving everybody may gain or lose: so much less than a missing arc that none seems one."""
MOST_DIGITS = 300


def steps_of(problem: Problem) -> float:
    """How many steps make 1: a power of ten, the greatest at which every score fits in 50 bits.

    With `cover` the bonus takes its share of the bits; with `min_load` moving everybody must fit
    in 58. Scores below 1e-300 in size count as 0. O(n m).
    """
    room = LARGEST_UNIT / (outweighing(problem) if problem.cover else 1)
    if problem.min_load.any():  # to fill a place everybody may have to move on, at a loss each
        room = min(room, LONGEST_WALK / (2 * problem.shape[1] + 2))
    digits = math.log10(room) - math.log10(largest_score(problem) or 1.0)
    return 10.0 ** min(math.floor(digits), MOST_DIGITS)


def largest_score(problem: Problem) -> float:
    """The size of the largest score, stickiness and lead included."""
    lowest, highest = problem.scores.min(initial=0.0), problem.scores.max(initial=0.0)
    extra = problem.stickiness + float(problem.lead.max(initial=0.0))
    return max(-float(lowest), float(highest)) + extra


def outweighing(problem: Problem) -> int:
    """How many times the largest score counts more than the total could ever change."""
    return 4 * problem.most_pairs + 2
