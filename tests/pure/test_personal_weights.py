"""What matters more to one of the two counts more for their pairs, and for nobody else's."""

from random import Random

import numpy as np
import pytest

from cohort.assignment.large.blocks import NO_PAIR
from cohort.pairing.rules import BUILT_IN, Requirements, Weights
from cohort.pairing.scores.personal import personal_scorer, shares_between
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.scorer import STEPS
from cohort.pairing.scores.scoring import profiles_of
from tests.pure.cast import PRIYA, TREE, WEEK, mina, on, priya, scored

STEPS_SAID = (-1, 0, 1)
WORDS = ("nlp", "vision", "robotics", "speech")
ROLES = ("ml-engineer", "data-scientist", "research-engineer")


def said(rng: Random) -> dict[str, int]:
    return {name: rng.choice(STEPS_SAID) for name in rng.sample(BUILT_IN, 3)}


def a_researcher(rng: Random, k: int, matters: dict[str, int]) -> ResearcherProfile:
    return mina(
        id=f"r{k}",
        role_goals=rng.sample(ROLES, 2),
        languages=rng.sample(["en", "de", "fr"], 2),
        weekly_hours=on("monday", "17:00", rng.choice(["18:00", "19:00", "20:30"])),
        wishes=[f"m{rng.randrange(6)}"],
        matters=matters,
    )


def a_mentor(rng: Random, k: int, matters: dict[str, int]) -> MentorProfile:
    return priya(
        id=f"m{k}",
        roles=rng.sample(ROLES, 1),
        languages=rng.sample(["en", "de", "fr"], 2),
        weekly_hours=on("monday", "17:00", rng.choice(["18:00", "19:00", "20:30"])),
        matters=matters,
    )


@pytest.mark.parametrize("sides", ["researchers", "mentors", "both"])
def test_a_score_is_the_mean_of_the_factors_in_the_eyes_of_both(sides: str) -> None:
    rng = Random(sides)
    some = [a_researcher(rng, k, said(rng) if sides != "mentors" else {}) for k in range(9)]
    others = [a_mentor(rng, k, said(rng) if sides != "researchers" else {}) for k in range(6)]
    scores = scored(some, others)

    for i, one in enumerate(some):
        for j, other in enumerate(others):
            shares = shares_between(scores.weights, one, other)
            assert sum(shares.values()) == pytest.approx(1)
            mean = sum(share * scores.factors[name][i, j] for name, share in shares.items())
            assert scores.total[i, j] == pytest.approx(mean, abs=1e-6)


def test_where_nobody_weighs_or_the_rules_allow_none_the_score_is_the_plain_one() -> None:
    plain = scored().total
    usual = mina(matters={"domain": 0})
    weighing = mina(matters={"domain": 1, "skills": -1})
    assert (scored([usual]).total == plain).all()
    assert (scored([weighing]).total != plain).any()
    assert (scored([weighing], weights=Weights(personal=1)).total == plain).all()
    assert scored([mina(id="other"), weighing]).total[0] == pytest.approx(plain[0], abs=1e-7)


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_more_a_factor_matters_the_more_it_parts_the_better_from_the_worse(name: str) -> None:
    """And what it counts rises for her pairs alone, whichever side she is on."""
    shares = [Weights().shares({name: step})[name] for step in STEPS_SAID]
    assert shares == sorted(set(shares))
    better, worse = PRIYA, priya(id="worse", languages=["en"], weekly_hours=())
    if name == "availability":
        gaps = []
        for step in STEPS_SAID:
            total = scored([mina(matters={name: step})], [better, worse]).total[0]
            gaps.append(total[0] - total[1])
        assert gaps == sorted(set(gaps))


def test_blocks_repeats_and_any_order_of_people_give_the_same_scores() -> None:
    rng = Random(3)
    some = [a_researcher(rng, k, said(rng)) for k in range(90)]
    others = [a_mentor(rng, k, said(rng)) for k in range(11)]
    people = profiles_of(some, others, TREE, WEEK)
    one = personal_scorer(people, Weights(), Requirements())
    whole = one.block(0, 90)
    assert (np.vstack([one.block(0, 41), one.block(41, 90)]) == whole).all()
    rows, columns = np.array([5, 5, 88, 0, 70]), np.array([10, 0, 3, 3])
    assert (one.reordered(rows, columns).block(0, 5) == whole[np.ix_(rows, columns)]).all()
    assert ((whole == NO_PAIR) == one.ruled_out()).all()
    assert whole.max() <= STEPS
