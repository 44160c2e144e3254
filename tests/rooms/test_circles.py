"""Study circles: looked at, published, joined late, left, and what nobody may read from them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles.models import CircleMember, CirclePreview
from cohort.cohorts.models import Cohort
from cohort.db import unit_of_work
from cohort.jobs.outbox import ATTEMPTS, Job, Queue, enqueue
from cohort.mail import MailboxMessage
from cohort.people.models import Act
from tests.conftest import MONDAY, Cast, Platform, Someone
from tests.world import EVENINGS, enrolled

RunJobs = Callable[[], Awaitable[None]]
RULES = {"least": 3, "size": 3, "most": 4}
THURSDAYS = [{"day": "thursday", "start": "08:00", "end": "10:00"}]


class Six:
    """Ada, Cleo and Dan work on translation; Ben, Eve and Finn on vision; Gus has no such hours."""

    def __init__(self, cohort: Cohort, olga: Someone, run_jobs: RunJobs) -> None:
        self.cohort, self.olga, self.run_jobs = cohort, olga, run_jobs
        self.people: dict[str, Someone] = {}
        self.seats: dict[str, str] = {}

    async def preview(self, **rules: Any) -> dict[str, Any]:
        at = f"/api/v1/cohorts/{self.cohort.id}/circle_previews"
        answer = await self.olga.post(at, json=RULES | rules)
        assert (answer.status_code, answer.json()["state"]) == (201, "forming"), answer.text
        await self.run_jobs()
        answer = await self.olga.get(f"/api/v1/circle_previews/{answer.json()['id']}")
        found: dict[str, Any] = answer.json()
        found["circles"].sort(key=lambda one: sorted(names_of(one)))
        return found

    async def publish(self, preview: dict[str, Any]) -> int:
        at = f"/api/v1/circle_previews/{preview['id']}/publication"
        return int((await self.olga.post(at)).status_code)

    async def circles(self) -> list[dict[str, Any]]:
        answer = await self.olga.get(f"/api/v1/cohorts/{self.cohort.id}/circles")
        standing = [one for one in answer.json()["items"] if one["ended_at"] is None]
        return sorted(standing, key=lambda one: sorted(names_of(one)))

    async def names(self) -> list[set[str]]:
        return [names_of(one) for one in await self.circles()]


def names_of(circle: dict[str, Any]) -> set[str]:
    return {one["name"].partition(" ")[0] for one in circle["members"]}


@pytest.fixture
async def six(
    enter: Cast, db: AsyncSession, cohort: Cohort, olga: Someone, run_jobs: RunJobs
) -> Six:
    six = Six(cohort, olga, run_jobs)
    domains = {name: ["machine-translation"] for name in ("Ada", "Cleo", "Dan")}
    domains |= {name: ["vision"] for name in ("Ben", "Eve", "Finn", "Gus")}
    for name, of in domains.items():
        someone = six.people[name] = await enter(name)
        hours = THURSDAYS if name == "Gus" else EVENINGS
        zone = "Europe/London" if name == "Ada" else "Europe/Berlin"
        given = {"domains": of, "weekly_hours": hours, "time_zone": zone}
        seat = await enrolled(db, cohort, someone.person, now=MONDAY, **given)
        six.seats[name] = str(seat.id)
    await db.commit()
    return six


async def test_an_organiser_looks_publishes_once_and_everybody_is_told(
    six: Six, db: AsyncSession, run_jobs: RunJobs, anyone: Someone
) -> None:
    shown = await six.preview()
    assert [names_of(one) for one in shown["circles"]] == [
        {"Ada", "Cleo", "Dan"},
        {"Ben", "Eve", "Finn"},
    ]
    assert (shown["is_best"], shown["gap"], shown["circles"][0]["parts"]["domain"]) == (True, 0, 1)
    # Ada's evening in London begins an hour later in Berlin.
    assert [one["shared_hours"] for one in shown["circles"]] == [2, 3]
    assert [(one["name"], one["why"]) for one in shown["left"]] == [
        ("Gus Example", "no_shared_time")
    ]
    assert await six.circles() == []

    assert [await six.publish(shown) for _ in range(2)] == [200, 200]
    assert await six.names() == [{"Ada", "Cleo", "Dan"}, {"Ben", "Eve", "Finn"}]
    await run_jobs()
    mails = select(MailboxMessage.to, MailboxMessage.subject).order_by(MailboxMessage.to)
    told = [(to.partition("@")[0], subject) for to, subject in await db.execute(mails)]
    first, second = await six.circles()
    assert told[0] == ("ada", f"Your study circle: {first['name']} of Spring 2026")
    assert len(told) == 6
    acts = select(func.count()).where(Act.verb == "circles.publish")
    assert await db.scalar(acts) == 1

    page = (await six.olga.get("/cohorts/spring/circles")).text
    assert all(page.count(f"{name} Example") == 1 for name in six.people if name != "Gus")

    ada = six.people["Ada"]
    page = (await ada.get(f"/circles/{first['id']}")).text
    assert "Cleo Example" in page
    assert "17:00" in page  # in London; on the cohort's clock it is 18:00
    assert (first["meets_on"], first["meets_at"]) == (1, "18:00")
    assert (await ada.get(f"/circles/{second['id']}")).status_code == 404
    assert f"/circles/{first['id']}" in (await ada.get("/")).text
    feed = (await ada.post("/api/v1/me/calendar_feed")).json()["url"]
    calendar = (await anyone.get(feed[feed.index("/calendars") :])).text
    assert f"SUMMARY:{first['name']} of Spring 2026" in calendar
    assert "DTSTART:20260303T170000Z" in calendar
    assert "DTSTART:20260331T160000Z" in calendar  # the same hour, once the clocks are changed


async def test_a_circle_chooses_its_time_shows_what_each_allows_and_may_be_left(
    six: Six, db: AsyncSession, run_jobs: RunJobs
) -> None:
    await six.publish(await six.preview())
    first, _ = await six.circles()
    at, ada, cleo = f"/api/v1/circles/{first['id']}", six.people["Ada"], six.people["Cleo"]
    seen = {"If-Match": (await ada.get(at)).headers["ETag"]}
    cohort = (await ada.get("/cohorts/spring")).text
    assert f'href="/circles/{first["id"]}">Your study circle' in cohort
    early = {"meets_on": 1, "meets_at": "17:00"}
    refused = await ada.patch(at, json=early, headers=seen)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "meets_at")
    later = {"meets_on": 1, "meets_at": "19:00", "link": "https://meet.example.org/one"}
    assert (await ada.patch(at, json=later, headers=seen)).json()["meets_at"] == "19:00"
    assert (await cleo.patch(at, json={"notes": "x"}, headers=seen)).status_code == 412
    form = {"start": str(96 + 72), "link": "", "notes": "Week **one**", "version": "3"}
    assert (await cleo.post(f"/circles/{first['id']}/change", data=form)).status_code == 303
    assert "<strong>one</strong>" in (await ada.get(f"/circles/{first['id']}")).text

    assert [one["passed"] for one in (await ada.get(at)).json()["members"]] == [None] * 3
    assert (await ada.put(f"{at}/progress", json={"shows_progress": True})).status_code == 200
    stranger = await six.people["Ben"].put(f"{at}/progress", json={"shows_progress": True})
    assert stranger.status_code == 404

    await run_jobs()
    assert (await cleo.post(f"/circles/{first['id']}/leave")).status_code == 303
    assert (await cleo.get(at)).status_code == 404
    assert (await ada.delete(f"/api/v1/enrolments/{six.seats['Dan']}/circle")).status_code == 404
    withdrawn = await six.people["Dan"].post(f"/api/v1/enrolments/{six.seats['Dan']}/withdrawal")
    assert withdrawn.status_code == 200, withdrawn.text
    await run_jobs()
    assert await six.names() == [{"Ada"}, {"Ben", "Eve", "Finn"}]
    mine = select(MailboxMessage.subject).where(MailboxMessage.to == "cleo@example.org")
    events = (await six.olga.get(f"/api/v1/cohorts/{six.cohort.id}/events")).json()["items"]
    assert [one["type"] for one in events].count("circle.member_left") == 2
    assert "You are in no study circle of Spring 2026 now" in (await db.scalars(mine)).all()


async def test_who_comes_late_finds_a_place_and_an_old_preview_is_refused(
    six: Six, enter: Cast, db: AsyncSession
) -> None:
    await six.publish(await six.preview())
    first, second = await six.circles()
    old = await six.preview()
    assert (old["moves"], [one["joins"] for one in old["circles"]]) == (0, [[], []])
    hana = await enter("Hana")
    seat = await enrolled(db, six.cohort, hana.person, now=MONDAY, domains=["vision"])
    await db.commit()
    assert await six.publish(old) == 409
    page = await six.olga.post(f"/circles/previews/{old['id']}/publication")
    assert page.status_code == 303
    newer = page.headers["location"]
    assert newer != f"/circles/previews/{old['id']}"
    assert "This is a new preview" in (await six.olga.get(newer)).text
    await six.run_jobs()
    assert "Hana Example" in (await six.olga.get(newer)).text

    at = f"/api/v1/enrolments/{seat.id}"
    options = (await six.olga.get(f"{at}/circle_options")).json()["options"]
    assert [one["circle_id"] for one in options] == [second["id"], first["id"]]
    here = f"/cohorts/spring/circles/people/{seat.id}"
    assert f"Put into {second['name']}" in (await six.olga.get(here)).text
    for _ in range(2):
        placed = await six.olga.post(here, data={"circle_id": second["id"]})
        assert placed.status_code == 303
    assert await six.names() == [{"Ada", "Cleo", "Dan"}, {"Ben", "Eve", "Finn", "Hana"}]
    to_ada = await six.olga.put(f"{at}/circle", json={"circle_id": first["id"]})
    assert names_of(to_ada.json()) == {"Ada", "Cleo", "Dan", "Hana"}
    rows = select(func.count()).where(
        CircleMember.enrolment_id == seat.id, CircleMember.left_at.is_(None)
    )
    assert await db.scalar(rows) == 1
    full = await six.olga.put(
        f"/api/v1/enrolments/{six.seats['Ben']}/circle", json={"circle_id": first["id"]}
    )
    assert (full.status_code, full.json()["code"]) == (409, "circle_cannot_take")
    events = (await six.olga.get(f"/api/v1/cohorts/{six.cohort.id}/events")).json()["items"]
    ours = [(one["type"], one["ids"]) for one in events if one["type"].startswith("circle.")]
    assert [kind for kind, _ in ours] == [*["circle.formed"] * 2, *["circle.member_joined"] * 2]
    assert ours[-1][1] == {"circle_id": first["id"], "enrolment_id": str(seat.id)}
    assert (await hana.get(f"{at}/circle_options")).status_code == 403


async def test_who_is_kept_apart_is_in_no_circle_together_and_nothing_says_why(six: Six) -> None:
    ada, body = six.people["Ada"], {"kind": "block", "email": "cleo@example.org"}
    blocked = await ada.post(f"/api/v1/cohorts/{six.cohort.id}/kept_apart", json=body)
    assert blocked.status_code == 201, blocked.text
    shown = await six.preview()
    assert not any({"Ada", "Cleo"} <= names_of(one) for one in shown["circles"])
    assert len(shown["circles"]) == 2
    await six.publish(shown)
    [hers] = [one for one in await six.circles() if "Ada" in names_of(one)]
    answer = await six.olga.put(
        f"/api/v1/enrolments/{six.seats['Cleo']}/circle", json={"circle_id": hers["id"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "circle_cannot_take")
    pages = [
        (await six.olga.get(f"/cohorts/spring/circles/people/{six.seats['Cleo']}")).text,
        (await six.olga.get("/cohorts/spring/circles")).text,
        (await six.olga.get(f"/circles/previews/{shown['id']}")).text,
        (await six.people["Cleo"].get(f"/api/v1/cohorts/{six.cohort.id}/circles")).text,
    ]
    assert not any("block" in page.lower() or "apart" in page.lower() for page in pages)


async def test_a_preview_is_asked_for_and_stopped_twice_with_one_outcome(
    six: Six, db: AsyncSession, platform: Platform
) -> None:
    at = f"/api/v1/cohorts/{six.cohort.id}/circle_previews"
    asked = [(await six.olga.post(at, json=RULES)).json()["id"] for _ in range(2)]
    assert asked[0] == asked[1]
    here = f"/api/v1/circle_previews/{asked[0]}"
    early = await six.olga.post(f"{here}/publication")
    assert (early.status_code, early.json()["code"]) == (409, "preview_not_ready")
    page = f"/circles/previews/{asked[0]}"
    assert "being worked out" in (await six.olga.get(page)).text
    jobs = select(Job).where(Job.name == "circles.form")
    job = (await db.scalars(jobs)).one()
    assert job.queue is Queue.COMPUTING

    stopped = [(await six.olga.post(f"{here}/cancellation")).json()["state"] for _ in range(2)]
    assert stopped == ["cancelled"] * 2
    await six.run_jobs()
    nothing = (await six.olga.get(here)).json()
    assert (nothing["state"], nothing["circles"], nothing["fit"]) == ("cancelled", [], None)
    assert "This preview was stopped" in (await six.olga.get(page)).text

    formed = await six.preview()
    gone = await six.olga.get(here)
    assert gone.status_code == 404, "A new preview replaces the one before."
    late = await six.olga.post(f"/api/v1/circle_previews/{formed['id']}/cancellation")
    assert late.json()["state"] == "formed"
    async with unit_of_work(platform.sessions) as again:
        await enqueue(again, "circles.form", now=MONDAY, preview_id=UUID(formed["id"]))
    await six.run_jobs()
    events = (await six.olga.get(f"/api/v1/cohorts/{six.cohort.id}/events")).json()["items"]
    ours = [one["type"] for one in events if one["type"].startswith("circle_preview")]
    assert ours == ["circle_preview.cancelled", "circle_preview.formed"]


async def test_a_preview_that_cannot_be_worked_out_says_so(
    six: Six, platform: Platform, db: AsyncSession
) -> None:
    at = f"/api/v1/cohorts/{six.cohort.id}/circle_previews"
    its_id = (await six.olga.post(at, json=RULES)).json()["id"]
    broken = update(CirclePreview).where(CirclePreview.id == UUID(its_id))
    await db.execute(broken.values(asked={"least": "many"}))
    await db.commit()
    for _ in range(ATTEMPTS):
        await platform.run_jobs()
        platform.clock.now += timedelta(hours=1)
    await db.execute(broken.values(asked=RULES))
    await db.commit()
    read = await six.olga.get(f"/api/v1/circle_previews/{its_id}")
    assert read.json()["state"] == "failed"
    assert "could not be worked out" in (await six.olga.get(f"/circles/previews/{its_id}")).text
    assert len((await six.preview())["circles"]) == 2


async def test_figures_and_announcements_are_of_one_circle(
    six: Six, db: AsyncSession, run_jobs: RunJobs
) -> None:
    await six.publish(await six.preview())
    await run_jobs()
    first, second = await six.circles()
    figures, of_first = f"/api/v1/cohorts/{six.cohort.id}/figures", {"circle": first["id"]}
    shown = (await six.olga.get(f"{figures}/progress", params=of_first)).json()
    assert {one["name"].split()[0] for one in shown["people"]} == {"Ada", "Cleo", "Dan"}
    weeks = (await six.olga.get(f"{figures}/weeks", params=of_first)).json()["weeks"]
    assert {one["people"] for one in weeks} == {3}
    for name in ("milestones", "reviews", "sessions"):
        for circle, status in ((first["id"], 200), (str(six.cohort.id), 422)):
            read = await six.olga.get(f"{figures}/{name}", params={"circle": circle})
            assert read.status_code == status, read.text
    here = "/cohorts/spring/figures"
    page = (await six.olga.get(f"{here}/progress?circle={second['id']}")).text
    assert "3 people found" in page
    assert f"{here}/progress/csv?circle={second['id']}" in page
    assert f"{here}/reviews?circle={second['id']}" in page
    assert f'<option value="{second["id"]}">' in (await six.olga.get(here)).text
    file = await six.olga.get(f"{here}/progress/csv?circle={second['id']}")
    assert [one in file.text for one in ("Eve Example", "Ada Example")] == [True, False]
    assert (await six.olga.get(f"{here}?circle={six.cohort.id}")).status_code == 422

    new = "/cohorts/spring/announcements/new"
    assert f'value="circle:{first["id"]}"' in (await six.olga.get(new)).text
    said = {"audience": f"circle:{first['id']}", "subject": "A room", "text": "It is room 4."}
    look = (await six.olga.post(new, data=said | {"step": "summary"})).text
    assert f"The people of {first['name']}: 3 people" in look
    sent = await six.olga.post(new, data=said)
    assert first["name"] in (await six.olga.get(sent.headers["location"])).text
    await run_jobs()
    room = select(MailboxMessage.to).where(MailboxMessage.subject.contains("A room"))
    assert sorted(await db.scalars(room)) == [
        f"{name}@example.org" for name in ("ada", "cleo", "dan")
    ]
    api = f"/api/v1/cohorts/{six.cohort.id}/announcements"
    words = {"subject": "A room", "text": "It is room 4.", "dry_run": True}
    for wrong in ({"audience": "circle"}, {"audience": "done", "circle_id": first["id"]}):
        refused = await six.olga.post(api, json=words | wrong)
        assert refused.json()["errors"][0]["field"] == "circle_id", refused.text


async def test_who_pauses_in_a_circle_and_a_small_circle_are_told_with_what_to_do(
    six: Six, run_jobs: RunJobs
) -> None:
    here = "/cohorts/spring/circles"
    await six.publish(await six.preview())
    assert "What to look at" not in (await six.olga.get(here)).text
    ada = f"/api/v1/enrolments/{six.seats['Ada']}"
    paused = await six.people["Ada"].post(f"{ada}/pause", json={"until": "2026-04-06"})
    assert paused.status_code < 300, paused.text
    left = await six.people["Ben"].post(f"/api/v1/enrolments/{six.seats['Ben']}/withdrawal")
    assert left.status_code == 200, left.text
    await run_jobs()
    page = (await six.olga.get(here)).text
    assert "2 people are left, and 3 are the fewest" in page
    assert "Another circle for Eve Example" in page
    assert "Ada Example pauses now. Without this place the circle has 2, which is below 3" in page
    taken = await six.olga.post(f"{here}/people/{six.seats['Ada']}/removal")
    assert taken.status_code == 303
    assert "Ada Example pauses now. Without" not in (await six.olga.get(here)).text


async def test_many_circles_cost_no_more_statements(six: Six, count_statements: Any) -> None:
    counts = []
    for rules in ({"most": 6, "size": 6}, {"keep": 0}):
        await six.publish(await six.preview(**rules))
        for page in ("/cohorts/spring/circles", f"/api/v1/cohorts/{six.cohort.id}/circles"):
            async with count_statements() as statements:
                assert (await six.olga.get(page)).status_code == 200
            counts.append(len(statements))
    assert len(await six.circles()) == 2
    assert counts[:2] == counts[2:]
