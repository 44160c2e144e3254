"""What is learned from outcomes that were made with a known effect."""

import numpy as np
import pytest

from cohort.outcomes.learning import effects

TRUE = np.array([0.0, 0.0, 1.0, -1.0])


def made(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Scores, outcomes and mentors: the third factor helps, the fourth does the contrary."""
    rng = np.random.default_rng(seed)
    scores = rng.beta(2, 2, (n, len(TRUE)))
    standard = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    mentors = rng.integers(0, max(2, n // 3), n)
    leaning = rng.normal(0, 0.5, n)[mentors]
    chance = 1 / (1 + np.exp(-(0.8 + standard @ TRUE + leaning)))
    return scores, (rng.random(n) < chance).astype(float), mentors.tolist()


def test_a_strong_effect_is_found_and_none_is_made_up() -> None:
    told = effects(*made(7, 300))
    assert [one.is_clear for one in told] == [False, False, True, True]
    assert told[2].low > 0 > told[3].high


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held = [
        one.low <= true <= one.high
        for seed in range(60)
        for one, true in zip(effects(*made(seed, 40)), TRUE, strict=True)
    ]
    assert np.mean(held) >= 0.92


def test_fewer_mentorships_have_wider_intervals() -> None:
    widths = [effects(*made(3, n))[0] for n in (20, 60, 200)]
    assert widths[0].high - widths[0].low > widths[1].high - widths[1].low
    assert widths[1].high - widths[1].low > widths[2].high - widths[2].low


def test_many_mentorships_of_one_mentor_are_less_news_than_of_many() -> None:
    scores, good, _ = made(5, 60)
    alone, apart = effects(scores, good, [0] * 60), effects(scores, good, list(range(60)))
    assert alone[0].high - alone[0].low != apart[0].high - apart[0].low


def test_a_factor_that_does_not_vary_tells_nothing() -> None:
    scores, good, mentors = made(1, 50)
    scores[:, 1] = 0.7
    told = effects(scores, good, mentors)[1]
    assert (told.middle, told.spread, told.is_clear) == (0.0, 0.0, False)


def test_the_order_of_the_mentorships_does_not_matter() -> None:
    scores, good, mentors = made(2, 50)
    turned = effects(scores[::-1], good[::-1], mentors[::-1])
    for one, other in zip(effects(scores, good, mentors), turned, strict=True):
        assert one.middle == pytest.approx(other.middle, abs=1e-6)


@pytest.mark.parametrize("wrong", [1.5, float("nan")])
def test_what_is_no_score_is_refused(wrong: float) -> None:
    scores, good, mentors = made(1, 30)
    scores[3, 2] = wrong
    with pytest.raises(ValueError, match="between 0 and 1"):
        effects(scores, good, mentors)


def test_shapes_that_do_not_fit_are_refused() -> None:
    scores, good, mentors = made(1, 30)
    with pytest.raises(ValueError, match="n by k"):
        effects(scores, good[:-1], mentors)
