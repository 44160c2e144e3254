"""Costs and moves in words: nothing small reads as nothing, nobody's sex is spoken of."""

from typing import Any

import pytest

from cohort.pairing import saying
from cohort.pairing.alternatives import Alternative, Change

NAMES = {"ada": "Ada", "ben": "Ben", "max": "Max", "mia": "Mia"}


def pair(**changes: object) -> Alternative:
    given: dict[str, object] = {
        "mentor": "max",
        "score": 0.4,
        "chosen": False,
        "cost": 0.25,
        "fewer_placed": 0,
        "ruled_out": (),
        "below_floor": False,
    }
    return Alternative(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cost", "total", "said"),
    [
        (0.25, 10.0, "0.25 (2.5% of the total)"),
        (0.001, 10.0, "less than 0.01 (less than 0.1% of the total)"),
        (0.005, 10.0, "0.01 (0.1% of the total)"),
        (0.25, 0.0, "0.25"),
    ],
)
def test_an_amount_is_told_with_its_share(cost: float, total: float, said: str) -> None:
    assert saying.amount(cost, total) == said


@pytest.mark.parametrize(
    ("loss", "fewer", "said"),
    [
        (None, 0, ""),
        (0.0, 0, "Easily replaced: other pairs would be just as good without this one."),
        (0.03, 0, "Easily replaced: without this pair, the total would fall by 0.03 (0.3%"),
        (0.05, 0, "Firm: without this pair, the total would fall by 0.05 (0.5% of the total)."),
        (-0.1, 1, "Firm: without this pair, one person fewer would have a mentor."),
        (0.0, 2, "Firm: without this pair, 2 people fewer would have a mentor."),
    ],
)
def test_a_pair_is_firm_from_a_tenth_of_its_score_on(
    loss: float | None, fewer: int, said: str
) -> None:
    assert saying.stake(loss, fewer, 0.4, 10.0).startswith(said)


@pytest.mark.parametrize(
    ("causes", "said"),
    [
        ((), ""),
        (("veto",), "Lift the veto of Ada and Max."),
        (("no_place",), "Ask Max for one more place."),
        (("pinned_elsewhere",), "Lift the pin of Ada first."),
        (
            ("common_language", "shared_hours"),
            (
                "Ask Ada and Max for a language that both can meet in. "
                "Ask Ada and Max for more weekly hours in common."
            ),
        ),
        (("shared_hours", "declined"), ""),
        (("block",), ""),
    ],
)
def test_what_to_ask_settles_all_that_stands_between_two(
    causes: tuple[str, ...], said: str
) -> None:
    assert saying.what_to_ask(pair(ruled_out=causes, cost=None), "Ada", "Max") == said


@pytest.mark.parametrize(
    ("gap", "aim", "said"),
    [
        (0.25, {}, "At best, the total would be 0.25 (2.5% of the total) higher."),
        (0.0, {"fair": True}, "Fairer pairs may exist; how much fairer is not known."),
        (9.0, {"fair": True, "cover": True}, "Fairer pairs may exist"),
        (40.3, {"cover": True, "bonus": 20.0, "without": 9}, "At best, 2 people more would have"),
        (25.0, {"cover": True, "bonus": 20.0, "without": 9}, "At best, one person more would have"),
        (99.0, {"cover": True, "bonus": 20.0, "without": 1}, "At best, one person more would have"),
        (0.25, {"cover": True, "bonus": 20.0, "without": 9}, "Nobody more could have a mentor. At"),
        (0.25, {"cover": True, "bonus": 20.0}, "At best, the total would be 0.25 (2.5%"),
        (0.25, {"cover": True, "without": 9}, "More people might have a mentor, or as many people"),
        (0.25, {"cover": True}, "At best, the total would be 0.25 (2.5%"),
    ],
)
def test_how_far_from_the_best_pairs_may_be_is_told_in_what_was_aimed_at(
    gap: float, aim: dict[str, Any], said: str
) -> None:
    assert saying.cut_short(10.0, gap, **aim).startswith(said)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "0.25 (2.5% of the total)"),
        ({"chosen": True, "cost": 0.0}, "The pair of this run"),
        ({"cost": 0.0}, "Nothing: just as good"),
        ({"fewer_placed": 1, "cost": -0.2}, "one person fewer with a mentor"),
        ({"cost": None, "ruled_out": ("veto",)}, "Cannot be: the pair is vetoed"),
        (
            {"below_floor": True},
            "0.25 (2.5% of the total); only by a pin, as it is below the least score",
        ),
        (
            {"below_floor": True, "cost": 0.0},
            "nothing of the total; only by a pin, as it is below the least score",
        ),
    ],
)
def test_a_line_of_the_list_says_the_cost_or_why_not(changes: dict[str, object], said: str) -> None:
    assert saying.cost(pair(**changes), 10.0) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "The total of all scores would fall by 0.25 (2.5% of the total), from 10.00 to 9.75."),
        ({"cost": 0.0}, "Nothing would be lost: the total would be just as high."),
        ({"fewer_placed": 2}, "2 people fewer would have a mentor."),
        ({"fewer_placed": 1}, "One person fewer would have a mentor."),
        (
            {"below_floor": True, "cost": 0.0},
            (
                "The score of 0.40 is below the least one, so only a pin can do it. "
                "Nothing would be lost: the total would be just as high."
            ),
        ),
    ],
)
def test_the_consequence_is_whole_sentences(changes: dict[str, object], said: str) -> None:
    assert saying.consequence(pair(**changes), 10.0) == said


def test_moves_are_told_by_name_and_so_is_that_nobody_else_moves() -> None:
    moving = [Change("ada", None, "max"), Change("ben", "max", "mia")]
    assert saying.moves(moving, NAMES) == [
        "Ada, who has no mentor in this run, would get Max.",
        "Ben would move from Max to Mia.",
    ]
    assert saying.moves([Change("ben", "max", None)], NAMES) == [
        "Ben would lose Max, and have no mentor.",
        "Nobody else would move.",
    ]


@pytest.mark.parametrize(
    ("added", "placed", "said"),
    [
        (0.5, 0, "0.50 (5.0% of the total)"),
        (0.5, 1, "0.50 (5.0% of the total), and a mentor for 1 person more"),
        (-0.1, 2, "a mentor for 2 people more"),
        (0.0, 0, "nothing"),
    ],
)
def test_what_would_be_gained_is_told_with_the_people(added: float, placed: int, said: str) -> None:
    assert saying.gain(added, placed, 10.0) == said
