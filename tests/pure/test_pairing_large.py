"""Above a size no matrix is held: the same total, proof, reasons and sentences, block by block."""

import re
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from cohort.pairing import find as pairing
from cohort.pairing.advising import MOST_PLACES, advise_from_prices, worth_of_places
from cohort.pairing.find import Result, TooManyPairs, find_pairs
from cohort.pairing.pins import PinsCannotHold, pins_by_position
from cohort.pairing.pool import Pool, score_people
from cohort.pairing.rules import Requirements
from tests.pure.cast import MINA, OMAR, PRIYA, TITLES, TREE, WEEK, on

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def crowd(seed: int = 1) -> Pool:
    """Forty researchers, all different, and twelve mentors with a place or two each."""
    draw = Random(seed)
    domains, skills = list(TREE.parents), ["monitoring", "ci-cd", "serving", "testing", "sql"]
    researchers = [
        replace(
            MINA,
            id=f"r{k}",
            domains=draw.sample(domains, 2),
            gaps={skill: draw.choice([1.0, 2.5]) for skill in draw.sample(skills, 2)},
            languages=draw.sample(["en", "de", "fr"], 1),
            weekly_hours=on(draw.choice(DAYS), "09:00", "17:00"),
            wishes=[f"m{draw.randrange(12)}"],
        )
        for k in range(40)
    ]
    mentors = [
        replace(
            draw.choice([PRIYA, OMAR]),
            id=f"m{k}",
            domains=draw.sample(domains, 2),
            skills=draw.sample(skills, 3),
            languages=draw.sample(["en", "de", "fr"], 2),
            weekly_hours=[
                *on("monday", "08:00", "20:00"),
                *on(draw.choice(DAYS), "08:00", "20:00"),
            ],
        )
        for k in range(12)
    ]
    return Pool(
        week=WEEK,
        researchers=researchers,
        mentors=mentors,
        places=[draw.choice([1, 2]) for _ in mentors],
        taxonomy=TREE,
        requirements=Requirements(least_score=0.3),
        names={one.id: one.id for one in [*researchers, *mentors]},
        titles=TITLES,
    )


@pytest.fixture
def in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "MOST_DENSE", 0)


