"""Milestones over weeks, whatever the guide, the dates and the zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohort.study.due_dates import Work, in_order, lay_out, week_ends

BERLIN = "Europe/Berlin"
SPRING: dict[str, Any] = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 6, 21)}
BEFORE = datetime(2026, 2, 20, 9, tzinfo=UTC)


def chain(*hours: int) -> list[Work]:
    return [
        Work(f"m{place}", amount, [f"m{place - 1}"] if place else [], place)
        for place, amount in enumerate(hours)
    ]


def local_days(dated: Any, zone: str = BERLIN) -> list[date]:
    return [one.due_at.astimezone(ZoneInfo(zone)).date() for one in dated]


def test_a_guide_without_milestones_is_an_empty_plan() -> None:
    assert lay_out([], **SPRING, zone=BERLIN, now=BEFORE) == []


def test_even_hours_are_due_on_even_sundays() -> None:
    dated = lay_out(chain(10, 10, 10, 10), **SPRING, zone=BERLIN, now=BEFORE)

    sundays = [date(2026, 3, 29), date(2026, 4, 26), date(2026, 5, 24), date(2026, 6, 21)]
    assert local_days(dated) == sundays


def test_a_minute_before_midnight_stays_so_when_the_clocks_change() -> None:
    """Berlin goes from UTC+1 to UTC+2 on 29 March 2026, which is a Sunday."""
    weekly = chain(*[5] * 16)

    dated = lay_out(weekly, **SPRING, zone=BERLIN, now=BEFORE)

    assert dated[2].due_at == datetime(2026, 3, 22, 22, 59, tzinfo=UTC)
    assert dated[3].due_at == datetime(2026, 3, 29, 21, 59, tzinfo=UTC)
    assert {one.due_at.astimezone(ZoneInfo(BERLIN)).hour for one in dated} == {23}


def test_a_cohort_of_one_week_asks_for_everything_by_its_end() -> None:
    week = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 8)}

    dated = lay_out(chain(*[1] * 30), **week, zone=BERLIN, now=BEFORE)

    assert set(local_days(dated)) == {date(2026, 3, 8)}


def test_the_last_week_ends_on_the_last_day() -> None:
    short = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 18)}

    assert local_days(lay_out(chain(1, 1, 1), **short, zone=BERLIN, now=BEFORE)) == [
        date(2026, 3, 8),
        date(2026, 3, 15),
        date(2026, 3, 18),
    ]


def test_who_joins_on_a_saturday_is_asked_for_nothing_the_next_day() -> None:
    saturday = datetime(2026, 5, 30, 9, tzinfo=UTC)

    dated = lay_out(chain(*[5] * 16), **SPRING, zone=BERLIN, now=saturday)

    assert min(local_days(dated)) == date(2026, 6, 7)


def test_who_joins_in_the_last_minute_of_a_day_still_has_time() -> None:
    now = datetime(2026, 6, 21, 23, 59, 30, tzinfo=ZoneInfo(BERLIN))

    assert local_days(lay_out(chain(5), **SPRING, zone=BERLIN, now=now)) == [date(2026, 6, 28)]


def test_what_is_needed_comes_first_even_when_the_guide_names_it_later() -> None:
    work = [Work("monitor", 5, ["pipeline", "gone"], 0), Work("pipeline", 5, [], 1)]

    assert [piece.slug for piece in in_order(work)] == ["pipeline", "monitor"]


def test_a_circle_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"circle.*a, b"):
        in_order([Work("a", 1, ["b"], 0), Work("b", 1, ["a"], 1), Work("c", 1, [], 2)])


def test_work_without_hours_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one hour"):
        lay_out(chain(3, 0), **SPRING, zone=BERLIN, now=BEFORE)


def test_new_work_is_dated_between_what_it_needs_and_what_needs_it() -> None:
    april, may = (datetime(2026, month, 3, 22, tzinfo=UTC) for month in (4, 5))
    work = [Work("a", 5, [], 0), Work("new", 5, ["a"], 1), Work("z", 5, ["new"], 2)]

    dated = lay_out(work, **SPRING, zone=BERLIN, now=BEFORE, standing={"a": april, "z": may})

    assert [(one.slug, one.place) for one in dated] == [("new", 1)]
    assert april <= dated[0].due_at <= may


ZONES = st.sampled_from([BERLIN, "Asia/Kolkata", "America/Santiago", "Pacific/Apia", "UTC"])
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@st.composite
def guides(draw: st.DrawFn) -> list[Work]:
    """Any guide without circles, shuffled."""
    count = draw(st.integers(0, 25))
    work = []
    for place in range(count):
        earlier = [f"m{other:02}" for other in range(place)]
        requires = draw(st.lists(st.sampled_from(earlier), max_size=3)) if earlier else []
        position = draw(st.integers(0, count))
        work.append(Work(f"m{place:02}", draw(st.integers(1, 80)), requires, position))
    return draw(st.permutations(work))


@given(guides(), DAYS, st.integers(1, 400), ZONES, st.integers(-300, 500))
def test_every_plan_keeps_its_word(
    work: list[Work], starts_on: date, length: int, zone: str, joined: int
) -> None:
    ends_on = starts_on + timedelta(days=length)
    now = datetime.combine(starts_on, datetime.min.time(), UTC) + timedelta(days=joined, hours=11)
    given: dict[str, Any] = {"starts_on": starts_on, "ends_on": ends_on, "zone": zone, "now": now}

    dated = lay_out(work, **given)

    due = {one.slug: one.due_at for one in dated}
    today = now.astimezone(ZoneInfo(zone)).date()
    assert due.keys() == {piece.slug for piece in work}
    assert dated == lay_out(sorted(work), **given)
    assert all(at > now for at in due.values())
    assert all(due[earlier] <= due[piece.slug] for piece in work for earlier in piece.requires)
    if today <= ends_on:
        assert max(local_days(dated, zone), default=today) <= ends_on
        assert_even(work, due, max(starts_on, today), ends_on, zone)


def assert_even(
    work: list[Work], due: dict[str, datetime], first: date, last: date, zone: str
) -> None:
    """By the end of each week: no more than its share, and no piece less than would fit."""
    pieces, whole = in_order(work), sum(piece.hours for piece in work)
    for end in week_ends(first, last):
        share = whole * ((end - first).days + 1) / ((last - first).days + 1)
        asked = [p for p in pieces if due[p.slug].astimezone(ZoneInfo(zone)).date() <= end]
        hours = sum(piece.hours for piece in asked)
        assert hours <= share + 1e-9
        if len(asked) < len(pieces):
            assert hours + pieces[len(asked)].hours > share - 1e-9


@given(guides(), st.data())
def test_dates_that_stand_are_kept_and_new_ones_fit_in(
    work: list[Work], data: st.DataObject
) -> None:
    first = lay_out(work, **SPRING, zone=BERLIN, now=BEFORE)
    known = data.draw(st.sets(st.sampled_from([one.slug for one in first]))) if first else set()
    standing = {one.slug: one.due_at for one in first if one.slug in known}
    later = BEFORE + timedelta(days=data.draw(st.integers(0, 200)))

    added = lay_out(work, **SPRING, zone=BERLIN, now=later, standing=standing)

    due = standing | {one.slug: one.due_at for one in added}
    assert {one.slug for one in added} == due.keys() - known
    assert all(one.due_at > later for one in added)
    soonest = min((one.due_at for one in added), default=later)
    for piece in work:
        for earlier in piece.requires:
            assert due[earlier] <= due[piece.slug] or due[piece.slug] < soonest
