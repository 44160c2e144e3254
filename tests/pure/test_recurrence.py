"""Rules of RFC 5545 name the days that another reader of them finds."""

from datetime import date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.sessions.recurrence import WEEKDAYS, days_of, read_rule

LAST = date(2028, 3, 1)
WEEKDAY = st.sampled_from(WEEKDAYS)
NUMBERED = st.builds("{}{}".format, st.sampled_from(["1", "2", "5", "-1", "-2"]), WEEKDAY)
OF_MONTH = st.sampled_from(["1", "15", "29", "31", "-1", "-3"])


def listed(of: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(of, min_size=1, max_size=3, unique=True).map(",".join)


@st.composite
def rules(draw: st.DrawFn) -> str:
    often = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]))
    parts = {
        "INTERVAL": st.integers(1, 5).map(str),
        "BYDAY": listed(
            draw(st.sampled_from([WEEKDAY, NUMBERED])) if often == "MONTHLY" else WEEKDAY
        ),
        "BYMONTH": listed(st.integers(1, 12).map(str)),
        "WKST": WEEKDAY,
        "BYSETPOS": st.sampled_from(["1", "2", "-1"]),
    }
    if often != "WEEKLY":
        parts["BYMONTHDAY"] = listed(OF_MONTH)
    chosen = draw(st.lists(st.sampled_from(sorted(parts)), max_size=3, unique=True))
    if not {"BYDAY", "BYMONTHDAY"} & set(chosen):
        chosen = [name for name in chosen if name != "BYSETPOS"]
    return ";".join([f"FREQ={often}", *(f"{name}={draw(parts[name])}" for name in chosen)])


@settings(max_examples=150, deadline=None)
@given(rules(), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_rule_names_the_days_that_another_reader_finds(text: str, first: date) -> None:
    rule = read_rule(text)
    if rule["FREQ"] == "WEEKLY" and "BYSETPOS" in rule:
        # The other reader counts places of the first week from the first day on, against RFC 5545.
        first -= timedelta((first.weekday() - WEEKDAYS.index(rule.get("WKST", "MO"))) % 7)
    found = list(days_of(first, rule, LAST))
    others = rrulestr(text, dtstart=datetime.combine(first, datetime.min.time()))
    # Where we found next to none it would look on until the year 9999.
    known = [one.date() for one in islice(others, len(found) + (len(found) > 5))]
    assert found == [day for day in known if day <= LAST]
