"""The shortest way back of somebody who is late."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cohort.weeks.way_back import OwedWork, way_back

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
END = NOW + timedelta(weeks=10)


def work(slug: str, hours: int, due_in_days: int, **more: Any) -> OwedWork:
    rest: dict[str, Any] = {"requires": (), "instead_of": (), "is_optional": False} | more
    return OwedWork(slug, hours, NOW + timedelta(days=due_in_days), **rest)


def test_whoever_is_on_time_needs_no_way_back() -> None:
    owed = [work("next", 4, 3), work("extra", 9, -3, is_optional=True)]
    assert way_back(owed, now=NOW, end=END, most=7.5) is None


def test_what_is_late_is_spread_until_no_week_is_much_longer_than_usual() -> None:
    owed = [work("late", 8, -3), *(work(f"w{n}", 6, 7 * n - 1) for n in range(1, 11))]
    found = way_back(owed, now=NOW, end=END, most=9)
    assert found
    # One week would be 14 hours, two 10, three 8 2/3: the first that is at most 9.
    assert (found.hours, found.weeks, found.hours_a_week, found.is_too_much) == (8, 3, 9, False)
    assert found.first == ["late"]


def test_too_much_is_said_and_spread_to_the_last_day() -> None:
    owed = [work("late", 80, -3)]
    found = way_back(owed, now=NOW, end=NOW + timedelta(weeks=2), most=7.5)
    assert found
    assert (found.weeks, found.hours_a_week, found.is_too_much) == (2, 40, True)
    over = way_back(owed, now=NOW, end=NOW - timedelta(days=1), most=7.5)
    assert over
    assert (over.weeks, over.is_too_much) == (1, True)


def test_one_begins_with_what_she_has_then_with_what_others_wait_for() -> None:
    owed = [
        work("short", 1, -1),
        work("base", 5, -9),
        work("mine", 6, -2, is_known=True),
        work("on-top", 2, -1, requires=["base"]),
        work("coming", 2, 5, requires=["base"]),
    ]
    found = way_back(owed, now=NOW, end=END, most=30)
    assert found
    assert found.first == ["mine", "base", "short"]
    assert way_back(owed[::-1], now=NOW, end=END, most=30) == found


def test_what_counts_instead_is_done_only_where_it_is_shorter() -> None:
    late = [work("a", 4, -8), work("b", 3, -8)]
    planned = work("project", 9, 4, instead_of=["a"])
    short = work("test-out", 2, 60, instead_of=["a", "b"], is_optional=True)
    long = work("thesis", 30, 60, instead_of=["a", "b"], is_optional=True)

    def left_out(*others: OwedWork) -> tuple[list[str], int]:
        found = way_back([*late, *others], now=NOW, end=END, most=30)
        assert found
        return list(found.left_out), found.hours

    assert left_out(planned) == (["a"], 3)
    assert left_out(short) == (["a", "b"], 2)
    assert left_out(long) == ([], 7)
