"""What the reviews of one person are like beside those that decided."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cohort.peer_reviews.calibration import LEAST, ReviewedWork, figures_of
from cohort.peer_reviews.models import ReviewTaskState
from cohort.study.models import Verdict

ASKED = datetime(2026, 3, 2, 9, tzinfo=UTC)


def work(hers: int | None, final: int | None, *, hours: float = 2, **changes: Any) -> ReviewedWork:
    """One criterion, at these ranks; she passes what she finds at the top of three."""

    def levels(rank: int | None) -> list[dict[str, Any]]:
        return [{"criterion": "Argued", "rank": rank}] if rank else []

    def verdict(rank: int | None) -> Verdict | None:
        return None if rank is None else Verdict.PASSED if rank == 3 else Verdict.AGAIN

    given: dict[str, Any] = {
        "person_id": UUID(int=1),
        "name": "Ben",
        "state": ReviewTaskState.DONE,
        "allocated_at": ASKED,
        "ended_at": ASKED + timedelta(hours=hours),
        "thanked": False,
        "verdict": verdict(hers),
        "levels": levels(hers),
        "final_verdict": verdict(final),
        "final_levels": levels(final),
    }
    return ReviewedWork(**given | changes)


def test_a_mean_is_told_only_of_enough_criteria() -> None:
    strict = [work(2, 3), work(1, 3), work(3, 3), work(2, 2)]
    [few] = figures_of(strict)
    [enough] = figures_of([*strict, work(3, 2, hours=10, thanked=True)])

    assert (few.criteria, few.distance, few.severity) == (LEAST - 1, None, None)
    assert enough.distance == pytest.approx(4 / 5)
    assert enough.severity == pytest.approx(2 / 5)
    assert (enough.compared, enough.agreed, enough.thanks) == (5, 2, 1)
    assert enough.median_hours == 2


def test_what_was_not_written_or_not_decided_is_compared_with_nothing() -> None:
    lapsed = work(None, 3, state=ReviewTaskState.LAPSED)
    other = work(3, None, person_id=UUID(int=2), name="Ada")

    ben, ada = figures_of([lapsed, other])

    assert (ada.done, ada.compared, ada.criteria) == (1, 0, 0)
    assert (ben.done, ben.lapsed, ben.compared, ben.median_hours) == (0, 1, 0, None)
