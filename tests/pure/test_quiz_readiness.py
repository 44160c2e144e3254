"""What answers say about an exam: by hand where it is simple, and by many made-up people."""

from datetime import timedelta

import numpy as np
import pytest

from cohort.quizzes.readiness import AnswerCounts, chances, forecast, weight_of

COUNTS = [7, 7, 9, 10, 11, 6]


def of(*answers: tuple[float, float]) -> list[AnswerCounts]:
    """Right and wrong answers of each section."""
    return [
        AnswerCounts(count, int(right + wrong), right, wrong)
        for count, (right, wrong) in zip(COUNTS, answers, strict=True)
    ]


def test_more_right_answers_are_a_better_chance_and_more_answers_a_narrower_range() -> None:
    few, many = forecast(of(*[(4, 1)] * 6), 0.7), forecast(of(*[(40, 10)] * 6), 0.7)
    worse = forecast(of((3, 2), *[(4, 1)] * 5), 0.7)
    assert (few.needed, few.answered, few.is_enough) == (35, 30, True)
    assert worse.chance < few.chance < many.chance
    assert many.chance_high - many.chance_low < few.chance_high - few.chance_low
    for told in (few, many, worse):
        assert 0 <= told.chance_low <= told.chance <= told.chance_high <= 1
        assert told.low <= told.expected <= told.high
    nothing = forecast(of(*[(0, 0)] * 6), 0.7)
    assert not nothing.is_enough
    assert nothing.expected == pytest.approx(25)


def test_an_hour_helps_most_where_much_is_asked_and_little_is_known() -> None:
    gains = [one.gain for one in forecast(of(*[(9, 3)] * 4, (3, 9), (9, 3)), 0.7).sections]
    assert max(gains) == gains[4] > 2 * gains[5] > 0


def test_the_chances_of_a_whole_cohort_are_those_of_each_alone() -> None:
    people = [of(*[(4, 1)] * 6), of((3.5, 2.25), *[(9, 3)] * 5), of(*[(0, 0)] * 6)]
    right = np.array([[one.right for one in person] for person in people])
    wrong = np.array([[one.wrong for one in person] for person in people])
    alone = [forecast(person, 0.7).chance for person in people]
    assert chances(COUNTS, right, wrong, 0.7) == pytest.approx(alone, abs=1e-12)


def test_old_answers_fade() -> None:
    assert weight_of(timedelta(hours=23)) == weight_of(-timedelta(days=1)) == 1
    assert weight_of(timedelta(weeks=8)) == pytest.approx(0.5)


def test_of_those_who_are_told_a_chance_as_many_pass_and_a_simple_rule_does_worse() -> None:
    dice = np.random.default_rng(7)
    told, passed, rule = [], [], []
    for _ in range(300):
        m = dice.beta(2, 2)
        p = dice.beta(8 * m, 8 * (1 - m), 6)
        answered = dice.integers(1, 25, 6)
        right = dice.binomial(answered, p)
        pairs = zip(right.tolist(), (answered - right).tolist(), strict=True)
        told.append(forecast(of(*pairs), 0.7).chance)
        passed.append(dice.binomial(COUNTS, p).sum() >= 35)
        rule.append(right.sum() >= 0.7 * answered.sum())
    chance, came = np.array(told), np.array(passed, dtype=float)
    assert abs(chance.mean() - came.mean()) < 0.04
    assert ((chance - came) ** 2).mean() < 0.8 * ((np.array(rule) - came) ** 2).mean()
