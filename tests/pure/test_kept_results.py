"""Answers of a cohort by person and section, summed as anybody would by hand."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from cohort.quizzes.kept_results import SectionAnswers

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADA, BEA, GONE = (UUID(int=number) for number in range(3))
LONG_AGO = NOW - timedelta(weeks=8, hours=5)


def test_answers_count_by_person_and_section_and_half_after_eight_weeks() -> None:
    then, now = LONG_AGO.timestamp(), NOW.timestamp()
    kept = SectionAnswers().added(
        [(ADA, ["data"], [then], [8], [6]), (GONE, ["data"], [now], [9], [9])]
    )
    more = kept.added(
        [
            (ADA, ["data"], [now], [4], [1]),
            (BEA, ["models", "old"], [now, now], [5, 7], [5, 7]),
        ]
    )

    answered, right, weight, right_weight = more.sums([BEA, ADA], ["models", "data"], now=NOW)

    assert answered.tolist() == [[5, 0], [0, 12]]
    assert right.tolist() == [[5, 0], [0, 7]]
    assert weight[1, 1] == pytest.approx(4 + 8 / 2)
    assert right_weight.tolist() == [[5, 0], [0, pytest.approx(1 + 6 / 2)]]
    assert kept.sums([ADA], ["data"], now=NOW)[0].tolist() == [[8]], "what was kept stays"
    assert SectionAnswers().sums([], ["data"], now=NOW)[0].shape == (0, 1)
