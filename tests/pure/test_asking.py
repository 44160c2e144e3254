"""What an organiser asks of a solved pool: Mina and Bo want the mentor that only one can have."""

from dataclasses import replace

import pytest
from tests.pure.cast import MINA, OMAR, PRIYA, TITLES, TREE, WEEK, on

from cohort.matching.asking import Matched, NamedMove, choices, importance, matched, what_if
from cohort.matching.inviting import invitations
from cohort.matching.pairing import find_pairs
from cohort.matching.pool import Pool

LEV = replace(MINA, id="lev", domains=["robotics"], advisers=[])
BO = replace(MINA, id="bo", wishes=["priya"])
FREE_OMAR = replace(OMAR, weekly_hours=on("monday", "09:00", "17:00"), time_zone="Europe/Berlin")
POOL = Pool(
    week=WEEK,
    researchers=[LEV, MINA, BO],
    mentors=[FREE_OMAR, PRIYA],
    places=[1, 1],
    taxonomy=TREE,
    names={"mina": "Mina", "lev": "Lev", "bo": "Bo", "priya": "Priya", "omar": "Omar"},
    titles=TITLES,
)


@pytest.fixture(scope="module")
def solved() -> Matched:
    return matched(POOL)


def test_the_questions_are_asked_of_the_pairs_that_a_run_would_find(solved: Matched) -> None:
    run = {(one.researcher, one.mentor) for one in find_pairs(POOL).pairs}
    assert set(solved.pairs(solved.solution.pairs)) == run == {("lev", "omar"), ("bo", "priya")}


def test_another_pair_is_answered_with_its_price_and_with_everybody_who_would_move(
    solved: Matched,
) -> None:
    asked = what_if(solved, "lev", "priya")
    assert asked.moves == (NamedMove("lev", "omar", "priya"), NamedMove("bo", "priya", "omar"))
    assert asked.unplaced == ()
    pinned = matched(replace(POOL, pins=[("lev", "priya")]))
    assert asked.loss == pytest.approx(solved.solution.total - pinned.solution.total)
    assert asked.sentence == (
        f"If Lev and Priya were a pair, the total would fall by {asked.loss:.2f}. "
        "Bo would move from Priya to Omar."
    )


def test_who_would_lose_their_mentor_is_said(solved: Matched) -> None:
    asked = what_if(solved, "mina", "priya")
    assert asked.unplaced == ("bo",)
    assert asked.sentence.endswith("Bo would have no mentor.")
    assert what_if(solved, "bo", "priya").sentence == "Bo and Priya are a pair already."


def test_a_pair_that_cannot_be_says_why() -> None:
    vetoed = matched(replace(POOL, vetoes=[("mina", "omar")]))
    asked = what_if(vetoed, "mina", "omar")
    assert (asked.loss, asked.moves, asked.against) == (None, (), ("veto",))
    assert asked.sentence == "Mina cannot have Omar: the pair is vetoed."
    full = what_if(matched(replace(POOL, places=[0, 1])), "mina", "omar")
    assert full.sentence == "Mina cannot have Omar: Omar has no free place."
    pinned = matched(replace(POOL, pins=[("lev", "omar")]))
    assert what_if(pinned, "lev", "priya").sentence.endswith("Lev is pinned to Omar.")
    assert what_if(pinned, "mina", "omar").sentence.endswith(
        "others are pinned to every place of Omar."
    )


def test_each_pair_is_worth_what_the_total_would_lose_by_a_veto(solved: Matched) -> None:
    for pair, loss in importance(solved).items():
        without = matched(replace(POOL, vetoes=[pair]))
        assert loss == pytest.approx(solved.solution.total - without.solution.total)


def test_the_best_fit_is_the_first_choice(solved: Matched) -> None:
    first = choices(solved).ways[0]
    assert first.fit == pytest.approx(solved.solution.total)
    assert set(first.pairs) == set(solved.pairs(solved.solution.pairs))


def test_the_mentor_to_look_for_is_named_with_what_they_would_add(solved: Matched) -> None:
    first, *others = invitations(solved)
    assert (first.domain, first.role, first.language) == ("translation", "ml-engineer", "en")
    assert first.sentence == (
        "A mentor in machine translation who knows the role of ML engineer, strong in monitoring, "
        f"CI/CD, serving, sql and testing, would add {first.gain:.2f} to the total and give Mina "
        "a mentor."
    )
    assert all(first.gain >= one.gain > 0 for one in others)


def test_nobody_is_to_be_found_for_nobody() -> None:
    empty = matched(replace(POOL, researchers=[], mentors=[], places=[]))
    assert (invitations(empty), choices(empty).ways[0].placed, importance(empty)) == ((), 0, {})


def test_a_new_mentor_needs_hours_that_somebody_gave() -> None:
    silent = [replace(one, weekly_hours=()) for one in POOL.researchers]
    assert invitations(matched(replace(POOL, researchers=silent))) == ()


def test_the_order_of_people_changes_no_answer(solved: Matched) -> None:
    turned = replace(
        POOL,
        researchers=POOL.researchers[::-1],
        mentors=POOL.mentors[::-1],
        places=POOL.places[::-1],
    )
    assert invitations(matched(turned)) == invitations(solved)
    assert what_if(matched(turned), "mina", "omar") == what_if(solved, "mina", "omar")
