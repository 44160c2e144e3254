"""How the people of a season behave: assumptions, each with its number; pure.

They are no findings. A season shows what a policy does under them, and the differences between
policies are worth more than the figures themselves.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Behaviour:
    """Likelihoods, where nothing else is said."""

    answers_today: float = 0.35
    """That someone who will answer a proposal does so today: half have after two days."""
    never_answers: float = 0.06
    """For each side of a proposal."""
    declines_at_best: float = 0.04
    declines_at_worst: float = 0.30
    """By how good the pair seems to that side, from 1 to 0; in between along a line."""
    pauses_when_declining: float = 0.15
    """That a no says too that no other proposal is wanted for three weeks."""
    taste: float = 0.15
    """Standard deviation of what a person sees in a pair and no score knows."""
    wishes: float = 0.6
    """That a researcher ranks mentors, and half of it that a mentor ranks researchers."""
    meets_every: int = 28
    """Days between two meetings of a pair."""
    meeting_held: float = 0.85
    checkin_answered: float = 0.75
    asks_for_another: float = 0.03
    """A week, of whoever finds a pair worse than `goes_badly`; it goes on meanwhile."""
    goes_badly: float = 0.35
    ends_early: float = 0.006
    """A week, whatever the reason."""
    pair_pauses: float = 0.006
    """A week, of a mentorship; it goes on after three weeks."""
    talks_today: float = 0.45
    """That someone who was introduced to somebody says today how the talk was."""
    never_talks: float = 0.10
    """Of two who were introduced: no time is found."""
    drops_out: float = 0.006
    """A week, of a researcher."""
    mentor_pauses: float = 0.01
    """A week; a pause lasts three weeks."""
    mentor_leaves: float = 0.003
    """A week."""


PAUSE_WEEKS = 3


def declines(behaviour: Behaviour, liking: float) -> float:
    """How likely it is that someone who likes a pair so much (0 to 1) declines it."""
    worst, best = behaviour.declines_at_worst, behaviour.declines_at_best
    return worst + (best - worst) * min(max(liking, 0.0), 1.0)
