"""Ada tells of her time, looks at the dates that would fit, and takes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.guides.models import Guide, Milestone
from cohort.mail import MailboxMessage
from cohort.people.models import Act
from cohort.study.models import PlanItem
from tests.conftest import MONDAY, Cast, Platform
from tests.house.assessments import bring_statements
from tests.rooms.study_cast import Cast as StudyCast
from tests.rooms.study_cast import the_cast

AWAY = {"first_day": "2026-04-13", "last_day": "2026-05-03", "reason": "Field work"}


@pytest.fixture
async def cast(db: AsyncSession, enter: Cast) -> StudyCast:
    return await the_cast(db, enter, now=MONDAY)


def at(cast: StudyCast) -> str:
    return f"/api/v1/enrolments/{cast.enrolment.id}"


async def dates_of(platform: Platform, cast: StudyCast) -> dict[str, datetime]:
    async with platform.sessions() as db:
        found = await db.execute(select(PlanItem.id, PlanItem.due_at))
        due = {row.id: row.due_at for row in found}
    return {slug: due[item_id] for slug, item_id in cast.items.items()}


async def asked(cast: StudyCast, who: Any, **sent: Any) -> Any:
    return await who.post(f"{at(cast)}/redatings", json=sent)


async def told(cast: StudyCast, who: Any, *, seen: str | None = None, **time: Any) -> Any:
    """Her hours and exam, by whoever has just read them, or has `seen` them before."""
    read = await who.get(f"{at(cast)}/personal_time")
    as_seen = {"If-Match": seen or read.headers["etag"]}
    return await who.put(f"{at(cast)}/study_pace", json=time, headers=as_seen)


async def test_an_absence_moves_what_does_not_fit_and_says_why(
    cast: StudyCast, platform: Platform
) -> None:
    before = await dates_of(platform, cast)
    assert (await told(cast, cast.ada, hours=3)).status_code == 200
    plenty = (await asked(cast, cast.ada)).json()
    assert (plenty["moved"], plenty["hours"], plenty["minutes_over"]) == ([], 3, 0)

    assert (await cast.ada.post(f"{at(cast)}/absences", json=AWAY)).status_code == 201
    found = (await asked(cast, cast.ada)).json()
    assert await dates_of(platform, cast) == before, "A dry run changes nothing."
    first = found["moved"][0]
    assert first["slug"] == "end-to-end"
    assert first["why"] == ("Moved from week 8 to week 10, because you are away in weeks 7 to 9.")
    assert first["after"] == "2026-05-10T21:59:00Z", "23:59 in Berlin, where it is summer by then."
    assert [week["lost"] for week in found["weeks"]][6:9] == [180, 180, 180]

    stale = await asked(cast, cast.ada, dry_run=False, seen="0" * 32)
    assert (stale.status_code, stale.json()["code"]) == (409, "plan_changed")
    taken = await asked(cast, cast.ada, dry_run=False, seen=found["seen"], note="Field work")
    again = await asked(cast, cast.ada, dry_run=False, seen=found["seen"])
    assert (taken.status_code, again.status_code, again.json()["moved"]) == (200, 200, [])
    after = await dates_of(platform, cast)
    assert after["end-to-end"] == datetime(2026, 5, 10, 21, 59, tzinfo=UTC)
    [once] = (await cast.olga.get(f"{at(cast)}/redatings")).json()["items"]
    assert (once["by_name"], once["moved"], once["note"]) == (
        "Ada Example",
        len(found["moved"]),
        "Field work",
    )

    [absence] = (await cast.olga.get(f"{at(cast)}/personal_time")).json()["absences"]
    assert absence["reason"] == "", "Why she is away is hers."
    for _ in "twice":
        gone = await cast.ada.delete(f"{at(cast)}/absences/{absence['id']}")
        assert gone.status_code == 204
    back = (await asked(cast, cast.ada)).json()["moved"]
    assert back[0]["why"] == "In week 8, as in the cohort’s calendar."


async def test_what_was_handed_in_keeps_its_date_and_she_is_told_who_moved_the_rest(
    cast: StudyCast, platform: Platform
) -> None:
    assert (await cast.hand_in()).status_code == 201
    before = await dates_of(platform, cast)
    await told(cast, cast.olga, hours=10, exam_on="2026-04-22")
    found = (await asked(cast, cast.olga)).json()
    assert {one["slug"] for one in found["moved"]} == {"drift-monitor", "mock-exam"}
    assert found["moved"][0]["why"].endswith("because it has to be done before the exam.")

    platform.clock.now += timedelta(days=1)
    await cast.olga.post(f"{at(cast)}/absences", json=AWAY | {"first_day": "2026-03-02"})
    await told(cast, cast.olga, hours=5, exam_on="2026-05-20")
    stale = await asked(cast, cast.olga, dry_run=False, seen=found["seen"])
    assert stale.status_code == 409
    full = (await asked(cast, cast.olga)).json()
    assert full["minutes_over"] > 0
    taken = await asked(cast, cast.olga, dry_run=False, seen=full["seen"], note="As agreed.")
    assert taken.status_code == 200, taken.text
    after = await dates_of(platform, cast)
    assert after["end-to-end"] == before["end-to-end"]
    assert after["mock-exam"] < datetime(2026, 5, 20, tzinfo=UTC)
    await platform.run_jobs()
    hers = MailboxMessage.to == "ada@example.org", MailboxMessage.subject.contains("new dates")
    async with platform.sessions() as db:
        [mail] = await db.scalars(select(MailboxMessage).where(*hers))
        acts = set(await db.scalars(select(Act.verb).where(Act.actor_id == cast.olga.person.id)))
    assert "Olga" in mail.text
    assert "As agreed." in mail.text
    assert {"enrolment.set_pace", "enrolment.add_absence", "enrolment.redate"} <= acts


async def test_pages_show_the_new_dates_before_they_are_taken(
    cast: StudyCast, platform: Platform
) -> None:
    here = f"/plan/{cast.enrolment.id}"
    wrong = await cast.ada.post(
        f"{here}/time", data={"hours": "80", "exam_on": "", "version": "0:"}
    )
    assert (wrong.status_code, "field-hours-error" in wrong.text) == (422, True)
    for data, error in (
        (AWAY | {"last_day": "2026-04-01"}, "field-last_day-error"),
        ({}, "field-first_day-error"),
    ):
        refused = await cast.ada.post(f"{here}/absences", data=data)
        assert (refused.status_code, error in refused.text) == (422, True)
    kept = await cast.ada.post(f"{here}/time", data={"hours": "3", "version": "0:"})
    away = await cast.ada.post(f"{here}/absences", data=AWAY)
    assert (kept.headers["location"], away.headers["location"]) == (f"{here}/dates",) * 2
    shown = (await cast.ada.get(f"{here}/dates")).text
    assert "because you are away in weeks 7 to 9" in shown
    seen = shown.partition('name="seen" value="')[2].partition('"')[0]
    stale = await cast.ada.post(f"{here}/dates", data={"seen": "other"})
    assert (stale.status_code, "The plan has changed since" in stale.text) == (409, True)
    for _ in "twice":
        taken = await cast.ada.post(f"{here}/dates", data={"seen": seen})
        assert (taken.status_code, taken.headers["location"]) == (303, here)
    time = (await cast.ada.get(f"{here}/time")).text
    assert "Field work" in time
    assert "New dates so far" in time
    assert (await dates_of(platform, cast))["end-to-end"] == datetime(
        2026, 5, 10, 21, 59, tzinfo=UTC
    )
    assert "No other dates are better" in (await cast.ada.get(f"{here}/dates")).text
    assert (await cast.sam.get(f"{here}/time")).status_code == 404


async def test_dates_that_fit_although_she_is_away_say_what_is_to_be_done_before(
    cast: StudyCast, platform: Platform
) -> None:
    here = f"/plan/{cast.enrolment.id}"
    await told(cast, cast.ada, hours=60)
    last = max((await dates_of(platform, cast)).values()).date()
    holiday = {"first_day": last - timedelta(days=1), "last_day": last}
    await cast.ada.post(f"{here}/absences", data={k: str(day) for k, day in holiday.items()})
    shown = (await cast.ada.get(f"{here}/dates")).text
    assert "if some of it is done before you leave" in shown
    assert "during the absence" in shown
    assert f'<h3>By <time datetime="{last - timedelta(days=2)}">' in shown
    assert "before she leaves" in (await cast.olga.get(f"{here}/dates")).text


async def test_what_she_says_is_new_to_her_comes_first_and_only_she_reads_why(
    cast: StudyCast, platform: Platform, db: AsyncSession
) -> None:
    await bring_statements(db, await db.get_one(Guide, cast.cohort.guide_id), MONDAY)
    await db.execute(update(Milestone).values(requires=[], hours=10))
    await db.commit()
    await cast.ada.post(f"{at(cast)}/absences", json=AWAY | {"first_day": "2026-03-03"})
    await told(cast, cast.ada, hours=3)
    before = {one["slug"]: one for one in (await asked(cast, cast.ada)).json()["moved"]}
    assert before["end-to-end"]["after"] < before["drift-monitor"]["after"], "As in the guide."

    said = {"ships": "routine", "watches": "new"}
    assert (await cast.ada.put(f"{at(cast)}/assessment", json={"answers": said})).status_code == 200
    hers = {one["slug"]: one for one in (await asked(cast, cast.ada)).json()["moved"]}
    assert "drift-monitor" not in hers, "It keeps its date."
    assert "Drift Monitor”, which you know less well, comes first" in hers["end-to-end"]["why"]
    others = (await asked(cast, cast.olga)).json()["moved"]
    assert [one["after"] for one in others] == [one["after"] for one in hers.values()]
    assert "know" not in str(others), "What she says of herself is hers."


async def test_hours_from_two_windows_are_not_lost_and_the_later_one_hears_what_changed(
    cast: StudyCast,
) -> None:
    bare = await cast.ada.put(f"{at(cast)}/study_pace", json={"hours": 3})
    assert (bare.status_code, bare.json()["code"]) == (428, "needs_if_match")
    first = await told(cast, cast.ada, seen='"0:"', hours=8, exam_on="2026-05-20")
    again = await told(cast, cast.ada, seen='"0:"', hours=8, exam_on="2026-05-20")
    assert (first.status_code, again.status_code) == (200, 200), "The same again is no change."
    read = await cast.olga.get(f"{at(cast)}/personal_time")
    assert first.headers["etag"] == again.headers["etag"] == read.headers["etag"]
    late = await told(cast, cast.olga, seen='"0:"', hours=5)
    assert (late.status_code, late.json()["code"]) == (412, "stale")

    page = f"/plan/{cast.enrolment.id}/time"
    old = await cast.olga.post(page, data={"hours": "5", "exam_on": "", "version": "0:"})
    assert old.status_code == 412
    assert "This was changed meanwhile, to 8 h a week. Keep yours to replace it." in old.text
    assert "changed meanwhile, to Wed 20 May 2026" in old.text
    newest = old.text.partition('name="version" value="')[2].partition('"')[0]
    kept = await cast.olga.post(page, data={"hours": "5", "exam_on": "", "version": newest})
    assert kept.status_code == 303
    now = (await cast.ada.get(f"{at(cast)}/personal_time")).json()
    assert (now["hours"], now["exam_on"]) == (5, None)


async def test_many_new_dates_fold_by_the_day_on_which_they_are_due(cast: StudyCast) -> None:
    await cast.ada.post(f"{at(cast)}/absences", json=AWAY)
    shown = (await cast.ada.get(f"/plan/{cast.enrolment.id}/dates")).text
    moved = (await asked(cast, cast.ada)).json()["moved"]
    days = {one["after"] for one in moved}
    assert shown.count('<summary class="choice-group-title">Due ') == len(days) > 0
    assert "Hours in each week" in shown
