"""How well two suit each other in a word, and beside what was possible; by stated bounds.

Three factors say what two people have in common: field, role goal and skills. Each speaks for the
pair from the middle (0.5) on, against it below. A factor without weight in the rules is not looked
at, nor one about which the researcher said nothing.

    strong  at least two speak for the pair, and none against it
    good    two speak for it and one against; or one for it, and none against
    fair    one speaks for it, and at least one against
    weak    none speaks for it

Hours, language, path and wishes lift the score, but not the word. A greater factor never makes the
word worse.
"""

from collections.abc import Collection, Mapping
from typing import Literal, get_args

Fit = Literal["strong", "good", "fair", "weak"]
WORDS: tuple[Fit, ...] = get_args(Fit)
WEAK: Fit = "weak"
MIDDLE = 0.5
JUDGED = ("domain", "role", "skills")
SAME = 5e-9
"""Half a step of a score: two scores that are nearer are one."""


def fit_of(
    factors: Mapping[str, float], shares: Mapping[str, float], answered: Collection[str]
) -> Fit:
    """The word for a pair: its factors in [0, 1], and how much each counts, by name. O(1).

    `answered` names the factors about which the researcher said something.
    """
    judged = [factors[name] for name in JUDGED if name in answered and shares[name] > 0]
    speak_for = sum(value >= MIDDLE for value in judged)
    against = len(judged) - speak_for
    if speak_for == 0:
        return "weak"
    if not against:
        return "strong" if speak_for > 1 else "good"
    return "good" if speak_for > 1 else "fair"


def beside_the_best(score: float, best: float | None, possible: int | None) -> str:
    """`the best of 8 possible mentors scores 0.61`; empty where nobody counted."""
    if best is None or possible is None:
        return ""
    if possible == 1:
        return "the only possible mentor"
    if score >= best - SAME:
        return f"the best of {possible:,} possible mentors"
    return f"the best of {possible:,} possible mentors scores {best:.2f}"
