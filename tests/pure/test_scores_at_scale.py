"""Scores of many people: the same pair by pair, in blocks and in words; and no loop over pairs."""

import sys
from collections.abc import Callable
from random import Random
from types import FrameType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.pairing.explaining import explain
from cohort.pairing.rules import BUILT_IN, Requirements, Weights
from cohort.pairing.scores.availability import BadHours, availability, shared_hours
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.scoring import Scores, score
from cohort.pairing.scores.skills import strengths_of
from tests.pure import reference_scores
from tests.pure.cast import MINA, PRIYA, TREE, WEEK, in_blocks, mina, on, priya, scored
from tests.pure.digests import TREE as BRANCHES
from tests.pure.digests import WEEK as CHANGING
from tests.pure.digests import crowd

FACTORS = list(BUILT_IN)
OPEN = Requirements(
    conflict_of_interest=False, common_language=False, common_ground=False, min_shared_hours=0
)


def scored_crowd(n: int, m: int, weights: Weights | None = None) -> Scores:
    return score(*crowd(n, m), BRANCHES, CHANGING, weights=weights or Weights(), requirements=OPEN)


@pytest.mark.parametrize("dropped", [None, "skills", "availability"])
def test_a_thousand_pairs_are_told_with_the_scores_of_the_blocks(dropped: str | None) -> None:
    weights = Weights() if dropped is None else Weights(**{dropped: 0.0})
    researchers, mentors = crowd(300, 90)
    rules = {"weights": weights, "requirements": OPEN}
    scores = score(researchers, mentors, BRANCHES, CHANGING, **rules)  # type: ignore[arg-type]
    blocks = in_blocks(researchers, mentors, BRANCHES, CHANGING, **rules)  # type: ignore[arg-type]
    told = blocks.block(0, 300) / blocks.steps
    assert np.array_equal(told, scores.total)
    draw = Random(1).random
    pairs = np.array([(int(draw() * 300), int(draw() * 90)) for _ in range(1000)])
    for (i, j), found in zip(pairs.tolist(), explain(scores, pairs, titles={}), strict=True):
        added = sum(found.factors[name] * found.shares[name] for name in FACTORS)
        assert found.score == told[i, j]
        assert found.score == pytest.approx(added, abs=1e-6)
        assert all(0 <= value <= 1 for value in found.factors.values())


def test_twice_the_people_take_twice_the_steps_and_not_four_times() -> None:
    sizes = 50, 25, 50  # the clocks of time zones are worked out once: the first does not count
    _, few, many = [steps_of(lambda size=size: scored_crowd(size, size)) for size in sizes]
    assert many < 2.3 * few


