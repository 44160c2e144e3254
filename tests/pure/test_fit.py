"""The word for a pair, by bounds on what the two have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort.pairing.fit import JUDGED, WORDS, beside_the_best, fit_of
from cohort.pairing.rules import Weights

DEFAULT = Weights()
SHARES = DEFAULT.shares()


def word(
    domain: float,
    role: float,
    skills: float,
    weights: Weights = DEFAULT,
    told: tuple[str, ...] = JUDGED,
) -> str:
    factors = dict.fromkeys(SHARES, 1.0) | {"domain": domain, "role": role, "skills": skills}
    return fit_of(factors, weights.shares(), told)


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        ((1.0, 0.7, 0.6), "strong"),
        ((0.5, 0.5, 0.5), "strong"),
        ((1.0, 0.7, 0.4), "good"),
        ((0.49, 0.4, 0.6), "fair"),
        ((0.0, 0.0, 0.5), "fair"),
        ((0.0, 0.3, 0.49), "weak"),
    ],
)
def test_the_word_counts_what_speaks_for_a_pair_and_against_it(
    factors: tuple[float, float, float], expected: str
) -> None:
    assert word(*factors) == expected


def test_a_factor_that_the_rules_do_not_count_is_not_looked_at() -> None:
    assert word(1.0, 0.7, 0.0) == "good"
    assert word(1.0, 0.7, 0.0, Weights(skills=0)) == "strong"
    assert word(0.0, 0.0, 1.0, Weights(skills=0)) == "weak"


def test_what_the_researcher_told_nothing_about_is_not_looked_at() -> None:
    assert word(1.0, 0.7, 0.5, told=("domain", "role")) == "strong"
    assert word(0.0, 0.7, 0.5, told=("domain", "role")) == "fair"
    assert word(1.0, 0.5, 0.5, told=("domain",)) == "good"
    assert word(0.5, 0.5, 0.5, told=()) == "weak"


def test_hours_and_wishes_do_not_change_the_word() -> None:
    assert fit_of(dict.fromkeys(SHARES, 1.0) | dict.fromkeys(JUDGED, 0.0), SHARES, JUDGED) == "weak"


@given(*(st.integers(0, 4) for _ in JUDGED), st.integers(0, 2), st.integers(0, 4))
def test_a_greater_factor_never_makes_the_word_worse(
    domain: int, role: int, skills: int, which: int, more: int
) -> None:
    before = [domain / 4, role / 4, skills / 4]
    after = [max(value, more / 4) if k == which else value for k, value in enumerate(before)]
    assert WORDS.index(word(*after)) <= WORDS.index(word(*before))


def test_a_score_stands_beside_the_best_that_was_possible() -> None:
    assert beside_the_best(0.57, 0.61, 8) == "the best of 8 possible mentors scores 0.61"
    assert beside_the_best(0.61, 0.61, 1_200) == "the best of 1,200 possible mentors"
    assert beside_the_best(0.61, 0.61, 1) == "the only possible mentor"
    assert beside_the_best(0.61, None, None) == ""
