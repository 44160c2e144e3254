"""What one change would give somebody a mentor: each is made, and everybody matched again."""

from dataclasses import replace
from typing import Any

import pytest

from cohort.pairing import saying
from cohort.pairing.find import Result, find_pairs
from cohort.pairing.placing import WayToPlace, ways_to_place_one
from cohort.pairing.pool import Pool
from tests.pure.cast import FREE_OMAR, LEV, MINA, POOL, on

SCARCE = replace(POOL, places=[1, 0])
AT_NIGHT = replace(LEV, weekly_hours=on("sunday", "02:00", "04:00"))


def ways(pool: Pool) -> tuple[WayToPlace, ...]:
    solved = find_pairs(pool).solved
    assert solved is not None
    return ways_to_place_one(solved)


def placed(result: Result) -> set[str]:
    return {one.researcher for one in result.pairs}


def with_a_place_more(pool: Pool, mentor: str | None) -> Pool:
    ids = [one.id for one in pool.mentors]
    places = [k + (one == mentor) for one, k in zip(ids, pool.places, strict=True)]
    return replace(pool, places=places)


def test_of_fairness_that_was_not_proved_nothing_is_said() -> None:
    early = find_pairs(replace(SCARCE, objective="fair"), out_of_time=lambda: True)
    assert early.stopped
    assert early.solved is not None
    assert ways_to_place_one(early.solved) == ()


def test_where_everybody_has_a_mentor_nothing_needs_to_change() -> None:
    assert ways(POOL) == ()


@pytest.mark.parametrize("aim", [{}, {"cover": True}, {"objective": "fair"}])
def test_one_more_place_gives_a_mentor_to_whom_it_says(aim: dict[str, Any]) -> None:
    pool = replace(SCARCE, **aim)
    before = find_pairs(pool)

    found = ways(pool)

    assert {(one.kind, one.mentor_id) for one in found} == {("place", "omar"), ("place", "priya")}
    for way in found:
        after = find_pairs(with_a_place_more(pool, way.mentor_id))
        assert set(way.newly) == placed(after) - placed(before)
        assert set(way.losing) == placed(before) - placed(after)
        if way.gain is not None:
            assert after.total - before.total == pytest.approx(way.gain)
    assert {way.gain is None for way in found} == {aim.get("objective") == "fair"}
    gains = [way.gain or 0.0 for way in found]
    assert gains == sorted(gains, reverse=True)


@pytest.mark.parametrize(
    ("change", "cause", "said"),
    [
        ({"researchers": [AT_NIGHT, MINA]}, "shared_hours", "more weekly hours in common"),
        ({"vetoes": [("lev", "omar"), ("lev", "priya")]}, "veto", "Lift the veto of Lev and"),
        ({"researchers": [replace(LEV, languages=["fr"]), MINA]}, "common_language", "a language"),
        (
            {"researchers": [replace(LEV, advisers=["Omar", "Priya"]), MINA]},
            "conflict_of_interest",
            "still advises the other",
        ),
    ],
)
def test_the_one_thing_that_rules_somebody_out_is_named_with_what_to_ask(
    change: dict[str, Any], cause: str, said: str
) -> None:
    pool = replace(POOL, **change)

    (way, *others) = ways(pool)

    assert others == []
    assert (way.kind, way.researcher_id, way.ruled_out_by) == ("pair", "lev", cause)
    assert way.newly == ("lev",)
    assert said in saying.way_to_place(way, pool.names)
    comes = saying.what_comes(way, pool.names, find_pairs(pool).total)
    assert comes.startswith("Lev would have a mentor; the total would rise by ")


def test_below_the_least_score_a_pin_is_the_way() -> None:
    scores = sorted(one.score for one in find_pairs(POOL).pairs)
    floor = sum(scores) / 2
    pool = replace(POOL, requirements=POOL.requirements.model_copy(update={"least_score": floor}))
    before = find_pairs(pool)

    pins = [one for one in ways(pool) if one.ruled_out_by == "least_score"]

    assert [one.researcher_id for one in pins] == ["lev", "mina"]
    for way in pins:
        pair = way.researcher_id or "", way.mentor_id or ""
        pinned = find_pairs(replace(pool, pins=[pair]))
        assert placed(pinned) - placed(before) == set(way.newly) == set(before.unmatched)
        assert pinned.total - before.total == pytest.approx(way.gain)
        assert "though below the least score" in saying.way_to_place(way, pool.names)


def test_what_nobody_can_allow_is_no_way() -> None:
    both = [("lev", "omar"), ("lev", "priya")]

    assert ways(replace(POOL, declined=both)) == ()
    assert ways(replace(POOL, blocks=both)) == ()
    assert ways(replace(POOL, declined=both, researchers=[AT_NIGHT, MINA])) == ()


def test_rules_that_place_more_people_are_a_way_where_the_total_left_somebody_out() -> None:
    """Mina would rather have Omar, whom alone Lev could have; Priya is worth little to her."""
    only_omar = replace(
        POOL, vetoes=[("lev", "priya")], incumbents={"mina": "omar"}, stickiness=2.0
    )
    before = find_pairs(only_omar)
    assert placed(before) == {"mina"}

    first = ways(only_omar)[0]

    assert (first.kind, first.newly, first.losing) == ("cover", ("lev",), ())
    covering = find_pairs(replace(only_omar, cover=True))
    assert first.gain == pytest.approx(covering.total - before.total)
    assert saying.way_to_place(first, {}) == "Let the rules place as many people as possible."
    said = saying.what_comes(first, only_omar.names, before.total)
    assert said.startswith("Lev would have a mentor; the total would fall by 0.94 ")


def test_a_result_that_is_not_proved_is_not_compared() -> None:
    solved = find_pairs(SCARCE).solved
    assert solved is not None
    open_ = replace(solved, solution=replace(solved.solution, gap=0.1, stopped=True))

    assert ways_to_place_one(open_) == ()
    assert ways_to_place_one(solved, out_of_time=lambda: True) == ()


def test_the_sentence_says_who_would_lose_a_mentor_and_that_fairness_has_no_total() -> None:
    way = WayToPlace("place", None, "omar", None, None, ("lev", "mina"), ("ada",))
    names = {"lev": "Lev", "mina": "Mina", "ada": "Ada", "omar": FREE_OMAR.name}

    assert saying.way_to_place(way, names) == "Ask Omar for one more place."
    assert saying.what_comes(way, names, 1.0) == (
        "Lev and Mina would have a mentor, Ada would have none."
    )
    same = replace(way, gain=0.0, losing=())
    assert saying.what_comes(same, names, 1.0).endswith("; the total would stay the same.")
