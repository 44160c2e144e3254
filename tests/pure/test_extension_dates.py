"""A new date has the hour of the old one on the wall, whatever the clocks do between them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cohort.errors import Invalid
from cohort.extensions.dates import moved, require_later
from cohort.study.models import ItemState, PlanItem
from cohort.study.policy import came_late, is_late

BERLIN = "Europe/Berlin"
DUE = datetime(2026, 3, 22, 22, 59, tzinfo=UTC)  # Sunday, 23:59 in winter


def test_the_hour_stays_across_a_change_of_the_clocks() -> None:
    assert moved(DUE, date(2026, 3, 29), BERLIN) == datetime(2026, 3, 29, 21, 59, tzinfo=UTC)
    autumn = datetime(2026, 10, 18, 21, 59, tzinfo=UTC)
    assert moved(autumn, date(2026, 10, 25), BERLIN) == datetime(2026, 10, 25, 22, 59, tzinfo=UTC)
    skipped = datetime(2026, 3, 22, 1, 30, tzinfo=UTC)  # 02:30, which 29 March does not have
    assert moved(skipped, date(2026, 3, 29), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_new_date_is_later_and_not_over_and_within_a_year() -> None:
    assert require_later(DUE, date(2026, 3, 23), BERLIN, now=DUE) > DUE
    for until, now, words in (
        (date(2026, 3, 22), DUE, "after the one"),
        (date(2026, 3, 25), DUE + timedelta(days=10), "is over"),
        (date(2028, 3, 25), DUE, "within a year"),
    ):
        with pytest.raises(Invalid, match=words):
            require_later(DUE, until, BERLIN, now=now)


def test_the_minute_that_is_named_is_in_time_to_its_last_second_wherever_she_is() -> None:
    item = PlanItem(due_at=DUE, state=ItemState.OPEN)
    last = datetime.fromisoformat("2026-03-23T07:59:59.999999+09:00")  # in Tokyo
    assert not is_late(item, last)
    assert not came_late(DUE, last)
    assert is_late(item, last + timedelta(microseconds=1))
    assert came_late(DUE, last + timedelta(microseconds=1))
