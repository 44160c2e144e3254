"""How firm pairs are and what other ways cost, for Mina and Lev with Priya and Omar."""

from dataclasses import replace

import pytest

from cohort.pairing.alternatives import Change
from cohort.pairing.find import find_pairs
from cohort.pairing.insight import insight
from cohort.pairing.pool import Pool
from tests.pure.cast import LEV, MINA, POOL


def total(pool: Pool) -> float:
    return find_pairs(pool).total


def test_each_pair_has_a_loss_and_each_researcher_the_cheapest_other_mentor() -> None:
    result = find_pairs(POOL)
    assert result.solved is not None
    found = insight(POOL, result.solved)

    assert found is not None
    assert found.stakes.keys() == {(one.researcher, one.mentor) for one in result.pairs}
    for pair, stake in found.stakes.items():
        without = total(replace(POOL, vetoes=[pair]))
        assert stake.loss == pytest.approx(result.total - without)
    for one, other in found.others.items():
        pinned = total(replace(POOL, pins=[(one, other.mentor)]))
        assert other.cost == pytest.approx(result.total - pinned)


def test_who_has_no_mentor_hears_who_would_move() -> None:
    pool = replace(POOL, mentors=POOL.mentors[1:], places=[1])
    result = find_pairs(pool)
    (left,) = result.unmatched
    assert result.solved is not None
    found = insight(pool, result.solved)

    assert found is not None
    (placed,) = {LEV.id, MINA.id} - {left}
    assert found.others[left].changes == (
        Change(left, None, "priya"),
        Change(placed, "priya", None),
    )


def test_fairness_is_not_compared_by_totals() -> None:
    fair = replace(POOL, objective="fair")
    result = find_pairs(fair)
    assert result.solved is not None
    assert insight(fair, result.solved) is None
