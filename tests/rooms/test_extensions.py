"""Ada asks for another date; Olga grants one, or says why not; it stays to be read."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.curricula import moving
from cohort.guides.models import Guide, Milestone
from cohort.mail import MailboxMessage
from cohort.people.models import Act
from cohort.study import service as study
from cohort.study.models import PlanItem
from tests.rooms.study_cast import Cast, make_due, the_cast
from tests.world import a_cohort, a_guide, enrolled

LATER = {"until": "2026-06-20", "reason": "Our paper is due."}
ASKED = {"until": "2026-05-03", "reason": "Our paper is due."}


@pytest.fixture
async def cast(db: AsyncSession, enter: Any, clock: Any) -> Cast:
    return await the_cast(db, enter, now=clock())


async def test_a_new_date_is_asked_for_granted_once_and_kept_in_the_history(
    cast: Cast, db: AsyncSession, run_jobs: Callable[[], Awaitable[None]]
) -> None:
    address = f"/api/v1/plan_items/{cast.first}/extensions"
    first = await cast.ada.post(address, json=ASKED)
    assert (await cast.ada.post(address, json=ASKED)).json() == first.json()
    other = await cast.ada.post(address, json=ASKED | {"reason": "Another."})
    assert (other.status_code, other.json()["code"]) == (409, "extension_asked")
    early = await cast.ada.post(address, json=ASKED | {"until": "2026-04-26"})
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "until")
    await run_jobs()
    one = first.json()["id"]
    for someone, status in ((cast.max, 404), (cast.sam, 404), (cast.ada, 403)):
        answer = await someone.post(f"/api/v1/extensions/{one}/grant", json={})
        assert answer.status_code == status
    assert (await cast.max.get(address)).json() == []

    waiting = f"/api/v1/cohorts/{cast.cohort.id}/extensions?state=asked"
    [listed] = (await cast.olga.get(waiting)).json()["items"]
    assert (listed["researcher"], listed["milestone"]) == ("Ada Example", "End To End")
    wish = {"until": "2026-05-10", "answer": "Take a week more."}
    for _ in range(2):
        granted = await cast.olga.post(f"/api/v1/extensions/{one}/grant", json=wish)
        assert granted.json()["due_after"] == "2026-05-10T21:59:00Z"
    no = await cast.olga.post(f"/api/v1/extensions/{one}/refusal", json={"answer": "No."})
    assert (no.status_code, no.json()["code"]) == (409, "extension_decided")
    assert (await cast.olga.get(waiting)).json()["items"] == []
    item = (await cast.ada.get(f"/api/v1/plan_items/{cast.first}")).json()
    assert item["due_at"] == "2026-05-10T21:59:00Z"
    assert (await cast.ada.http.delete(f"/api/v1/extensions/{one}")).status_code == 409

    await run_jobs()
    mails = {mail.to: mail for mail in await db.scalars(select(MailboxMessage))}
    assert mails["olga@example.org"].subject == "Ada Example asks for another date: End To End"
    assert mails["ada@example.org"].subject == "A new date for: End To End"
    assert "Sun 10 May 2026, 23:59 (Berlin, UTC+2)" in mails["ada@example.org"].text
    assert [act.verb for act in await db.scalars(select(Act))] == ["extension.decide"]


async def test_what_she_asks_for_is_listed_in_her_cohort_alone_and_hers_to_take_back(
    cast: Cast, enter: Any, db: AsyncSession, clock: Any
) -> None:
    guide = await db.get_one(Guide, cast.cohort.guide_id)
    summer = await a_cohort(db, guide, cast.olga.person, now=clock(), slug="summer", name="Summer")
    for cohort, name in ((cast.cohort, "Ben"), (summer, "Cleo")):
        someone = await enter(name)
        enrolment = await enrolled(db, cohort, someone.person, now=clock())
        await study.lay_out(db, enrolment.id, now=clock())
        item = select(PlanItem.id).where(PlanItem.enrolment_id == enrolment.id).limit(1)
        item_id = await db.scalar(item)
        await db.commit()
        asked = await someone.post(f"/api/v1/plan_items/{item_id}/extensions", json=LATER)
        assert asked.status_code == 201, asked.text
    hers = await cast.ada.post(f"/api/v1/plan_items/{cast.first}/extensions", json=ASKED)
    one = f"/api/v1/extensions/{hers.json()['id']}"
    assert (await someone.http.delete(one)).status_code == 404
    for cohort, names in (
        (cast.cohort, {"Ada Example", "Ben Example"}),
        (summer, {"Cleo Example"}),
    ):
        listed = await cast.olga.get(f"/api/v1/cohorts/{cohort.id}/extensions")
        assert {one["researcher"] for one in listed.json()["items"]} == names
    assert (await cast.ada.http.delete(one)).status_code == 204


async def test_on_pages_she_asks_and_the_organiser_answers(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    await make_due(db, cast.first, now=clock())
    item = f"/plan/{cast.enrolment.id}/{cast.first}"
    assert f"{item}/extension" in (await cast.ada.get(item)).text
    wrong = await cast.ada.http.post(f"{item}/extension", data={"until": "2026-03-01"})
    assert wrong.status_code == 422
    assert (await cast.ada.http.post(f"{item}/extension", data=ASKED)).status_code == 303
    requests = f"/cohorts/{cast.cohort.slug}/extensions"
    assert requests in (await cast.olga.get(f"/cohorts/{cast.cohort.slug}")).text
    shown = (await cast.olga.get(requests)).text
    one = shown.partition('href="/extensions/')[2].partition('"')[0]
    assert "Our paper is due." in (await cast.olga.get(f"/extensions/{one}")).text
    empty = await cast.olga.http.post(f"/extensions/{one}/decline", data={"until": "2026-05-03"})
    assert (empty.status_code, "This is needed." in empty.text) == (422, True)
    said = {"until": "2026-05-03", "answer": "Hand in what you have."}
    for _ in range(2):
        answer = await cast.olga.http.post(f"/extensions/{one}/decline", data=said)
        assert answer.headers["location"] == requests
    history = (await cast.ada.get(f"{item}/extension")).text
    assert "Declined" in history
    assert "Hand in what you have." in history

    assert (await cast.ada.http.post(f"{item}/extension", data=ASKED)).status_code == 303
    again = (await cast.olga.get(requests)).text.partition('href="/extensions/')[2]
    for _ in range(2):
        address = f"/extensions/{again.partition(chr(34))[0]}/withdraw"
        assert (await cast.ada.http.post(address)).status_code == 303
    assert "Nobody waits" in (await cast.olga.get(requests)).text
    # Late is marked, never lost.
    assert (await cast.ada.http.post(item, data={"text": "Late, but here."})).status_code == 303
    assert "Handed in after its date" in (await cast.olga.get(item)).text


async def test_a_milestone_that_is_taken_out_under_what_was_begun_keeps_it(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    await cast.hand_in()
    draft = f"/api/v1/plan_items/{cast.items['drift-monitor']}/draft"
    first = {"if-match": '"0"'}
    assert (await cast.ada.http.put(draft, json={"text": "So far"}, headers=first)).is_success
    new = await a_guide(db, now=clock(), slug="without-these")
    of_new = update(Milestone).where(Milestone.guide_id == new.id)
    await db.execute(of_new.values(retired_at=clock()))
    of_cohort = update(Cohort).where(Cohort.id == cast.cohort.id)
    await db.execute(of_cohort.values(guide_id=new.id))
    await moving.move_plans(db, cast.cohort.id, now=clock())
    await db.commit()

    left = await db.scalars(select(PlanItem.id).where(PlanItem.enrolment_id == cast.enrolment.id))
    assert set(left) == {cast.first, cast.items["drift-monitor"]}
    assert (await cast.ada.get(draft)).json()["text"] == "So far"
    assert (await cast.ada.get(f"/plan/{cast.enrolment.id}/{cast.first}")).status_code == 200
    [waiting] = (await cast.max.get("/api/v1/reviews/waiting")).json()["items"]
    address = f"/api/v1/submissions/{waiting['submission_id']}/review"
    verdict = {"verdict": "passed", "comment": "Fine."}
    assert (await cast.max.post(address, json=verdict)).status_code == 201
