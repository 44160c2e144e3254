"""Questions of the organiser's own as factors: the formulas, what is unsaid, and the words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.large.proof import verify_large
from cohort.assignment.large.solver import solve_large
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.pairing.find import find_pairs
from cohort.pairing.large import find_streamed
from cohort.pairing.result import unseen
from cohort.pairing.rules import BUILT_IN, MOST_OWN, OwnFactor, Weights
from cohort.pairing.scores.distinct import distinct_profiles
from cohort.pairing.scores.profiles import Answer, BadProfile, MentorProfile, ResearcherProfile
from tests.pure import reference_scores
from tests.pure.cast import ANYBODY, MINA, POOL, PRIYA, TREE, WEEK, in_blocks, mina, priya, scored

FACTORS = {
    "Framework": OwnFactor(compare="same"),
    "Country": OwnFactor(compare="different", weight=2.0),
    "Hobbies": OwnFactor(compare="overlap"),
    "Pace": OwnFactor(compare="near", width=4.0, weight=0.5),
    "Years": OwnFactor(compare="at_least"),
}
OWN = Weights(own=FACTORS)
ANSWERS: dict[str, st.SearchStrategy[Answer]] = {
    "Framework": st.sampled_from(["JAX", "PyTorch", " pytorch "]),
    "Country": st.sampled_from(["Chile", "Kenya", "chile"]),
    "Hobbies": st.lists(st.sampled_from(["chess", "Chess", "tea", "go"]), max_size=4),
    "Pace": st.sampled_from([0, 1, 2.5, 7]),
    "Years": st.integers(-1, 3),
}


def value(name: str, hers: Answer | None, theirs: Answer | None) -> float:
    some = {} if hers is None else {name: hers}
    others = {} if theirs is None else {name: theirs}
    scores = scored([mina(answers=some)], [priya(answers=others)], weights=OWN)
    return float(scores.factors[name][0, 0])


@pytest.mark.parametrize(
    ("name", "hers", "theirs", "expected"),
    [
        ("Framework", "PyTorch", " pytorch ", 1.0),
        ("Framework", "PyTorch", "JAX", 0.0),
        ("Framework", ["a", "b"], ["B", "a"], 1.0),
        ("Country", "Chile", "Kenya", 1.0),
        ("Country", "Chile", "chile", 0.0),
        ("Hobbies", ["chess", "go"], ["Go", "tea"], 0.5),
        ("Hobbies", "chess", ["chess", "tea"], 1.0),
        ("Pace", 3, 3, 1.0),
        ("Pace", 3, 4, 0.75),
        ("Pace", 9, 4.5, 0.0),
        ("Years", 3, 3, 1.0),
        ("Years", 3, 2.5, 0.0),
        ("Years", 0, 0, 1.0),
    ],
)
def test_each_comparison_has_the_value_of_its_formula(
    name: str, hers: Answer, theirs: Answer, expected: float
) -> None:
    assert value(name, hers, theirs) == expected


@pytest.mark.parametrize("name", FACTORS)
def test_an_answer_that_is_not_given_counts_as_elsewhere(name: str) -> None:
    answer: Answer = 3 if name in {"Pace", "Years"} else "chess"
    nothing: tuple[Answer | None, ...] = (None, "", [])
    for empty in nothing:
        assert value(name, empty, answer) == value(name, empty, None) == 0.5
        assert value(name, answer, empty) == 0.0


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_to_answer_to_choose_more_and_to_come_nearer_never_lower_a_mentor(
    data: st.DataObject,
) -> None:
    name = data.draw(st.sampled_from(sorted(FACTORS)))
    hers, less = data.draw(ANSWERS[name]), data.draw(ANSWERS[name])
    more: Answer = less
    if name == "Hobbies":
        more = [*less, data.draw(st.sampled_from(["chess", "tea", "go"]))]
    elif name == "Pace":
        more = (less + hers) / 2  # type: ignore[operator]
    elif name == "Years":
        more = less + 1  # type: ignore[operator]
    mentors = [priya(id="silent"), priya(answers={name: less})]
    mentors += [priya(id="more", answers={name: more})]
    only = Weights(**dict.fromkeys(BUILT_IN, 0.0), own={name: FACTORS[name]})  # type: ignore[arg-type]
    total = scored([mina(answers={name: hers})], mentors, weights=only).total[0]
    assert 0 <= total[0] <= total[1] <= total[2] <= 1


def people(n: int, m: int, seed: int) -> tuple[list[ResearcherProfile], list[MentorProfile]]:
    """Few answers and many people, so that there are twins and silence."""
    rng = np.random.default_rng(seed)

    def answers() -> dict[str, Answer]:
        drawn: dict[str, Answer] = {
            "Framework": str(rng.choice(["JAX", "PyTorch", ""])),
            "Country": str(rng.choice(["Chile", "Kenya", "Nepal"])),
            "Hobbies": [str(one) for one in rng.choice(["chess", "tea", "go"], 2)],
            "Pace": float(rng.integers(0, 9)),
            "Years": int(rng.integers(0, 4)),
        }
        return {name: one for name, one in drawn.items() if rng.random() < 0.8}

    researchers = [mina(id=f"r{i}", wishes=[], answers=answers()) for i in range(n)]
    return researchers, [priya(id=f"m{j}", answers=answers()) for j in range(m)]


@pytest.mark.parametrize(
    "weights",
    [
        OWN,
        Weights(**dict.fromkeys(BUILT_IN, 0.0), own=FACTORS),  # type: ignore[arg-type]
        Weights(
            own={
                f"{name} {k}": one.model_copy(update={"weight": 0.1 + k})
                for k in range(MOST_OWN // len(FACTORS))
                for name, one in FACTORS.items()
            }
        ),
    ],
)
def test_every_score_is_that_of_the_definition_at_once_and_in_blocks(weights: Weights) -> None:
    researchers, mentors = people(30, 20, 1)
    spread = {name: name.rstrip("0123456789 ") for name in weights.own}

    def renamed(answers: Mapping[str, Answer]) -> dict[str, Answer]:
        return {name: answers[of] for name, of in spread.items() if of in answers}

    researchers = [replace(one, answers=renamed(one.answers)) for one in researchers]
    mentors = [replace(one, answers=renamed(one.answers)) for one in mentors]
    scores = scored(researchers, mentors, weights=weights)
    for i, j in np.ndindex(30, 20):
        values = {name: float(scores.factors[name][i, j]) for name in BUILT_IN} | {
            name: reference_scores.own(
                factor, researchers[i].answers.get(name), mentors[j].answers.get(name)
            )
            for name, factor in weights.own.items()
        }
        assert {name: one[i, j] for name, one in scores.factors.items()} == pytest.approx(values)
        expected = reference_scores.score(values, weights)
        assert scores.total[i, j] == pytest.approx(expected, abs=1e-6)
    rules: dict[str, Any] = {"weights": weights, "requirements": ANYBODY}
    blocks = in_blocks(researchers, mentors, TREE, WEEK, **rules)
    parts = [blocks.block(start, start + 10) for start in (0, 10, 20)]
    assert np.array_equal(np.concatenate(parts) / blocks.steps, scores.total)


def test_a_large_pool_is_solved_and_proved_as_the_whole_one() -> None:
    researchers, mentors = people(60, 25, 2)
    distinct = distinct_profiles(
        researchers, mentors, TREE, WEEK, weights=OWN, requirements=ANYBODY
    )
    problem = LargeProblem(
        distinct.scores,
        np.full(25, 2),
        researcher_kind=distinct.researcher_kind,
        mentor_kind=distinct.mentor_kind,
    )
    solution = solve_large(problem)
    assert verify_large(problem, solution)
    scores = scored(researchers, mentors, weights=OWN)
    whole = solve(Problem(scores.total, np.full(25, 2), forbidden=scores.forbidden))
    assert solution.total == pytest.approx(whole.total, abs=1e-9)


def test_alike_are_only_those_who_answered_alike() -> None:
    answered = [priya(id="a", answers={"Years": 1}), priya(id="b"), priya(id="c")]
    distinct = distinct_profiles([MINA], answered, TREE, WEEK, weights=OWN, requirements=ANYBODY)
    assert distinct.mentor_kind.tolist() == [0, 1, 1]


HERS = {"Framework": "PyTorch", "Country": "Chile", "Hobbies": ["go", "tea"], "Pace": 3, "Years": 2}
THEIRS = {
    "Framework": "pytorch",
    "Country": "Kenya",
    "Hobbies": ["Tea", "chess"],
    "Pace": 4,
    "Years": 5,
}
ANSWERED = replace(
    POOL,
    researchers=[mina(answers=HERS)],
    mentors=[priya(answers=THEIRS)],
    places=[1],
    weights=OWN,
)


def test_reasons_say_what_both_answered() -> None:
    (pair,) = find_pairs(ANSWERED).pairs
    assert pair.sentence.endswith(
        "; you both answered “PyTorch” to “Framework”; you differ in “Country”; you both chose "
        "tea for “Hobbies”; your answers to “Pace” are near (3 and 4); you asked for at least 2 "
        "in “Years”, which is 5."
    )
    assert [one["title"] for one in pair.factors][-5:] == [*FACTORS]
    assert pair.factors[-2]["score"] == 0.75
    (streamed,) = find_streamed(ANSWERED, unseen, lambda: False).pairs
    assert streamed == pair


def test_reasons_tell_no_private_answer_and_nothing_that_speaks_against_a_pair() -> None:
    (pair,) = find_pairs(replace(ANSWERED, private=[*FACTORS])).pairs
    assert not any(name in pair.sentence for name in FACTORS)
    apart = {"Framework": "JAX", "Country": "chile", "Hobbies": ["chess"], "Pace": 9, "Years": 1}
    (pair,) = find_pairs(replace(ANSWERED, mentors=[priya(answers=apart)])).pairs
    assert not any(name in pair.sentence for name in FACTORS)
    (pair,) = find_pairs(replace(ANSWERED, mentors=[PRIYA])).pairs
    assert not any(name in pair.sentence for name in FACTORS)


def test_answers_and_comparisons_are_part_of_what_is_solved_and_privacy_is_not() -> None:
    assert replace(ANSWERED, private=["Pace"]).digest() == ANSWERED.digest()
    wider = FACTORS | {"Pace": OwnFactor(compare="near", width=5.0, weight=0.5)}
    changes = [
        replace(ANSWERED, weights=Weights(own=wider)),
        replace(ANSWERED, mentors=[priya(answers=THEIRS | {"Years": 4})]),
    ]
    assert len({ANSWERED.digest(), *(one.digest() for one in changes)}) == 3


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"Pace": {"compare": "near"}}, "needs a width"),
        ({"Pace": {"compare": "near", "width": 0}}, "greater than 0"),
        ({"Years": {"compare": "at_least", "width": 1}}, "only “near” uses"),
        ({"Years": {"compare": "similar"}}, "compare"),
        ({"role": {"compare": "same"}}, "has “role” built in"),
        ({f"Question {k}": {"compare": "same"} for k in range(21)}, "at most 20"),
    ],
)
def test_comparisons_that_mean_nothing_are_refused(own: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Weights(own=own)


@pytest.mark.parametrize("answer", ["many", ["1"], float("inf"), float("nan"), -1e13])
def test_what_is_no_number_is_refused_where_numbers_are_compared(answer: Answer) -> None:
    with pytest.raises(BadProfile, match="“Years”, which compares numbers") as refusal:
        scored([MINA], [PRIYA, priya(id="other", answers={"Years": answer})], weights=OWN)
    assert refusal.value.person == 1
