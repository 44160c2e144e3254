"""The next best pairs cost nobody else anything, and are the best of what is left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.pairing.find import find_pairs
from cohort.pairing.next_best import next_best
from cohort.pairing.pool import Pool
from tests.pure.cast import ANYBODY, MINA, POOL, PRIYA

FIELDS = st.sampled_from(["translation", "dialogue", "speech", "robotics"])


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    fields = draw(st.lists(FIELDS, min_size=1, max_size=6))
    others = draw(st.lists(FIELDS, min_size=1, max_size=4))
    researchers = [
        replace(MINA, id=f"r{i}", domains=[one], wishes=[]) for i, one in enumerate(fields)
    ]
    mentors = [
        replace(PRIYA, id=f"m{j}", name=f"M{j}", domains=[one], wishes=[])
        for j, one in enumerate(others)
    ]
    places = [draw(st.integers(0, 3)) for _ in mentors]
    names = {one.id: one.id for one in (*researchers, *mentors)}
    return replace(
        POOL,
        researchers=researchers,
        mentors=mentors,
        places=places,
        requirements=ANYBODY,
        pins=(),
        vetoes=(),
        declined=(),
        blocks=(),
        incumbents={},
        names=names,
    )


def best_of(pool: Pool, who: set[str], places: Sequence[int]) -> float:
    part = [one for one in pool.researchers if one.id in who]
    return find_pairs(replace(pool, researchers=part, places=places)).total if part else 0.0


@settings(max_examples=20, deadline=None)
@given(pool=pools(), data=st.data())
def test_whoever_waits_beside_them_could_have_all_that_she_could_have_without_them(
    pool: Pool, data: st.DataObject
) -> None:
    everyone = [one.id for one in pool.researchers]
    asking = data.draw(st.sets(st.sampled_from(everyone)))
    found = next_best(pool, asking)

    assert {one.researcher for one in found} <= asking
    used = Counter(one.mentor for one in found)
    left = [n - used[one.id] for n, one in zip(pool.places, pool.mentors, strict=True)]
    assert min(left) >= 0
    others = set(everyone) - asking
    assert best_of(pool, others, left) == pytest.approx(best_of(pool, others, pool.places))


def test_a_weak_pair_is_not_offered_without_a_look() -> None:
    far = replace(PRIYA, id="far", domains=["robotics"], roles=["data-engineer"], skills=[])
    pool = replace(
        POOL,
        researchers=[MINA],
        mentors=[far],
        places=[1],
        requirements=ANYBODY,
        names=POOL.names | {"far": "Far"},
    )
    [pair] = find_pairs(pool).pairs
    assert pair.fit == "weak"
    assert next_best(pool, {MINA.id}) == []
