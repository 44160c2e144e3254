"""What would help, beside the pairs: only what is known, and only where there is a choice."""

from dataclasses import replace

import pytest

from cohort.pairing.advising import Advice, advise
from cohort.pairing.find import find_pairs
from cohort.pairing.pool import Pool
from tests.pure.cast import POOL


def advice_for(pool: Pool) -> Advice:
    solved = find_pairs(pool).solved
    assert solved is not None
    return advise(pool, solved)


def test_where_everybody_has_a_mentor_there_is_nothing_to_choose() -> None:
    assert advice_for(POOL).ways == ()


def test_where_people_were_paired_before_the_ways_hold_this_one_and_each_that_keeps_more() -> None:
    ((one, other), (two, another)) = [
        (pair.researcher, pair.mentor) for pair in find_pairs(POOL).pairs
    ]
    swapped = replace(POOL, incumbents={one: another, two: other})

    ways = advice_for(swapped).ways

    assert [(way.kept, way.changed, way.chosen) for way in ways] == [(0, 2, True), (2, 0, False)]
    assert ways[0].fit > ways[1].fit
    assert all(way.placed == 2 for way in ways)


def test_a_place_and_a_mentor_are_worth_what_solving_again_gains() -> None:
    scarce = replace(POOL, places=[1, 0])
    total = find_pairs(scarce).total

    advice = advice_for(scarce)

    for worth in advice.places:
        position = [one.id for one in scarce.mentors].index(worth.mentor_id)
        places = [places + (k == position) for k, places in enumerate(scarce.places)]
        assert find_pairs(replace(scarce, places=places)).total - total == pytest.approx(worth.gain)
    gains = [one.gain for one in advice.places]
    assert gains == sorted(gains, reverse=True)
    assert advice.invitations[0].gain > 0
    assert advice.invitations[0].placed == 1


def test_of_fair_pairs_neither_places_nor_mentors_have_a_price() -> None:
    fair = advice_for(replace(POOL, objective="fair", places=[1, 0]))

    assert (fair.places, fair.invitations) == ((), ())
    assert [way.chosen for way in fair.ways].count(True) == 1


def test_without_time_the_ways_found_so_far_are_given_and_said_not_to_be_all() -> None:
    solved = find_pairs(replace(POOL, places=[1, 0])).solved
    assert solved is not None

    hurried = advise(POOL, solved, lambda: lambda: True)

    assert not hurried.complete
    assert any(way.chosen for way in hurried.ways)
