"""How much each milestone counts for somebody, from her word and her quizzes: pure.

What she says about a milestone is the least of what she says in all statements that name it: new to
her makes it a focus, routine makes it light. What she has done at least once she may skip, where
the file allows it: she hands in what she already has, and a reviewer passes it or does not.

A quiz outweighs her word. Her first answers to questions of the official sections that a milestone
prepares for count together; from five on, fewer than 60 % right make it a focus, 85 % or more make
it light, and only then may it be skipped. A placement quiz asks so few of each section that three
of its answers are enough.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cohort.assessments.focus import Focus
from cohort.assessments.models import KnownLevel
from cohort.quizzes.rows import FEWEST_PLACED

ENOUGH = 5
WEAK, STRONG = 0.6, 0.85
ORDER = list(KnownLevel)


class FocusSource(StrEnum):
    SAID = "said"
    QUIZ = "quiz"


class StatementSaid(NamedTuple):
    """A statement and what she answered to it."""

    milestones: Collection[str]
    skippable: Collection[str]
    level: KnownLevel | None


class QuizCounts(NamedTuple):
    """First answers to the questions of an official section."""

    answered: int
    right: int
    placed: int = 0
    """How many of them in a placement quiz, which asks few of each section and counts at once."""

    @property
    def focus(self) -> Focus | None:
        """Nothing, while there are too few."""
        if self.answered < ENOUGH and self.placed < FEWEST_PLACED:
            return None
        share = self.right / self.answered
        return Focus.HIGH if share < WEAK else Focus.LOW if share >= STRONG else Focus.NORMAL


@dataclass(frozen=True, slots=True)
class MilestoneFocus:
    focus: Focus
    source: FocusSource
    may_skip: bool
    level: KnownLevel | None = None
    """What she said, the least of it."""
    counts: QuizCounts | None = None
    """Of her quizzes, where they outweigh her word."""

    @property
    def words(self) -> str:
        if self.source is FocusSource.QUIZ and self.counts:
            told = f"Your quizzes: {self.counts.right} of {self.counts.answered} right"
            return told + (", more than you said" if self._contradicts else "")
        return {
            KnownLevel.NEW: "You said that this is new to you",
            KnownLevel.SEEN: "You said that you have read about it",
            KnownLevel.DONE: "You said that you have done it before",
            KnownLevel.ROUTINE: "You said that you do it often",
        }[self.level or KnownLevel.SEEN]

    @property
    def _contradicts(self) -> bool:
        return self.focus is Focus.LOW and self.level in {KnownLevel.NEW, KnownLevel.SEEN}


def focus_of_milestone(
    slug: str,
    exam_sections: Iterable[str],
    said: Iterable[StatementSaid],
    quizzes: Mapping[str, QuizCounts],
) -> MilestoneFocus | None:
    """Nothing, where neither she nor a quiz says anything about this milestone."""
    about = [one for one in said if slug in one.milestones]
    levels = [one.level for one in about if one.level is not None]
    level = min(levels, key=ORDER.index, default=None)
    is_skippable = any(slug in one.skippable for one in about)
    counts = _together(exam_sections, quizzes)
    if focus := counts.focus:
        may_skip = is_skippable and focus is Focus.LOW
        return MilestoneFocus(focus, FocusSource.QUIZ, may_skip, level, counts)
    if level is None:
        return None
    focus = {KnownLevel.NEW: Focus.HIGH, KnownLevel.ROUTINE: Focus.LOW}.get(level, Focus.NORMAL)
    may_skip = is_skippable and level in {KnownLevel.DONE, KnownLevel.ROUTINE}
    return MilestoneFocus(focus, FocusSource.SAID, may_skip, level)


def _together(exam_sections: Iterable[str], quizzes: Mapping[str, QuizCounts]) -> QuizCounts:
    found = [quizzes[slug] for slug in exam_sections if slug in quizzes]
    return (
        QuizCounts(*(sum(one) for one in zip(*found, strict=True))) if found else QuizCounts(0, 0)
    )


def goal_of(
    skills: Collection[str], goals: Iterable[str], roles: Mapping[str, Collection[str]]
) -> str | None:
    """The dearest of her role goals that asks for one of these skills."""
    return next((role for role in goals if {*skills} & {*roles.get(role, ())}), None)
