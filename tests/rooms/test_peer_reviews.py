"""Reviews by others of the cohort: who is asked, what they say, and what becomes of it.

Ada, Ben, Cem, Dan and Eda study. Dan and Ada share a university, Eda asked to be kept apart from
Ada, so only Ben and Cem may be asked about Ada's work. Olga organises.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment
from cohort.guides.models import Milestone
from cohort.mail import MailboxMessage
from cohort.peer_reviews import jobs
from cohort.peer_reviews.models import ReviewTask
from cohort.study import service as study
from cohort.study.models import PlanItem
from cohort.wishes.models import ApartKind, KeptApart
from tests.conftest import Platform, Someone
from tests.world import a_cohort, a_guide, enrolled

RUBRIC = [
    {"title": "Argued", "levels": [{"title": one, "says": ""} for one in ("No", "Partly", "Yes")]}
]
PLACES = {"Ada": "Lyra", "Ben": "Orion", "Cem": "Vega", "Dan": "Lyra", "Eda": "Altair"}


@dataclass
class Peers:
    platform: Platform
    olga: Someone
    cohort: Cohort
    people: dict[str, Someone] = field(default_factory=dict)
    items: dict[str, UUID] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return self.people[name.title()]

    async def switch_on(self, **chosen: Any) -> Any:
        at = f"/api/v1/cohorts/{self.cohort.id}/peer_review_rules"
        return await self.olga.put(at, json={"reviews_each": 2, "days": 3} | chosen)

    async def hand_in(self, who: str) -> str:
        at = f"/api/v1/plan_items/{self.items[who]}/submissions"
        handed_in = await self.people[who].post(at, json={"text": f"It runs, says {who}."})
        return str(handed_in.json()["id"])

    async def turn(self) -> None:
        """What the worker does in a minute."""
        await jobs.turn(self.platform.runner.cron)
        await self.platform.run_jobs()

    async def tasks(self, who: str) -> list[dict[str, Any]]:
        return list((await self.people[who].get("/api/v1/review_tasks")).json()["items"])

    async def review(self, who: str, task: dict[str, Any], verdict: str, level: str) -> Any:
        said = {"verdict": verdict, "comment": f"{who} says so.", "levels": []}
        said |= {"levels": [{"criterion": "Argued", "level": level}]}
        return await self.people[who].post(f"/api/v1/review_tasks/{task['id']}/review", json=said)


@pytest.fixture
async def peers(db: AsyncSession, enter: Any, platform: Platform) -> Peers:
    now, olga = platform.clock(), await enter("Olga")
    cohort = await a_cohort(db, await a_guide(db, now=now), olga.person, now=now)
    peers = Peers(platform, olga, cohort)
    first = (await db.scalars(select(Milestone).where(Milestone.slug == "end-to-end"))).one()
    first.rubric = RUBRIC
    for name, place in PLACES.items():
        peers.people[name] = await enter(name)
        person = peers.people[name].person
        seat = await enrolled(db, cohort, person, now=now, organisations=[f"{place} University"])
        await study.lay_out(db, seat.id, now=now)
        of_plan = select(PlanItem.id).where(PlanItem.enrolment_id == seat.id)
        of_plan = of_plan.where(PlanItem.milestone_id == first.id)
        peers.items[name] = (await db.scalars(of_plan)).one()
    away = {"by_id": peers.eda.person.id, "email": "ada@example.org", "label": "ada@example.org"}
    db.add(KeptApart(cohort_id=cohort.id, kind=ApartKind.BLOCK, created_at=now, **away))
    await db.commit()
    return peers


async def mails_to(db: AsyncSession, who: str) -> list[str]:
    to = MailboxMessage.to == f"{who.lower()}@example.org"
    found = select(MailboxMessage).where(to).order_by(MailboxMessage.sent_at)
    return [f"{one.subject}\n{one.text}\n{one.html}" for one in await db.scalars(found)]


async def test_work_is_given_to_those_without_a_conflict_evenly_and_with_a_proof(
    peers: Peers, db: AsyncSession
) -> None:
    assert (await peers.switch_on()).status_code == 200
    for who in PLACES:
        await peers.hand_in(who)
    await peers.turn()
    await peers.turn()

    asked = {who: await peers.tasks(who) for who in PLACES}
    rows = (await db.scalars(select(ReviewTask))).all()
    authors = {row.submission_id: None for row in rows}
    assert [len(one) for one in asked.values()] == [2] * 5
    assert len(authors) == 5
    about = select(Enrolment.person_id, ReviewTask.reviewer_id).select_from(ReviewTask)
    about = about.join(ReviewTask.submission).join(PlanItem).join(PlanItem.enrolment)
    ada, dan, eda = (peers.people[one].person.id for one in ("Ada", "Dan", "Eda"))
    never = {(ada, dan), (dan, ada), (ada, eda), (eda, ada)}
    pairs = {(one, other) for one, other in await db.execute(about)}
    assert not pairs & (never | {(one, one) for one, _ in pairs})

    page = (await peers.olga.get(f"/cohorts/{peers.cohort.slug}/peer_reviews")).text
    assert "Proved: no choice of reviewers" in page
    assert "10 of 10 that were wanted" in page
    assert "in total" not in page
    told = (await peers.olga.get(f"/api/v1/cohorts/{peers.cohort.id}/peer_review_rules")).json()
    assert (told["latest"]["most"], told["latest"]["least"]) == (2, 2)
    assert told["latest"]["total"] == pytest.approx(told["latest"]["bound"])


async def test_neither_side_of_an_anonymous_review_learns_who_the_other_is(
    peers: Peers, db: AsyncSession
) -> None:
    await peers.switch_on()
    handed_in = await peers.hand_in("Ada")
    await peers.turn()
    home = await peers.ben.get("/")
    assert "1 review waits for you" in home.text
    [task] = await peers.tasks("Ben")
    assert task["due_at"] == "2026-03-05T22:59:00Z"
    shown = await peers.ben.get(f"/peer_reviews/{task['id']}")
    assert "Thu 5 Mar 2026, 23:59" in shown.text
    for other in (shown.text, (await peers.ben.get(f"/api/v1/review_tasks/{task['id']}")).text):
        assert "Ada Example" not in other
        assert "It runs" in other
    assert (await peers.dan.get(f"/peer_reviews/{task['id']}")).status_code == 404
    filled = {
        "verdict": "passed",
        "comment": "Clear.",
        "rubric_version": re.search(r'"rubric_version" value="(\w+)"', shown.text)[1],  # type: ignore[index]
        "criterion.1": "Argued",
        "level.1": "Yes",
    }
    assert (await peers.ben.post(f"/peer_reviews/{task['id']}", data=filled)).status_code == 303
    twice = await peers.ben.post(f"/peer_reviews/{task['id']}", data=filled)
    assert twice.status_code == 409
    assert "Argued: Yes" in twice.text
    await peers.platform.run_jobs()

    at = f"/submissions/{handed_in}/peer_reviews"
    item = await peers.ada.get(f"/api/v1/plan_items/{peers.items['Ada']}")
    assert (item.json()["state"], item.json()["newest"]["peer_reviews"]) == ("submitted", 1)
    read = (await peers.ada.get(f"/api/v1{at}")).json()["items"]
    assert [(one["reviewer_name"], one["levels"][0]["rank"]) for one in read] == [(None, 3)]
    mails = await mails_to(db, "Ada") + await mails_to(db, "Ben")
    assert any("Please review: End To End" in one for one in mails)
    for seen in (*(await mails_to(db, "Ada")), (await peers.ada.get(at)).text):
        assert "Ben" not in seen
        assert "Clear." in seen
    for seen in await mails_to(db, "Ben"):
        assert "Ada" not in seen
    assert "Ben Example" in (await peers.olga.get(at)).text
    for _ in range(2):
        thanked = await peers.ada.post(f"/peer_reviews/{read[0]['id']}/thanks")
        assert thanked.status_code == 303
    assert "The author says thanks" in (await peers.ben.get(f"/peer_reviews/{task['id']}")).text


async def test_a_reviewer_gets_the_files_of_the_work_and_no_name_that_tells_whose_it_is(
    peers: Peers,
) -> None:
    await peers.switch_on()
    item = f"/api/v1/plan_items/{peers.items['Ada']}"
    notes = await peers.ada.http.put(f"{item}/files/ada-example.md", content=b"# It runs")
    file_id = notes.json()["id"]
    await peers.ada.post(f"{item}/submissions", json={"files": [file_id]})
    later = (await peers.ada.http.put(f"{item}/files/later.md", content=b"Later")).json()["id"]
    await peers.turn()
    [task] = await peers.tasks("Ben")

    page, link = f"/peer_reviews/{task['id']}", f"/api/v1/review_tasks/{task['id']}/files/{file_id}"
    told = await peers.ben.get(f"/api/v1/review_tasks/{task['id']}")
    neutral = {"id": file_id, "name": "file-1.md", "kind": "text", "size": 9, "link": link}
    assert told.json()["files"] == [neutral]
    shown = (await peers.ben.get(page)).text
    assert f'href="{page}/files/{file_id}" download>file-1.md</a>' in shown
    assert "ada-example" not in shown + told.text
    for at in (link, f"{page}/files/{file_id}"):
        sent = await peers.ben.get(at)
        assert sent.content == b"# It runs"
        assert sent.headers["content-disposition"].startswith('attachment; filename="file-1.md"')
        assert [(await who.get(at)).status_code for who in (peers.cem, peers.dan)] == [404, 404]
    # What was not handed in with this version is no part of it, and other ways in stay closed.
    for at in (link.replace(file_id, later), f"/api/v1/files/{file_id}"):
        assert (await peers.ben.get(at)).status_code == 404

    await peers.review("Ben", task, "passed", "Yes")
    assert (await peers.ben.get(link)).content == b"# It runs"
    assert "under neutral names" in (await peers.dan.get(await _item_page(peers, "Dan"))).text


async def _item_page(peers: Peers, who: str) -> str:
    """Where she hands in."""
    item = (await peers.people[who].get(f"/api/v1/plan_items/{peers.items[who]}")).json()
    return f"/plan/{item['enrolment_id']}/{item['id']}"


async def test_who_lets_the_time_pass_is_reminded_and_another_is_asked(
    peers: Peers, db: AsyncSession
) -> None:
    await peers.switch_on(reviews_each=1, anonymous=False)
    await peers.hand_in("Ada")
    await peers.turn()
    [first] = (await db.scalars(select(ReviewTask.reviewer_id))).all()
    slow = "Ben" if first == peers.ben.person.id else "Cem"
    quick = {"Ben": "Cem", "Cem": "Ben"}[slow]
    for days in (2.6, 1):
        peers.platform.clock.turn(days=days)
        await peers.turn()
        await peers.turn()

    assert [len(await peers.tasks(who)) for who in (slow, quick)] == [0, 1]
    subjects = [one.partition("\n")[0] for one in await mails_to(db, slow)]
    assert subjects == [
        "Please review: End To End",
        "Until tomorrow: your review of “End To End”",
        "No review needed any more: End To End",
    ]
    assert "Ada Example in Spring" in (await mails_to(db, quick))[0]


async def test_reviewers_who_differ_bring_an_organiser_and_her_verdict_decides(
    peers: Peers, db: AsyncSession, count_statements: Any
) -> None:
    await peers.switch_on(peers_pass=True)
    handed_in = await peers.hand_in("Ada")
    await peers.turn()
    for who, level in (("Ben", "No"), ("Cem", "Yes")):
        [task] = await peers.tasks(who)
        assert (await peers.review(who, task, "passed", level)).status_code == 201
    await peers.platform.run_jobs()

    peers.people["Olga"] = peers.olga
    [second] = await peers.tasks("Olga")
    assert second["ask"] == "second_opinion"
    assert (
        "These reviews differ"
        in (await peers.ada.get(f"/submissions/{handed_in}/peer_reviews")).text
    )
    done = await peers.review("Olga", second, "passed", "Yes")
    assert done.json()["state"] == "done"
    item = (await peers.ada.get(f"/api/v1/plan_items/{peers.items['Ada']}")).json()
    assert item["state"] == "passed"
    assert item["newest"]["review"]["reviewer_name"] == "Olga Example"

    at = f"/api/v1/cohorts/{peers.cohort.id}/reviewers"
    figures = {one["name"]: one for one in (await peers.olga.get(at)).json()["items"]}
    ben = figures["Ben Example"]
    assert (ben["done"], ben["agreed"], ben["criteria"], ben["severity"]) == (1, 1, 1, None)
    assert (
        "too few to say (1)"
        in (await peers.olga.get(f"/cohorts/{peers.cohort.slug}/peer_reviews")).text
    )
    counts = []
    for who in ("Eda", "Dan"):
        async with count_statements() as statements:
            assert (await peers.olga.get(at)).status_code == 200
            await peers.ben.get("/peer_reviews")
        counts.append(len(statements))
        await peers.hand_in(who)
        await peers.turn()
    assert len(set(counts)) == 1


async def test_peers_who_agree_pass_it_and_a_verdict_ends_what_waits(peers: Peers) -> None:
    await peers.switch_on(peers_pass=True)
    await peers.hand_in("Ada")
    await peers.turn()
    for who, state in (("Ben", "submitted"), ("Cem", "passed")):
        [task] = await peers.tasks(who)
        await peers.review(who, task, "passed", "Yes")
        item = (await peers.ada.get(f"/api/v1/plan_items/{peers.items['Ada']}")).json()
        assert item["state"] == state

    at = f"/api/v1/cohorts/{peers.cohort.id}/peer_review_rules"
    kept = {"if-match": '"1"'}
    off = {"is_on": False}
    assert (await peers.olga.put(at, json=off)).status_code == 428
    assert (await peers.olga.put(at, json=off, headers=kept)).status_code == 200
    assert (await peers.olga.put(at, json=off, headers=kept)).status_code == 412
    await peers.hand_in("Ben")
    await peers.turn()
    assert [await peers.tasks(who) for who in PLACES] == [[]] * 5

    form = {"milestone": "end-to-end", "is_on": ["false", "true"], "reviews_each": "1"}
    form |= {"days": "2", "most_at_once": "1", "version": "0"}
    page = f"/cohorts/{peers.cohort.slug}/peer_reviews"
    assert (await peers.olga.post(page, data=form)).status_code == 303
    assert (await peers.olga.post(page, data=form | {"days": "0"})).status_code == 422
    await peers.platform.run_jobs()
    waiting = [who for who in PLACES if await peers.tasks(who)]
    assert len(waiting) == 1
    newest = (await peers.ben.get(f"/api/v1/plan_items/{peers.items['Ben']}")).json()["newest"]
    verdict = {"verdict": "again", "comment": "Why?"}
    await peers.olga.post(f"/api/v1/submissions/{newest['id']}/review", json=verdict)
    late = await peers.review(waiting[0], (await peers.tasks(waiting[0]))[0], "passed", "Yes")
    assert late.json()["code"] == "review_task_over"
    await peers.turn()
    assert await peers.tasks(waiting[0]) == []
