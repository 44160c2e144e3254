from datetime import UTC, date, datetime

import pytest

from cohort.http.formats import (
    BANDS,
    DAYS,
    day,
    heat_step,
    hours,
    hours_of_ticks,
    local_day,
    machine_time,
    moment,
    percent,
    plural,
    ticks,
    weekly,
    zone_label,
)

WINTER = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 17, 0, tzinfo=UTC)


def test_a_day_is_written_without_a_locale():
    assert day(date(2026, 3, 1)) == "Sun 1 Mar 2026"


def test_a_late_evening_is_the_next_day_further_east():
    at = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert local_day(at, "America/New_York") == date(2026, 11, 23)
    assert local_day(at, "Europe/Berlin") == date(2026, 11, 24)


def test_a_moment_shows_the_clock_of_its_zone():
    assert moment(WINTER, "Europe/Berlin") == "Mon 23 Nov 2026, 18:00"
    assert moment(WINTER, "Asia/Tokyo") == "Tue 24 Nov 2026, 02:00"
    assert machine_time(WINTER, "Asia/Kolkata") == "2026-11-23T22:30+05:30"


@pytest.mark.parametrize(
    ("at", "zone", "label"),
    [
        (WINTER, "Europe/Berlin", "Berlin, UTC+1"),
        (SUMMER, "Europe/Berlin", "Berlin, UTC+2"),
        (WINTER, "America/New_York", "New York, UTC−5"),
        (WINTER, "America/St_Johns", "St Johns, UTC−3:30"),
        (WINTER, "Asia/Kolkata", "Kolkata, UTC+5:30"),
        (WINTER, "Europe/London", "London, UTC"),
        (WINTER, "UTC", "UTC"),
    ],
)
def test_a_zone_is_named_with_the_offset_in_force(at, zone, label):
    assert zone_label(at, zone) == label


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="needs a time zone"):
        moment(WINTER.replace(tzinfo=None), "UTC")


def test_amounts_read_as_people_say_them():
    assert [hours(amount) for amount in (0, 0.75, 1, 2.5, 12.04)] == [
        "0 h",
        "45 min",
        "1 h",
        "2.5 h",
        "12 h",
    ]
    assert plural(0, "mentor") == "0 mentors"
    assert plural(1, "mentor") == "1 mentor"
    assert plural(1200, "enquiry", "enquiries") == "1,200 enquiries"


def test_only_nothing_is_0_percent_and_only_all_is_100_percent():
    shares = (0, 0.001, 0.375, 0.999, 1)
    assert [percent(share) for share in shares] == ["0%", "1%", "38%", "99%", "100%"]


def test_colour_steps_agree_with_the_printed_percent():
    steps = {0: 0, 0.001: 1, 0.244: 1, 0.246: 2, 0.5: 3, 0.75: 4, 0.999: 4, 1: 5}
    assert {share: heat_step(share) for share in steps} == steps


def test_ticked_neighbours_become_one_span():
    spans = hours_of_ticks(["tuesday 17-20", "monday 12-14", "monday 09-12", "monday 17-20"])
    assert spans == [
        {"day": "monday", "start": "09:00", "end": "14:00"},
        {"day": "monday", "start": "17:00", "end": "20:00"},
        {"day": "tuesday", "start": "17:00", "end": "20:00"},
    ]
    assert weekly(spans) == "Mon 09:00–14:00, 17:00–20:00; Tue 17:00–20:00"


def test_every_box_survives_the_way_to_hours_and_back():
    boxes = [f"{name} {band}" for name in DAYS for band in BANDS]
    for chosen in ([], boxes, boxes[::2], boxes[1::3]):
        assert ticks(hours_of_ticks(chosen)) == chosen


def test_a_band_is_ticked_only_when_all_of_it_is_free():
    assert ticks([{"day": "friday", "start": "09:15", "end": "14:00"}]) == ["friday 12-14"]
    touching = [
        {"day": "friday", "start": "10:30", "end": "12:00"},
        {"day": "friday", "start": "08:45", "end": "10:30"},
    ]
    assert ticks(touching) == ["friday 09-12"]
    apart = [{**touching[0], "start": "11:00"}, touching[1]]
    assert ticks(apart) == []


def test_a_box_that_is_not_on_the_grid_is_refused():
    with pytest.raises(KeyError):
        hours_of_ticks(["someday 09-12"])
