"""How answers are marked, how mock exams are dealt, and what a wrong file says."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from cohort.errors import Invalid
from cohort.quizzes.files import checked, read_tables
from cohort.quizzes.marking import AnswerKind, Given, Key, mark, shown_order
from cohort.quizzes.mock_exams import apportion, deal
from tests.house.quizzes import FILE

SEED = Path(__file__).parents[2] / "seed"
SINGLE = Key(AnswerKind.SINGLE, [0])
MULTIPLE = Key(AnswerKind.MULTIPLE, [0, 1])
NUMBER = Key(AnswerKind.NUMBER, (), 0.3, 0.1)
MATCH = Key(AnswerKind.MATCH, [0, 1, 0])


@pytest.mark.parametrize(
    ("key", "given", "expected"),
    [
        (SINGLE, Given((0,)), 1),
        (SINGLE, Given((1,)), 0),
        (SINGLE, Given((0, 1)), 0),
        (SINGLE, Given(), 0),
        (MULTIPLE, Given((1, 0)), 1),
        (MULTIPLE, Given((0,)), 0.5),
        (MULTIPLE, Given((0, 2)), 0),
        (MULTIPLE, Given((0, 1, 2)), 0.5),
        (MULTIPLE, Given((2, 3)), 0),
        (MULTIPLE, Given(), 0),
        (NUMBER, Given(number=0.1 + 0.2), 1),
        (NUMBER, Given(number=0.4), 1),
        (NUMBER, Given(number=0.2), 1),
        (NUMBER, Given(number=0.41), 0),
        (NUMBER, Given(number=0.0), 0),
        (NUMBER, Given(), 0),
        (MATCH, Given(matched=(0, 1, 0)), 1),
        (MATCH, Given(matched=(0, 0, 0)), 2 / 3),
        (MATCH, Given(matched=(None, 1)), 1 / 3),
        (MATCH, Given(), 0),
    ],
    ids=str,
)
def test_an_answer_has_the_mark_that_the_page_says(key: Key, given: Given, expected: float) -> None:
    assert mark(key, given) == pytest.approx(expected)
    assert mark(key, Given.of_json(given.as_json())) == mark(key, given)


def test_each_try_shows_the_choices_in_an_order_of_its_own_and_keeps_it() -> None:
    orders = [shown_order(UUID(int=n), UUID(int=7), 4) for n in range(400)]
    assert orders[3] == shown_order(UUID(int=3), UUID(int=7), 4)
    assert all(sorted(one) == [0, 1, 2, 3] for one in orders)
    first = [sum(one[0] == place for one in orders) for place in range(4)]
    assert min(first) > 60, "the right one, written first, must not be shown first more often"


def test_seats_go_by_the_official_weights() -> None:
    official = {"a": 13, "b": 14, "c": 18, "d": 20, "e": 22, "f": 13}
    assert apportion(50, official) == {"a": 7, "b": 7, "c": 9, "d": 10, "e": 11, "f": 6}
    assert apportion(1, {"a": 1, "b": 1}) == {"a": 1, "b": 0}


def test_mock_exams_overlap_only_where_a_section_is_too_small() -> None:
    pool = {"a": ["a1", "a2", "a3", "a4"], "b": ["b1", "b2", "b3"]}
    one, two = deal(pool, {"a": 2, "b": 2}, 2)
    assert (one, two) == (["a1", "a3", "b1", "b3"], ["a2", "a4", "b2", "b1"])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('wrong = ["Online", "By mail"]', 'wrong = ["Online", "as a batch"]',
         "Question 1 (“batch”, line 22): This has the same choice twice."),
        ('right = "Drift"', 'right = ["Drift"]', "Question 2 (“drift”, line 32)"),
        ("tolerance = 0.01", "", "Question 5 (“precision”, line 62)"),
        ("tolerance = 0.01", "tolerance = nan", "Question 5 (“precision”, line 62): tolerance:"),
        ('slug = "split"', 'slug = "drift"', "number 2 has the same slug."),
        ('exam_section = "serving"', 'exam_section = "cooking"', "“cooking” is not a [[section]]"),
        ("weight = 70", "weight = 71", "not 100"),
        ('"leaks", ', '"lakes", ', "Quiz 1 (“all”, line 82): “lakes” is not a [[question]]"),
        ("questions = 3", "questions = 30", "A mock exam of 30 questions takes 21 of the section"),
        ("[[mock_exam]]", '[placement]\nslug = "p"\ntitle = "P"\n\n[[mock_exam]]',
         "[placement] It takes 3 questions of each section, and “serving” has 2."),
        ("[[mock_exam]]", '[placement]\nslug = "p"\ntitle = "P"\npasses_from = 0.5\n[[mock_exam]]',
         "[placement] passes_from: "),
        ('"Versions"]', '"Versions', "line 78"),
        ("[exam]", "[exams]", "“exams” does not belong here."),
    ],
)  # fmt: skip
def test_a_file_is_refused_at_the_line_and_question_at_fault(old: str, new: str, told: str) -> None:
    assert old in FILE
    with pytest.raises(Invalid) as refused:
        checked(*read_tables(FILE.replace(old, new, 1)))
    assert told in refused.value.sentence


def test_the_questions_that_ship_make_two_different_exams_by_the_official_weights() -> None:
    shipped = checked(*read_tables((SEED / "quizzes.toml").read_text(encoding="utf-8")))
    section = {one.slug: one.exam_section for one in shipped.questions}
    first, second = (set(slugs) for _, slugs in shipped.mock_exams)
    assert not first & second
    for exam in (first, second):
        count = Counter(section[slug] for slug in exam)
        assert [count[one.slug] for one in shipped.sections] == [7, 7, 9, 10, 11, 6]
    assert shipped.placement is not None
    placed = Counter(section[slug] for slug in shipped.placement[1])
    assert placed == dict.fromkeys((one.slug for one in shipped.sections), 3)
    assert not second & {*shipped.placement[1]}, "it is kept for the weeks before the exam"
    texts = {one.text.casefold() for one in shipped.questions}
    assert len(texts) == len(shipped.questions) >= 60, "nothing is asked twice"
    assert all(len(one.explanation) >= 40 for one in shipped.questions)
    practised = {slug for quiz in shipped.quizzes for slug in quiz.questions}
    assert practised | second == set(section)
    assert {one.kind for one in shipped.questions} == set(AnswerKind)
    singles = [one for one in shipped.questions if one.kind is AnswerKind.SINGLE]
    assert {len(one.choices) for one in singles} == {4}
    longest = sum(len(one.rights[0]) > max(map(len, one.wrong)) for one in singles)
    assert longest < len(singles) / 4, "whoever ticks the longest must not be right by that"
