"""Time zones by the names that people know."""

from datetime import UTC, datetime

import pytest

from cohort.profiles.zones import label, options, places, zone_of

WINTER, SUMMER = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)


def test_a_place_has_its_country_and_the_clock_of_now() -> None:
    assert label("Europe/Berlin", WINTER) == "Berlin, Germany (UTC+1)"
    assert label("Europe/Berlin", SUMMER) == "Berlin, Germany (UTC+2)"
    assert label("Europe/Vienna", SUMMER, "de") == "Wien, Österreich (UTC+2)"
    assert label("Asia/Kolkata", WINTER) == "Kolkata, India (UTC+5:30)"
    assert label("America/St_Johns", WINTER) == "St. John’s, Canada (UTC-3:30)"
    assert label("Asia/Singapore", WINTER) == "Singapore (UTC+8)"
    assert label("Asia/Calcutta", WINTER) == "Asia/Calcutta (UTC+5:30)"


def test_each_place_is_offered_once_and_no_old_name() -> None:
    for language in ("en", "de"):
        offered = [one["label"] for one in options(WINTER, language)]
        assert len(offered) == len(set(offered))
        assert 380 <= len(offered) <= 450
    assert not {"Asia/Calcutta", "Europe/Kiev", "Etc/GMT-1", "EST"} & set(places())


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Berlin, Germany (UTC+2)", "Europe/Berlin"),
        ("  berlin ", "Europe/Berlin"),
        ("Wien, Österreich", "Europe/Vienna"),
        ("America/New_York", "America/New_York"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("UTC (UTC+0)", "UTC"),
        ("Knox, Indiana, United States", "America/Indiana/Knox"),
        ("Atlantis", "Atlantis"),
        ("", ""),
    ],
)
def test_what_people_type_is_understood(typed: str, zone: str) -> None:
    assert zone_of(typed) == zone


def test_every_offered_label_leads_back_to_its_zone() -> None:
    for language in ("en", "de"):
        for one in options(SUMMER, language):
            assert zone_of(one["label"]) == one["value"]
