"""What the reviews of one person are like beside those that decided: pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median
from typing import Any
from uuid import UUID

from cohort.peer_reviews.models import ReviewTaskState
from cohort.peer_reviews.schemas import ReviewerFigures
from cohort.study.models import Verdict
from cohort.study.rubrics import ranks_of

LEAST = 5
"""Criteria that both have judged, below which a mean says more of chance than of a person."""


@dataclass(frozen=True, slots=True)
class ReviewedWork:
    """One task of a reviewer, what she said, and what decided."""

    person_id: UUID
    name: str
    state: ReviewTaskState
    allocated_at: datetime
    ended_at: datetime | None
    thanked: bool
    verdict: Verdict | None
    levels: Sequence[Any]
    final_verdict: Verdict | None
    final_levels: Sequence[Any]


def figures_of(works: Iterable[ReviewedWork]) -> list[ReviewerFigures]:
    """Of each who was asked, in no order."""
    by_person = defaultdict[UUID, list[ReviewedWork]](list)
    for one in works:
        by_person[one.person_id].append(one)
    return [_figures(its) for its in by_person.values()]


def _figures(works: Sequence[ReviewedWork]) -> ReviewerFigures:
    done = [one for one in works if one.state is ReviewTaskState.DONE]
    hours = [
        (one.ended_at - one.allocated_at).total_seconds() / 3600
        for one in done
        if one.ended_at is not None
    ]
    compared = [one for one in works if one.verdict is not None and one.final_verdict is not None]
    off = [difference for one in compared for difference in _differences(one)]
    enough = len(off) >= LEAST
    return ReviewerFigures(
        person_id=works[0].person_id,
        name=works[0].name,
        done=len(done),
        open=sum(one.state is ReviewTaskState.OPEN for one in works),
        lapsed=sum(one.state is ReviewTaskState.LAPSED for one in works),
        median_hours=median(hours) if hours else None,
        thanks=sum(one.thanked for one in works),
        compared=len(compared),
        agreed=sum(one.verdict is one.final_verdict for one in compared),
        distance=fmean(map(abs, off)) if enough else None,
        severity=fmean(off) if enough else None,
        criteria=len(off),
    )


def _differences(one: ReviewedWork) -> list[int]:
    """How many levels the deciding review is above hers, for each criterion of both."""
    hers, final = ranks_of(one.levels), ranks_of(one.final_levels)
    return [final[its] - hers[its] for its in hers if its in final]
