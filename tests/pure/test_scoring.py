"""The factors, the hard requirements and the score that they make."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from cohort.pairing.rules import BUILT_IN, Requirements, Rules, Weights
from cohort.pairing.scores.availability import BadHours
from cohort.pairing.scores.profiles import BadProfile, MentorProfile, ResearcherProfile
from cohort.pairing.scores.scoring import score
from cohort.pairing.scores.skills import strengths_of
from tests.pure.cast import MINA, OMAR, PRIYA, TREE, mina, on, priya, scored

SILENT = ResearcherProfile(id="silent")


def factor(name: str, researcher: ResearcherProfile = MINA, mentor: MentorProfile = PRIYA) -> float:
    return float(scored([researcher], [mentor]).factors[name][0, 0])


def removed_by(
    requirement: str, researcher: ResearcherProfile = MINA, mentor: MentorProfile = PRIYA
) -> bool:
    scores = scored([researcher], [mentor])
    assert bool(scores.forbidden[0, 0]) or not scores.reasons[requirement][0, 0]
    return bool(scores.reasons[requirement][0, 0])


def test_each_factor_has_the_value_of_its_formula() -> None:
    found = {name: float(values[0, 0]) for name, values in scored().factors.items()}
    assert found == pytest.approx(
        {
            "domain": 2 / 3,
            "role": 1.0,
            "skills": 1.0,
            "availability": 1.0,
            "language": 0.5,
            "path": 1.0,
            "wishes": 0.5,
        }
    )
    assert list(found) == list(BUILT_IN)


def test_the_score_is_the_mean_of_the_factors_by_weight() -> None:
    scores = scored(
        weights=Weights(domain=1, role=3, skills=0, availability=0, language=0, path=0, wishes=0)
    )
    assert scores.total[0, 0] == pytest.approx((2 / 3 + 3 * 1.0) / 4)
    doubled = scores.weights.model_copy(update={"domain": 2, "role": 6})
    assert np.array_equal(scored(weights=doubled).total, scores.total)


def test_a_dearer_goal_counts_more_and_contexts_are_the_smaller_part() -> None:
    assert factor("role", mina(role_goals=["ml-engineer"])) == pytest.approx(1.0)
    assert factor("role", mina(role_goals=["x", "ml-engineer"])) == pytest.approx(0.7 * 0.8 + 0.3)
    assert factor("role", mina(role_goals=["x"])) == pytest.approx(0.3)
    sixth = mina(role_goals=["t", "u", "v", "w", "x", "ml-engineer"])
    assert factor("role", sixth) == pytest.approx(0.7 * 0.2 + 0.3)
    assert factor("role", mina(contexts=["health", "energy"])) == pytest.approx(0.85)


def test_the_same_start_is_half_of_the_same_way() -> None:
    assert factor("path", mina(role_goals=["x"])) == 0.5
    assert factor("path", mina(stage="postdoc")) == 0.0


def test_a_wish_lifts_by_its_rank_and_silence_marks_nobody_down() -> None:
    assert factor("wishes", mina(wishes=["priya"])) == 0.75
    assert factor("wishes", mina(wishes=["omar", "priya", "priya"])) == 0.625
    assert factor("wishes", mina(wishes=["omar", "gone"])) == 0.5
    assert factor("wishes", mina(wishes=["priya"]), priya(wishes=["mina"])) == 1.0


def test_what_a_researcher_leaves_unsaid_is_the_same_with_every_mentor() -> None:
    factors = scored([SILENT], [PRIYA, OMAR]).factors
    assert factors
    for name, values in factors.items():
        assert values[0, 0] == values[0, 1] == 0.5, name


def test_what_a_mentor_leaves_unsaid_is_no_evidence_of_a_fit() -> None:
    found = scored([MINA], [MentorProfile(id="new", name="New"), PRIYA]).factors
    assert {name for name, values in found.items() if values[0, 0] == 0} == {
        "domain",
        "role",
        "skills",
        "availability",
        "language",
        "path",
    }


def test_a_conflict_may_be_declared_and_one_that_is_lifted_rules_nothing_out() -> None:
    pair = [(MINA.id, PRIYA.id)]
    beside = priya(organisations=["TU Berlin"])
    assert scored([MINA], [PRIYA], conflicts=pair).reasons["conflict_of_interest"].all()
    for mentor, declared in ((PRIYA, pair), (beside, []), (beside, pair)):
        lifted = scored([MINA], [mentor], conflicts=declared, lifted=pair)
        assert not lifted.reasons["conflict_of_interest"][0, 0]
        assert lifted.total[0, 0] == scored([MINA], [mentor]).total[0, 0]
    others = scored([MINA, mina(id="mia")], [beside], lifted=pair)
    assert others.reasons["conflict_of_interest"][:, 0].tolist() == [False, True]


def test_a_shared_organisation_or_an_adviser_is_a_conflict_however_it_is_written() -> None:
    assert removed_by("conflict_of_interest", mentor=priya(organisations=["  tu  BERLIN "]))
    assert removed_by("conflict_of_interest", mentor=priya(name="tove lind"))
    assert removed_by("conflict_of_interest", mentor=priya(email="TOVE@example.org"))
    assert removed_by("conflict_of_interest", mentor=priya(name="Prof.Dr. Tove  Lind"))
    assert removed_by("conflict_of_interest", mina(advisers=["Dr Priya"]), priya())
    assert not removed_by("conflict_of_interest", mina(advisers=["Drew Lind", "Dr."]), priya())
    assert not removed_by("conflict_of_interest")
    assert not removed_by(
        "conflict_of_interest", mina(organisations=[" "]), priya(email="", organisations=[""])
    )


def test_without_a_common_language_or_enough_hours_there_is_no_pair() -> None:
    assert removed_by("common_language", mina(languages=["de"]))
    assert removed_by("common_language", mina(languages=[]))
    assert removed_by("shared_hours", mina(weekly_hours=on("tuesday", "09:00", "17:00")))
    assert removed_by("shared_hours", mina(weekly_hours=on("monday", "10:00", "10:45")))
    assert not removed_by("shared_hours", mina(weekly_hours=on("monday", "10:00", "11:00")))


def without_ground(researcher: ResearcherProfile, mentor: MentorProfile) -> bool:
    scores = scored([researcher], [mentor], requirements=Requirements())
    return bool(scores.reasons["common_ground"][0, 0])


def test_those_who_share_no_field_role_or_skill_are_no_pair_by_default() -> None:
    assert without_ground(MINA, OMAR)
    assert not without_ground(mina(domains=["robotics"]), OMAR)
    assert not without_ground(mina(domains=["speech"]), priya(roles=[], skills=[]))
    assert not without_ground(mina(role_goals=["x", "data-engineer"]), OMAR)
    assert not without_ground(mina(gaps={"sql": 0.01}), replace(OMAR, skills=["sql"]))
    assert without_ground(mina(domains=["robot"]), replace(OMAR, domains=["robot"]))


def test_the_default_keeps_nobody_from_a_mentor_who_named_nothing_that_could_be_shared() -> None:
    assert not without_ground(SILENT, OMAR)
    assert without_ground(replace(SILENT, domains=["speech"]), OMAR)


def test_whatever_counts_the_same_pairs_share_nothing() -> None:
    only_hours = Weights(domain=0, role=0, skills=0, language=0, path=0, wishes=0)
    found = scored([MINA], [PRIYA, OMAR], weights=only_hours, requirements=Requirements())
    assert found.reasons["common_ground"].tolist() == [[False, True]]


def skills_of(mentors: list[list[str]], gaps: dict[str, float]) -> list[float]:
    offers = [priya(id=f"m{j}", skills=some) for j, some in enumerate(mentors)]
    found: list[float] = scored([mina(gaps=gaps)], offers).factors["skills"][0].tolist()
    return found


def test_three_of_the_greatest_needs_are_enough() -> None:
    due = dict.fromkeys("abcdefgh", 1.0)
    assert skills_of([[*"abc"], [*"defgh"], [], [*"abcdefgh"]], due) == [1.0, 1.0, 0.0, 1.0]
    assert skills_of([[*"ab"], [*"cdefgh"]], due) == pytest.approx([2 / 3, 1.0], abs=1e-6)


def test_a_rare_strength_counts_more_and_one_that_nobody_has_does_not_count() -> None:
    rare, common, both = skills_of([["a"], ["b"], ["b"]], {"a": 1.0, "b": 1.0})
    assert rare > common == both
    assert skills_of([["a"], ["b"]], {"a": 1.0, "c": 9.0}) == [1.0, 0.0]
    assert skills_of([["x"], []], {"a": 1.0}) == [0.5, 0.5]


SKILLS = st.lists(st.sampled_from("abcdef"), unique=True)
GAPS = st.dictionaries(st.sampled_from("abcdefg"), st.floats(0.01, 1.0), max_size=7)


@given(st.lists(SKILLS, min_size=1, max_size=5), GAPS, st.sampled_from("abcdefg"), st.floats(1, 9))
@settings(max_examples=150, deadline=None)
def test_more_of_a_strength_and_more_need_of_it_never_lower_the_factor(
    mentors: list[list[str]], gaps: dict[str, float], skill: str, times: float
) -> None:
    before = skills_of(mentors, gaps)
    learnt = skills_of([sorted({*mentors[0], skill}), *mentors[1:]], gaps)
    assert learnt[0] >= before[0] - 1e-6
    if skill in gaps:
        needed = skills_of(mentors, gaps | {skill: gaps[skill] * times})
        for j, some in enumerate(mentors):
            assert skill not in some or needed[j] >= before[j] - 1e-6


@given(st.lists(SKILLS, min_size=1, max_size=5), GAPS, SKILLS)
@settings(max_examples=80, deadline=None)
def test_a_mentor_without_the_skills_that_are_due_changes_nothing(
    mentors: list[list[str]], gaps: dict[str, float], another: list[str]
) -> None:
    irrelevant = [skill for skill in another if skill not in gaps]
    assert skills_of([*mentors, irrelevant], gaps)[:-1] == skills_of(mentors, gaps)


@given(st.lists(SKILLS, min_size=2, max_size=5), GAPS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_mentors_and_of_skills_changes_nothing(
    mentors: list[list[str]], gaps: dict[str, float], chance: Random
) -> None:
    before = skills_of(mentors, gaps)
    order = chance.sample(range(len(mentors)), len(mentors))
    turned = dict(chance.sample(sorted(gaps.items()), len(gaps)))
    found = skills_of([mentors[j][::-1] for j in order], turned)
    assert found == [before[j] for j in order]


def test_requirements_that_are_off_remove_nobody() -> None:
    off = Requirements(
        conflict_of_interest=False, common_language=False, common_ground=False, min_shared_hours=0
    )
    twin = priya(languages=[], weekly_hours=[], organisations=["TU Berlin"])
    assert not scored([MINA], [twin], requirements=off).forbidden.any()


def test_blocks_declines_past_pairs_and_vetoes_always_count_and_strangers_are_ignored() -> None:
    scores = scored(
        blocks=[("mina", "priya"), ("gone", "priya")],
        declined={("mina", "omar")},
        ended=[("mina", "omar")],
        vetoes=[("mina", "nobody")],
    )
    assert scores.reasons["block"].tolist() == [[True, False]]
    assert scores.reasons["declined"].tolist() == [[False, True]]
    assert scores.reasons["ended"].tolist() == [[False, True]]
    assert not scores.reasons["veto"].any()
    assert scores.forbidden.tolist() == [[True, True]]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_saying_more_as_a_mentor_never_lowers_a_factor(data: st.DataObject) -> None:
    words = {
        "domains": ["language", "translation", "dialogue", "robotics"],
        "contexts": ["health", "energy"],
        "roles": ["ml-engineer", "research-scientist"],
        "skills": ["monitoring", "ci-cd", "serving", "testing", "sql"],
        "languages": ["en", "de", "fr"],
        "wishes": ["mina"],
    }
    field = data.draw(st.sampled_from(sorted(words)))
    before = data.draw(st.lists(st.sampled_from(words[field]), unique=True))
    more = [*before, data.draw(st.sampled_from(words[field]))]
    less_said, more_said = priya(**{field: before}), priya(id="more", **{field: more})
    scores = scored([MINA], [less_said, more_said])
    assert scores.factors
    for name, values in scores.factors.items():
        assert 0 <= values[0, 0] <= values[0, 1] <= 1, name


def test_more_shared_hours_count_up_to_four() -> None:
    hours = [
        mina(id=f"until {end}", weekly_hours=on("monday", "10:00", f"{end}:00"))
        for end in range(11, 17)
    ]
    found = scored(hours, [PRIYA]).factors["availability"][:, 0]
    assert found.tolist() == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_all_pairs_at_once_equal_one_pair_at_a_time() -> None:
    researchers, mentors = [MINA, SILENT, mina(id="twin", stage="postdoc")], [OMAR, PRIYA]
    strengths = strengths_of(one.skills for one in mentors)
    together = scored(researchers, mentors).total
    for i, researcher in enumerate(researchers):
        for j, mentor in enumerate(mentors):
            alone = scored([researcher], [mentor], strengths=strengths)
            assert alone.total[0, 0] == together[i, j]


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 1), (1, 0)])
def test_nobody_on_a_side_gives_empty_scores(n: int, m: int) -> None:
    scores = scored([MINA] * n, [PRIYA] * m)
    assert scores.total.shape == scores.forbidden.shape == (n, m)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_gap_without_a_proper_weight_is_refused(weight: float) -> None:
    with pytest.raises(BadProfile, match="'sql'") as refusal:
        scored([MINA, mina(id="other", gaps={"sql": weight})])
    assert refusal.value.person == 1


def test_two_people_with_one_id_are_refused() -> None:
    with pytest.raises(BadProfile, match="Two people have the id 'mina'"):
        scored([MINA, MINA])


@pytest.mark.parametrize(
    ("part", "wrong", "said"),
    [
        (Weights, {"role": -1}, "role"),
        (Weights, {"skills": float("nan")}, "skills"),
        (Weights, dict.fromkeys(BUILT_IN, 0.0), "at least one factor"),
        (Requirements, {"min_shared_hours": -1}, "min_shared_hours"),
        (Requirements, {"least_score": 1.5}, "least_score"),
        (Rules, {"aim": {"haste": 1}}, "haste"),
    ],
)
def test_rules_that_make_no_score_are_refused(
    part: type[BaseModel], wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        part(**wrong)


def test_a_week_that_begins_on_no_monday_is_refused() -> None:
    with pytest.raises(BadHours):
        score([], [], TREE, date(2026, 1, 1), weights=Weights(), requirements=Requirements())


@given(
    st.lists(st.sampled_from(["priya", "omar"]), unique=True),
    st.lists(st.sampled_from(["mina", "lev"]), unique=True),
    st.lists(st.sampled_from([None, 0.5, 1.0]), min_size=4, max_size=4),
)
@settings(max_examples=25, deadline=None)
def test_a_gladder_answer_after_a_talk_never_lowers_the_pair_and_touches_no_other(
    hers: list[str], theirs: list[str], said: list[float | None]
) -> None:
    def wished(researcher_said: float | None, mentor_said: float | None) -> list[float]:
        mine = {} if researcher_said is None else {"priya": researcher_said}
        ours = {} if mentor_said is None else {"mina": mentor_said}
        mentors = [priya(wishes=theirs, talks=ours), OMAR]
        found = scored([mina(wishes=hers, talks=mine)], mentors).factors["wishes"][0]
        return [float(one) for one in found]

    one, more, other, further = said
    before = wished(one, other)
    after = wished(max(one or 0, more or 0) or None, max(other or 0, further or 0) or None)
    assert after[0] >= before[0]
    assert after[1] == before[1]
    assert wished(1.0, 1.0)[0] == 1.0
