"""What talks change in a pool: who is introduced to whom, and what was said afterwards; pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from cohort.introductions.models import Impression
from cohort.introductions.reading import would_rather_not
from cohort.matching.models import Round
from cohort.pairing.pool import IdPair, Pool

HOW_GLADLY = {Impression.GLADLY: 1.0, Impression.COULD_WORK: 0.5}
"""As a wish: the first of a list, and the second."""


def with_talks(pool: Pool, heard: Sequence[Any]) -> Pool:
    """The pool with what both sides said after their talks, as `introductions.heard_in` reads it.

    Of two of whom one would rather not, no pair is made. What else was said counts as a wish.
    """
    if not heard:
        return pool
    hers: dict[str, dict[str, float]] = defaultdict(dict)
    theirs: dict[str, dict[str, float]] = defaultdict(dict)
    for one in heard:
        researcher, mentor = str(one.enrolment_id), str(one.mentor_id)
        if one.researcher_answer in HOW_GLADLY:
            hers[researcher][mentor] = HOW_GLADLY[one.researcher_answer]
        if one.mentor_answer in HOW_GLADLY:
            theirs[mentor][researcher] = HOW_GLADLY[one.mentor_answer]
    apart = {*pool.blocks, *map(as_ids, would_rather_not(heard))}
    return replace(
        pool,
        researchers=[replace(one, talks=hers.get(one.id, {})) for one in pool.researchers],
        movers=[replace(one, talks=hers.get(one.id, {})) for one in pool.movers],
        mentors=[replace(one, talks=theirs.get(one.id, {})) for one in pool.mentors],
        blocks=sorted(apart),
    )


def to_introduce(pool: Pool, round_: Round, heard: Sequence[Any]) -> Pool:
    """Who meets whom: up to `per_researcher` mentors each, nobody a second time.

    First as many researchers as possible meet somebody, then the sum of all scores is the highest;
    how the second and later talks are spread follows from that sum alone.
    """
    most = round_.per_researcher or 1
    met = {(str(one.enrolment_id), str(one.mentor_id)) for one in heard}
    talks = [free and (round_.per_mentor or free * most) for free in pool.places]
    return replace(
        pool,
        demand=[most] * len(pool.researchers),
        places=talks,
        cover=True,
        objective="total",
        stickiness=0.0,
        incumbents={},
        ahead=(),
        pins=[pair for pair in pool.pins if pair not in met],
        blocks=sorted({*pool.blocks, *met}),
    )


def as_ids(pair: tuple[UUID, UUID]) -> IdPair:
    return str(pair[0]), str(pair[1])
