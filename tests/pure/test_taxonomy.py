"""Domains in a tree: near is near, far is nothing."""

import numpy as np
import pytest

from cohort.pairing.scores.taxonomy import BadTaxonomy, Taxonomy, domain_similarity

TREE = Taxonomy(
    {
        "language": None,
        "machine-translation": "language",
        "speech": "language",
        "speech-recognition": "speech",
        "speech-synthesis": "speech",
        "robotics": None,
        "grasping": "robotics",
    }
)


def similarity(sought: list[str], offered: list[str]) -> float:
    return float(domain_similarity([sought], [offered], TREE)[0, 0])


def test_the_same_domains_are_wholly_similar_and_other_branches_not_at_all() -> None:
    assert similarity(["speech", "grasping"], ["grasping", "speech"]) == 1.0
    assert similarity(["machine-translation"], ["grasping", "robotics"]) == 0.0


def test_siblings_are_near_and_nearer_the_deeper_they_lie() -> None:
    assert similarity(["machine-translation"], ["speech"]) == 0.5
    assert similarity(["speech-recognition"], ["speech-synthesis"]) == pytest.approx(2 / 3)
    assert similarity(["speech-recognition"], ["speech"]) == pytest.approx(0.8)


def test_each_sought_domain_counts_its_nearest_and_a_broad_offer_is_not_marked_down() -> None:
    assert similarity(["machine-translation", "grasping"], ["grasping"]) == 0.5
    assert similarity(["grasping"], ["grasping", "speech", "language"]) == 1.0
    assert similarity(["grasping", "speech"], ["grasping"]) != similarity(
        ["grasping"], ["grasping", "speech"]
    )


def test_empty_sets_repeats_and_unknown_words_are_no_evidence() -> None:
    assert similarity([], ["speech"]) == similarity(["speech"], []) == 0.0
    assert similarity(["speech", "speech"], ["speech"]) == 1.0
    assert similarity(["speech", "alchemy"], ["speech", "alchemy"]) == 0.5


def test_all_pairs_at_once_equal_one_at_a_time() -> None:
    sets = [["speech"], ["grasping", "machine-translation"], [], ["speech-synthesis", "robotics"]]
    together = domain_similarity(sets, sets, TREE)
    assert np.allclose(together, [[similarity(a, b) for b in sets] for a in sets])
    assert domain_similarity([], sets, TREE).shape == (0, 4)


def test_an_unknown_parent_and_a_circle_are_refused() -> None:
    with pytest.raises(BadTaxonomy, match="'b' is not in the tree"):
        Taxonomy({"a": "b"})
    with pytest.raises(BadTaxonomy, match="its own ancestor"):
        Taxonomy({"a": "b", "b": "a"})