def both_ways(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> tuple[Result, Result]:
    solved = find_pairs(pool)
    monkeypatch.setattr(pairing, "MOST_DENSE", 0)
    return solved, find_pairs(pool)


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_the_same_total_and_gives_the_same_reasons(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved, streamed = both_ways(crowd(seed), monkeypatch)

    assert (streamed.gap, streamed.solved) == (0, None)
    assert streamed.total == pytest.approx(solved.total, abs=1e-6)
    assert sum(one.score for one in streamed.pairs) == pytest.approx(streamed.total)
    said = {(one.researcher, one.mentor): one for one in solved.pairs}
    for one in streamed.pairs:
        other = said.get((one.researcher, one.mentor))
        if other:
            assert (one.sentence, one.factors) == (other.sentence, other.factors)
            assert one.score == pytest.approx(other.score, abs=1e-6)


def test_of_many_pins_exactly_those_that_a_rule_forbids_are_named() -> None:
    pool = crowd()
    every = [(one.id, other.id) for one in pool.researchers for other in pool.mentors]
    vetoed = replace(pool, pins=every, vetoes=every[::7])
    forbidden = score_people(vetoed).forbidden.ravel().tolist()

    with pytest.raises(PinsCannotHold) as refused:
        pins_by_position(vetoed)

    said = re.findall(r"(\w+) is pinned to (\w+), but", str(refused.value))
    assert said == [pair for pair, removed in zip(every, forbidden, strict=True) if removed]
    assert len(every) > len(said) > len(every[::7])


@pytest.mark.parametrize("seed", range(5))
def test_one_more_place_is_worth_what_it_is_worth_where_all_scores_are_held(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved, streamed = both_ways(crowd(seed), monkeypatch)
    assert solved.solved is not None
    every = worth_of_places(solved.solved)[:MOST_PLACES]

    places = advise_from_prices(streamed).places
    assert places
    assert [(one.placed, round(one.gain, 7)) for one in places] == [
        (one.placed, round(one.gain, 7)) for one in every if one.placed or one.gain > 0
    ]


def test_prices_that_prove_nothing_tell_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _, streamed = both_ways(crowd(), monkeypatch)
    assert advise_from_prices(replace(streamed, stopped=True)).places == ()
    assert advise_from_prices(replace(streamed, gap=0.1)).places == ()
    assert advise_from_prices(replace(streamed, cover_bonus=2.0)).places == ()


def test_those_without_a_mentor_hear_why_but_rivals_are_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = crowd()
    alone = replace(MINA, id="alone", languages=["fi"])
    pool = replace(pool, researchers=[*pool.researchers, alone], names=pool.names | {"alone": "A"})
    solved, streamed = both_ways(pool, monkeypatch)

    assert solved.unmatched["alone"] == streamed.unmatched["alone"]
    assert {why.code for why in streamed.unmatched.values()} >= {"no_allowed_mentor", "no_room"}
    for one in solved.unmatched.keys() & streamed.unmatched.keys():
        rivals = solved.unmatched[one].detail.get("rivals")
        told = solved.unmatched[one].detail.items() - {("rivals", rivals)}
        assert dict(told) == pytest.approx(streamed.unmatched[one].detail, abs=1e-6)


@pytest.mark.parametrize("held_at_most", [0, 10**6])
def test_progress_goes_through_the_steps_and_never_back(
    held_at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "MOST_DENSE", held_at_most)
    told: list[tuple[int, float]] = []
    find_pairs(crowd(), progress=lambda step, part: told.append((pairing.STEPS.index(step), part)))

    assert [step for step, part in told if part == 0] == [0, 1, 2, 3]
    assert all(earlier <= later for earlier, later in pairwise(told))
    assert told[-1] == (3, 1.0)


def test_pins_present_mentors_and_cover_count_as_they_do_in_small_pools(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = crowd()
    now = find_pairs(pool)
    pin = (min(now.unmatched), "m3")
    asked = replace(
        pool,
        pins=[pin],
        requirements=Requirements(common_language=False, min_shared_hours=0),
        incumbents={one.researcher: one.mentor for one in now.pairs},
        stickiness=0.25,
        cover=True,
    )
    solved, streamed = both_ways(asked, monkeypatch)

    assert pin in {(one.researcher, one.mentor) for one in streamed.pairs if one.pinned}
    assert len(streamed.pairs) == len(solved.pairs)
    assert streamed.total == pytest.approx(solved.total, abs=1e-6)


@pytest.mark.usefixtures("in_blocks")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"objective": "fair"}, 'the objective "fair"'),
        ({"demand": [2] * 40}, "several mentors for one researcher"),
        ({"min_load": [1] * 12}, "a least number of people for a mentor"),
    ],
)
def test_what_needs_every_score_is_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(TooManyPairs, match=said):
        find_pairs(replace(crowd(), **asked))  # type: ignore[arg-type]


@pytest.mark.parametrize("held_at_most", [0, 10**6])
def test_pairs_that_time_has_cut_short_are_kept_and_marked(
    held_at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = crowd()
    best = find_pairs(pool)
    monkeypatch.setattr(pairing, "MOST_DENSE", held_at_most)

    early = find_pairs(pool, out_of_time=lambda: True)

    assert early.stopped or early.gap == 0
    assert early.total <= best.total + 1e-6
    assert best.total <= early.bound + 1e-6
    assert len(early.pairs) == sum(pool.places)
    assert not best.stopped


@pytest.mark.usefixtures("in_blocks")
def test_nobody_on_one_side_is_no_error() -> None:
    pool = crowd()
    no_mentors = find_pairs(replace(pool, mentors=[], places=[]))
    assert {why.code for why in no_mentors.unmatched.values()} == {"no_mentors"}
    assert find_pairs(replace(pool, researchers=[])).pairs == []
