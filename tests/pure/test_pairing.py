"""From a pool to pairs with reasons: Mina and Lev look for mentors; Priya and Omar have room."""

from dataclasses import replace

import pytest

from cohort.pairing.find import MinimumsCannotHold, PinsCannotHold, Result, find_pairs
from cohort.pairing.rules import Requirements, Weights
from tests.pure.cast import LEV, MINA, POOL, PRIYA


def who(result: Result) -> set[tuple[str, str]]:
    return {(one.researcher, one.mentor) for one in result.pairs}


def test_everyone_is_paired_and_the_proof_adds_up() -> None:
    result = find_pairs(POOL)

    assert {researcher for researcher, _ in who(result)} == {"mina", "lev"}
    assert result.gap == 0
    assert sum(one.score for one in result.pairs) == pytest.approx(result.total)
    offered = sum(result.researcher_prices.values()) + sum(result.mentor_prices.values())
    assert offered == pytest.approx(result.bound)


def test_the_order_of_people_changes_nothing() -> None:
    turned = replace(
        POOL,
        researchers=POOL.researchers[::-1],
        mentors=POOL.mentors[::-1],
        places=POOL.places[::-1],
    )
    assert who(find_pairs(turned)) == who(find_pairs(POOL))


def test_a_pin_moves_the_others_and_is_marked() -> None:
    other = {"lev": "mina", "mina": "lev"}
    ((researcher, mentor), *_) = sorted(who(find_pairs(POOL)))

    pinned = find_pairs(replace(POOL, pins=[(other[researcher], mentor)]))

    assert (other[researcher], mentor) in who(pinned)
    assert [one.pinned for one in pinned.pairs if one.mentor == mentor] == [True]


def test_a_pin_of_someone_who_does_not_wait_is_left_alone() -> None:
    assert who(find_pairs(replace(POOL, pins=[("ada", "omar")]))) == who(find_pairs(POOL))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pins": [("mina", "omar"), ("lev", "omar")]}, "Omar has 1 free place"),
        ({"pins": [("mina", "omar")], "vetoes": [("mina", "omar")]}, "the pair is vetoed"),
        ({"pins": [("mina", "omar")], "places": [0, 1]}, "Omar has no free place"),
        ({"pins": [("mina", "omar")], "mentors": [PRIYA], "places": [1]}, "paused or not approved"),
        ({"pins": [("mina", "omar")], "declined": [("mina", "omar")]}, "declined the other before"),
    ],
)
def test_pins_that_cannot_hold_name_the_people(change: dict[str, object], said: str) -> None:
    with pytest.raises(PinsCannotHold) as refused:
        find_pairs(replace(POOL, **change))  # type: ignore[arg-type]

    assert said in str(refused.value)
    assert "Mina" in str(refused.value)


def test_the_digest_is_of_what_is_solved_and_of_nothing_that_is_only_said() -> None:
    assert replace(POOL, titles={}, names={}).digest() == POOL.digest()
    changes = [
        replace(POOL, places=[2, 1]),
        replace(POOL, requirements=Requirements(least_score=0.5)),
        replace(POOL, vetoes=[("mina", "omar")]),
        replace(POOL, weights=Weights(domain=4)),
        replace(POOL, researchers=[LEV, replace(MINA, wishes=["omar"])]),
    ]
    assert len({POOL.digest(), *(one.digest() for one in changes)}) == len(changes) + 1


def test_nobody_and_nobody_make_no_pair() -> None:
    empty = find_pairs(replace(POOL, researchers=[], mentors=[], places=[]))

    assert (empty.pairs, empty.total, empty.gap) == ([], 0, 0)


def test_minimums_that_cannot_be_met_name_the_people_and_the_way_out() -> None:
    alone = replace(POOL, researchers=[MINA], min_load=[1, 1], places=[1, 1])
    with pytest.raises(MinimumsCannotHold) as refused:
        find_pairs(alone)

    said = str(refused.value)
    assert "Omar and Priya must have at least two researchers together" in said
    assert "only one of these places can be filled: those who could go there are Mina." in said
    assert "It would be enough to ask for 0 with " in said
    assert "instead of 1. Or change one of these, each of which fills one place: Let " in said


def test_somebody_may_have_two_mentors_and_somebody_none() -> None:
    both = find_pairs(replace(POOL, researchers=[MINA], demand=[2]))
    assert who(both) == {("mina", "omar"), ("mina", "priya")}
    none = find_pairs(replace(POOL, demand=[0, 1]))
    assert ({one for one, _ in who(none)}, dict(none.unmatched)) == ({"mina"}, {})
