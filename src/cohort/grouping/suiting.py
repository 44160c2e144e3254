"""How well two people suit each other for studying: symmetric matrices in [0, 1]."""

from collections.abc import Mapping, Sequence

import numpy as np

from cohort.assignment.problem import Bools, Floats
from cohort.pairing.scores.taxonomy import Taxonomy, domain_similarity

ENOUGH_HOURS = 4.0
"""Shared hours a week beyond which more do not make two suit each other better."""
PARTS = ("hours", "domain", "goal", "pace")


def same_hours(free: Bools, *, slots_an_hour: int = 4) -> Floats:
    """min(shared hours, ENOUGH_HOURS) / ENOUGH_HOURS."""
    one = free.astype(np.float32)
    shared = (one @ one.T).astype(np.float64) / slots_an_hour
    found: Floats = np.minimum(shared, ENOUGH_HOURS) / ENOUGH_HOURS
    return found


def same_domain(domains: Sequence[Sequence[str]], taxonomy: Taxonomy) -> Floats:
    """The mean of how far the domains of each cover those of the other."""
    one_way = domain_similarity(domains, domains, taxonomy)
    found: Floats = (one_way + one_way.T) / 2
    return found


def same_goal(goals: Sequence[Sequence[str]]) -> Floats:
    """The r-th goal weighs 1 / r: the sum of the smaller weights over that of the larger."""
    names = {name: k for k, name in enumerate(sorted({one for its in goals for one in its}))}
    weights = np.zeros((len(goals), len(names)), dtype=np.float32)
    for i, its in enumerate(goals):
        for rank, name in enumerate(dict.fromkeys(its)):
            weights[i, names[name]] = 1 / (1 + rank)
    both = np.zeros((len(goals),) * 2, dtype=np.float32)
    for column in weights.T:
        both += np.minimum(column[:, None], column)
    each = weights.sum(axis=1)
    either = each[:, None] + each - both
    found: Floats = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
    return found.astype(np.float64)


def same_pace(passed: Sequence[float]) -> Floats:
    """1 for the same share of the plan passed, 0 for half of it or more apart."""
    share = np.array(passed, dtype=np.float64)
    found: Floats = 1 - np.minimum(2 * np.abs(share[:, None] - share), 1.0)
    return found


def affinity(parts: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """The weighted mean of the parts; of no weight at all, everybody suits everybody."""
    total = sum(weights.get(name, 0.0) for name in parts)
    first = next(iter(parts.values()))
    if total <= 0:
        return np.ones_like(first)
    mean = sum(
        (weights.get(name, 0.0) * part for name, part in parts.items()), np.zeros_like(first)
    )
    found: Floats = np.clip(mean / total, 0.0, 1.0)
    return (found + found.T) / 2