def steps_of(work: Callable[[], object]) -> int:
    """How many instructions of Python the matching runs for it."""
    count = 0

    def step(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        count += event == "opcode"
        return step

    def enter(frame: FrameType, event: str, _: object) -> object:
        if "cohort" not in frame.f_code.co_filename:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", FACTORS)
def test_a_factor_without_weight_changes_no_score(name: str) -> None:
    whole, without = scored_crowd(40, 20), scored_crowd(40, 20, Weights(**{name: 0.0}))
    share = whole.weights.shares()[name]
    rest = (whole.total - share * whole.factors[name]) / (1 - share)
    assert np.allclose(without.total, rest, atol=1e-6)
    alone = scored_crowd(40, 20, Weights(**{one: float(one == name) for one in FACTORS}))
    assert np.allclose(alone.total, whole.factors[name], atol=1e-6)


def test_who_says_nothing_is_scored_and_forbidden_only_by_what_is_required() -> None:
    researchers, mentors = [ResearcherProfile(id="r")], [MentorProfile(id="m", name="M")]
    rules = {"weights": Weights(), "requirements": OPEN}
    scores = score(researchers, mentors, TREE, WEEK, **rules)  # type: ignore[arg-type]
    assert scores.total.tolist() == [[0.5]]
    assert not scores.forbidden.any()
    assert scored(researchers, mentors).forbidden.all()


def test_words_that_nobody_knows_are_near_to_nothing_and_break_nothing() -> None:
    odd = ["no-such-slug", "", "\ud800", "translation "]
    stranger = mina(domains=odd, contexts=odd, role_goals=odd, languages=odd, wishes=odd)
    factors = scored([stranger], [PRIYA]).factors
    assert [factors[name][0, 0] for name in ("domain", "role", "language")] == [0, 0, 0]
    half_known = mina(domains=["no-such-slug", "dialogue"])
    assert scored([half_known], [PRIYA]).factors["domain"][0, 0] == 0.5
    with pytest.raises(BadHours, match="no time zone"):
        scored([mina(time_zone="Europe/Nowhere")], [PRIYA])


HOURS = [
    on(day, start, end)[0]
    for day in ("monday", "friday")
    for start, end in (
        ("06:00", "08:15"),
        ("08:00", "10:00"),
        ("12:00", "13:00"),
        ("15:45", "24:00"),
    )
]


@given(st.lists(st.sampled_from(HOURS), max_size=5), st.sampled_from(HOURS))
@settings(max_examples=40, deadline=None)
def test_one_more_hour_on_either_side_never_lowers_the_factor(
    hours: list[dict[str, str]], another: dict[str, str]
) -> None:
    more = [*hours, another]
    theirs = scored([MINA], [priya(weekly_hours=hours), priya(id="more", weekly_hours=more)])
    hers = scored(
        [mina(weekly_hours=[*hours, *HOURS[:1]]), mina(id="more", weekly_hours=[*more, *HOURS[:1]])]
    )
    assert theirs.factors["availability"][0, 0] <= theirs.factors["availability"][0, 1]
    assert (hers.factors["availability"][0] <= hers.factors["availability"][1]).all()


def test_a_nearer_domain_a_dearer_goal_and_an_earlier_wish_count_more() -> None:
    near = [
        mina(id=slug, domains=[slug]) for slug in ("robotics", "speech", "translation", "dialogue")
    ]
    assert np.diff(scored(near, [PRIYA]).factors["domain"][:, 0]).min() > 0
    later = [mina(id=f"r{k}", role_goals=[*"abcd"[:k], "ml-engineer"]) for k in range(5)]
    assert np.diff(scored(later, [PRIYA]).factors["role"][:, 0]).max() < 0
    wished = [mina(id=f"r{k}", wishes=[*"abcd"[:k], "priya"]) for k in range(5)]
    assert np.diff(scored(wished, [PRIYA]).factors["wishes"][:, 0]).max() < 0
    heavier = [mina(id=f"r{k}", gaps={"serving": 1.0, "sql": float(k)}) for k in range(1, 5)]
    found = scored(heavier, [PRIYA, priya(id="sue", skills=["sql"])]).factors["skills"]
    assert np.diff(found[:, 0]).max() < 0


def test_scores_depend_on_who_else_is_in_the_pool_only_by_how_rare_strengths_are() -> None:
    researchers, mentors = crowd(60, 25)
    whole = scored_crowd(60, 25)
    rules = {
        "weights": Weights(),
        "requirements": OPEN,
        "strengths": strengths_of(one.skills for one in mentors),
    }
    some = score(researchers[7:31], mentors[3:9], BRANCHES, CHANGING, **rules)  # type: ignore[arg-type]
    assert some.total.tobytes() == whole.total[7:31, 3:9].tobytes()
    for name in FACTORS:
        assert some.factors[name].tobytes() == whole.factors[name][7:31, 3:9].tobytes(), name


@pytest.mark.parametrize("asked", [Requirements(), OPEN])
def test_every_pair_has_the_score_of_the_definition(asked: Requirements) -> None:
    researchers, mentors = crowd(40, 25)
    hours = shared_hours(
        *(
            availability(
                [one.weekly_hours for one in side], [one.time_zone for one in side], CHANGING
            )
            for side in (researchers, mentors)
        )
    )
    scores = score(researchers, mentors, BRANCHES, CHANGING, weights=Weights(), requirements=asked)
    for (i, j), researcher in ((at, researchers[at[0]]) for at in np.ndindex(40, 25)):
        free = float(hours[i, j])
        values = reference_scores.factors(researcher, mentors[j], mentors, BRANCHES, free)
        reasons = reference_scores.removed(researcher, mentors[j], BRANCHES, free, asked)
        assert {name: scores.factors[name][i, j] for name in FACTORS} == pytest.approx(
            values, abs=1e-6
        )
        assert scores.total[i, j] == pytest.approx(
            reference_scores.score(values, Weights()), abs=1e-6
        )
        assert {name: scores.reasons[name][i, j] for name in reasons} == reasons
