"""What her word and her quizzes make of a milestone."""

import tomllib
from pathlib import Path

from cohort.assessments.focus import Focus
from cohort.assessments.importing import read_assessment
from cohort.assessments.judging import (
    FocusSource,
    MilestoneFocus,
    QuizCounts,
    StatementSaid,
    focus_of_milestone,
    goal_of,
)
from cohort.assessments.models import KnownLevel, StatementSide

SEED = Path(__file__).parents[2] / "seed"
NEW, SEEN, DONE, ROUTINE = KnownLevel


def judged(
    *levels: KnownLevel | None,
    skippable: bool = True,
    answered: int = 0,
    right: int = 0,
    placed: int = 0,
) -> MilestoneFocus | None:
    said = [StatementSaid(["ship"], ["ship"] if skippable else [], level) for level in levels]
    quizzes = {"serving": QuizCounts(answered, right, placed), "other": QuizCounts(50, 50)}
    return focus_of_milestone("ship", ["serving"], said, quizzes)


def facts(*levels: KnownLevel | None, **more: int) -> tuple[Focus, FocusSource, bool]:
    found = judged(*levels, **more)  # type: ignore[arg-type]
    assert found
    return found.focus, found.source, found.may_skip


def test_the_least_of_what_she_says_counts() -> None:
    assert judged() is None
    assert judged(None) is None
    assert facts(NEW) == (Focus.HIGH, FocusSource.SAID, False)
    assert facts(SEEN) == (Focus.NORMAL, FocusSource.SAID, False)
    assert facts(DONE) == (Focus.NORMAL, FocusSource.SAID, True)
    assert facts(ROUTINE) == (Focus.LOW, FocusSource.SAID, True)
    assert facts(ROUTINE, NEW, None) == (Focus.HIGH, FocusSource.SAID, False)
    unskippable = judged(ROUTINE, skippable=False)
    assert unskippable
    assert not unskippable.may_skip


def test_a_quiz_outweighs_her_word_once_it_has_asked_enough() -> None:
    assert facts(ROUTINE, answered=4, right=0) == (Focus.LOW, FocusSource.SAID, True)
    assert facts(ROUTINE, answered=5, right=2) == (Focus.HIGH, FocusSource.QUIZ, False)
    assert facts(ROUTINE, answered=5, right=3) == (Focus.NORMAL, FocusSource.QUIZ, False)
    assert facts(NEW, answered=20, right=17) == (Focus.LOW, FocusSource.QUIZ, True)
    found = judged(NEW, answered=20, right=17)
    assert found
    assert found.words == "Your quizzes: 17 of 20 right, more than you said"
    assert [one.weight for one in (Focus.LOW, Focus.NORMAL, Focus.HIGH)] == [0.5, 1.0, 1.5]


def test_three_answers_of_a_placement_quiz_are_enough_and_a_better_one_never_weighs_more() -> None:
    assert facts(NEW, answered=3, right=3) == (Focus.HIGH, FocusSource.SAID, False)
    assert facts(NEW, answered=3, right=3, placed=3) == (Focus.LOW, FocusSource.QUIZ, True)
    assert facts(ROUTINE, answered=2, right=0, placed=2) == (Focus.LOW, FocusSource.SAID, True)
    for answered in range(3, 9):
        told = [judged(ROUTINE, answered=answered, right=n, placed=3) for n in range(answered + 1)]
        weights = [one.focus.weight for one in told if one]
        assert weights == sorted(weights, reverse=True)
        assert (weights[0], weights[-1]) == (1.5, 0.5)


def test_the_dearest_goal_that_asks_for_it_is_named() -> None:
    roles = {"engineer": ["serving"], "scientist": ["serving", "statistics"]}
    assert goal_of(["serving"], ["scientist", "engineer"], roles) == "scientist"
    assert goal_of(["statistics"], ["engineer", "scientist"], roles) == "scientist"
    assert goal_of(["cooking"], ["engineer", "dancer"], roles) is None


def test_our_own_statements_name_what_there_is() -> None:
    file = read_assessment((SEED / "assessment.toml").read_text(encoding="utf-8"))
    milestones = tomllib.loads((SEED / "milestones.toml").read_text(encoding="utf-8"))
    known = {one["slug"] for one in milestones["milestone"]}
    assert 12 <= len(file.statement) <= 20
    assert {slug for one in file.statement for slug in one.milestones} <= known
    assert {one.side for one in file.statement} == set(StatementSide)
    taxonomy = tomllib.loads((SEED / "taxonomy.toml").read_text(encoding="utf-8"))
    skills = {one["slug"] for one in taxonomy["skill"]}
    roles = {one["slug"] for one in taxonomy["role"]}
    assert {one.slug for one in file.role} == roles, (
        "a goal of which nothing is known leads nowhere"
    )
    assert {skill for one in file.role for skill in one.skills} <= skills
