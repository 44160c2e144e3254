"""Sentences that a researcher understands, for a pair and for no pair."""

from dataclasses import replace

import numpy as np
import pytest

from cohort.assignment.problem import Problem
from cohort.pairing.explaining import explain
from cohort.pairing.rules import Requirements
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.scoring import Scores
from cohort.pairing.unmatched import outlooks, why_unmatched
from tests.pure.cast import MINA, OMAR, PRIYA, TITLES, mina, on, priya, scored

OMAR2 = replace(OMAR, id="omar2")


def sentence(researcher: ResearcherProfile = MINA, mentor: MentorProfile = PRIYA) -> str:
    scores = scored([researcher], [mentor])
    return next(explain(scores, np.array([[0, 0]]), titles=TITLES)).sentence


def why(scores: Scores, capacity: list[int], i: int = 0, floor: float | None = None):
    problem = Problem(scores.total, capacity, floor=floor, forbidden=scores.forbidden)
    (outlook,) = outlooks(scores, problem, [i])
    return why_unmatched(outlook, floor)


def test_a_good_pair_is_explained_by_what_the_two_share() -> None:
    assert sentence() == (
        "Priya works on dialogue systems, close to your machine translation; knows the role of "
        "ML engineer, your first goal; is strong in monitoring, CI/CD and serving, which you "
        "still have to show; made the same move, from a PhD; you share 6 hours "
        "a week; you both speak English."
    )


def test_the_sentence_says_only_what_is_so() -> None:
    assert sentence(mentor=priya(domains=["translation"])).startswith(
        "Priya works on machine translation, as you do; "
    )
    assert sentence(mentor=priya(domains=["speech"])).startswith(
        "Priya works on speech, in the same broad field as your machine translation; "
    )
    assert "works on" not in sentence(mentor=priya(domains=["robotics"]))
    assert "your second goal" in sentence(mina(role_goals=["x", "ml-engineer"]))
    assert "knows the setting you aim for (health care)" in sentence(mina(role_goals=["x"]))
    assert "also came from a PhD" in sentence(mina(role_goals=["x"]))
    assert "is strong in serving, which you still have to show" in sentence(
        mina(gaps={"serving": 1})
    )
    many = priya(skills=["a", "b", "c", "d", "e", "f"])
    assert "is strong in f, e, d, c and two other skills, which" in sentence(
        mina(gaps={skill: 1.0 + k for k, skill in enumerate("abcdef")}), many
    )
    assert "strong" not in sentence(mina(gaps={}))
    assert "is someone you asked for;" in sentence(mina(wishes=["priya"]))
    assert "asked for you" in sentence(mentor=priya(wishes=["mina"]))
    assert "1 hour a week" in sentence(mina(weekly_hours=on("monday", "10:00", "11:00")))
    assert "share" not in sentence(mina(weekly_hours=[]))


def test_a_pair_with_nothing_in_common_does_not_pretend() -> None:
    bare = MentorProfile(id="bare", name="Bo")
    assert sentence(mentor=bare) == (
        "Bo meets every requirement, but shares none of your fields or goals."
    )
    silent = mina(domains=[], role_goals=[], contexts=[], gaps={}, stage="")
    assert sentence(silent, bare) == (
        "Bo meets every requirement; you have named no fields or goals yet."
    )


def test_the_numbers_are_those_of_the_scores_and_add_up() -> None:
    scores = scored()
    found = next(explain(scores, np.array([[0, 1]]), titles={}))
    assert found.score == scores.total[0, 1]
    assert sum(found.factors[name] * found.shares[name] for name in found.factors) == (
        pytest.approx(found.score, abs=1e-6)
    )


def test_no_allowed_mentor_is_told_with_how_many_each_requirement_removed() -> None:
    scores = scored([mina(languages=["de"], organisations=["northwind"])])
    found = why(scores, [1, 1])
    assert found.code == "no_allowed_mentor"
    assert found.sentence == (
        "None of the two mentors can be yours: two without a language in common with you and one "
        "with an organisation or an adviser in common with you."
    )
    assert found.next_step == "Add every language that you could meet in to your profile."
    assert found.detail == {"mentors": 2, "conflict_of_interest": 1, "common_language": 2}


def test_who_shares_nothing_with_any_mentor_is_told_what_to_add() -> None:
    found = why(scored([MINA], [OMAR, OMAR2], requirements=Requirements()), [1, 1])
    assert found.sentence == (
        "None of the two mentors can be yours: two without a field, role goal or skill in common "
        "with you."
    )
    assert found.next_step.startswith("Add more fields and role goals to your profile")


def test_one_mentor_who_cannot_be_hers_is_told_without_counting() -> None:
    found = why(scored([mina(languages=["de"])], [PRIYA]), [1])
    assert found.sentence == (
        "The one mentor in this round is one without a language in common with you, so cannot be "
        "yours."
    )


def test_no_room_is_told_with_how_many_compete() -> None:
    scores = scored([MINA, mina(id="twin"), mina(id="third")], [PRIYA])
    found = why(scores, [1])
    assert found.code == "no_room"
    assert found.sentence == (
        "One mentor would suit you, but the one place with them went to others; two other "
        "researchers could have them too."
    )
    assert why(scores, [0]).sentence == ("One mentor would suit you, but has no free place.")


def test_below_the_floor_is_told_with_the_best_score() -> None:
    scores = scored([MINA], [OMAR])
    found = why(scores, [1], floor=0.9)
    assert found.code == "below_floor"
    assert found.detail == {"best_score": scores.total[0, 0], "floor": 0.9}
    assert "nobody below 90%" in found.sentence
    best = float(scores.total[0, 0])
    nearly = why(scores, [1], floor=best + 1e-4)
    assert nearly.sentence.count(f"{best:.0%}") == 0
    assert f"scores {best:.2%}, and this cohort pairs nobody below {best + 1e-4:.2%}" in (
        nearly.sentence
    )


def test_no_mentors_at_all_is_its_own_reason() -> None:
    assert why(scored([MINA], []), []).code == "no_mentors"
