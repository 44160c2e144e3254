"""Factors of the organiser's own: what both sides answered to one question, compared.

    same       1 where both gave the same answer, otherwise 0
    different  1 where both gave an answer and these differ, otherwise 0
    overlap    the share of the researcher's choices that are the mentor's too
    near       max(0, 1 - |a - b| / width), for numbers
    at_least   1 where the mentor's number is not below the researcher's, otherwise 0

Words are the same whatever their case and white space; several choices are the same answer when
they are the same set. As with all factors, a researcher without an answer counts 0.5 with
everybody (added in `factors`), and a mentor without one counts 0: so to answer never lowers a
mentor's factor.
"""

from collections.abc import Hashable, Iterable

import numpy as np

from cohort.assignment.problem import Floats
from cohort.pairing.scores.factors import share_had
from cohort.pairing.scores.incidence import kinds_of
from cohort.pairing.scores.parts import Compared, Part
from cohort.pairing.scores.profiles import Answer, Profiles, answer_of


def compared(people: Profiles, name: str, worth: float) -> Part:
    """The part of a score that one own factor adds; `worth` in units. O(n + m) memory."""
    some = [answer_of(one, name) for one in people.researchers]
    others = [answer_of(one, name) for one in people.mentors]
    factor = people.own[name]
    if factor.compare == "overlap":
        return share_had([chosen(one) for one in some], [chosen(one) for one in others], worth)
    kinds = kinds_of(alike(one) for one in others)
    of_kinds = [others[j] for j in kinds.first]
    number: dict[Hashable, float] = {}
    if factor.compare in {"same", "different"}:
        for one in (*some, *of_kinds):
            number.setdefault(alike(one), float(len(number)))
    return Compared(_numbers(some, number), _numbers(of_kinds, number), kinds.kind, factor, worth)


def alike(answer: Answer | None) -> Hashable:
    """Equal for answers that are the same."""
    if isinstance(answer, str):
        return " ".join(answer.casefold().split())
    if answer is None or isinstance(answer, int | float):
        return answer
    return frozenset(map(alike, answer))


def choices_of(answer: Answer | None) -> list[str]:
    """The choices of an answer as they were given; one word or number is one choice."""
    if answer is None or isinstance(answer, str | int | float):
        return [] if answer is None else [f"{answer}"]
    return [*answer]


def chosen(answer: Answer | None) -> set[Hashable]:
    """The choices of an answer, equal where they are the same."""
    return {alike(one) for one in choices_of(answer)}


def _numbers(answers: Iterable[Answer | None], number: dict[Hashable, float]) -> Floats:
    """Each answer itself, or the number that stands for it; NaN for none."""
    found = (one if one is None else number.get(alike(one), one) for one in answers)
    return np.array([np.nan if one is None else one for one in found], dtype=np.float64)
