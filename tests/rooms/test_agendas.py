"""What Ada and Grace talk about: what the plan says, their goals and points, and their notes."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.agendas.jobs import tell_months
from cohort.agendas.models import AgendaEntry
from cohort.cohorts.models import Enrolment, MentorSees
from cohort.mail import MailboxMessage
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentors.models import Mentor
from cohort.people.models import Act
from cohort.study.models import ItemState, PlanItem
from tests.conftest import MONDAY, Cast, Platform, Someone, TurnableClock
from tests.rooms.dashboard_world import planned
from tests.rooms.mentorship_world import Spring, another, begun
from tests.rooms.quiz_world import answered_models


@pytest.fixture
async def here(spring: Spring) -> str:
    """The page of a mentorship that has just begun."""
    return f"/mentorships/{(await begun(spring))['id']}"


async def written(who: Someone, here: str, **entry: Any) -> dict[str, Any]:
    answer = await who.post(f"/api/v1{here}/entries", json=entry)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def read_by(who: Someone, here: str) -> list[str]:
    items = (await who.get(f"/api/v1{here}/entries")).json()["items"]
    return [one["text"] for one in items]


async def test_the_agenda_is_read_from_the_plan_since_they_met_last(
    spring: Spring, here: str, db: AsyncSession
) -> None:
    clock = TurnableClock(MONDAY)
    items = await planned(db, spring.enrolment, clock, passed=1)
    of_item = update(PlanItem)
    passed, again, late = (of_item.where(PlanItem.id == item.id) for item in items)
    await db.execute(passed.values(passed_at=MONDAY - timedelta(hours=1)))
    await db.execute(again.values(state=ItemState.AGAIN))
    await db.execute(late.values(due_at=MONDAY - timedelta(days=2)))
    await db.commit()

    async def agenda(who: Someone) -> dict[str, list[str]]:
        found = (await who.get(f"/api/v1{here}/agenda")).json()
        lists = ("passed", "again", "late", "due")
        return {name: [one["title"] for one in found[name]] for name in lists}

    titles = {"again": ["Drift Monitor"], "late": ["Mock Exam"], "due": []}
    found = await agenda(spring.ada)
    assert found == {"passed": [], **titles}

    met = MONDAY - timedelta(days=1)
    facts = {"minutes": 30, "topic": "", "place": "", "proposed_by": spring.ada.person.id}
    mentorship_id = here.rpartition("/")[2]
    db.add(
        Meeting(
            mentorship_id=mentorship_id,
            state=MeetingState.HELD,
            starts_at=met,
            created_at=met,
            changed_at=met,
            **facts,
        )
    )
    await db.execute(of_item.where(PlanItem.id == items[2].id).values(due_at=met + timedelta(8)))
    await db.commit()
    found = await agenda(spring.grace)
    assert [len(found[name]) for name in ("passed", "again", "late", "due")] == [1, 1, 0, 1]
    page = (await spring.grace.get(f"{here}/agenda")).text
    for title in ("Passed since you met last", "Needs another look", "Due in the next four weeks"):
        assert title in page


async def test_a_note_is_its_writers_alone_until_she_shares_it(spring: Spring, here: str) -> None:
    note = await written(spring.grace, here, kind="note", text="She doubts herself.")
    at = f"/api/v1/entries/{note['id']}"
    assert await read_by(spring.grace, here) == ["She doubts herself."]
    for other in (spring.ada, spring.olga):
        assert (await other.get(at)).status_code == 404
        assert (await other.patch(at, json={"text": "No."})).status_code == 404
        assert (await other.get(f"/entries/{note['id']}")).status_code == 404
    assert await read_by(spring.ada, here) == []
    assert "doubts" not in (await spring.ada.get(f"{here}/agenda")).text
    assert (await spring.olga.get(f"/api/v1{here}/entries")).status_code == 403

    seen = {"If-Match": (await spring.grace.get(at)).headers["etag"]}
    assert (await spring.grace.patch(at, json={"is_shared": True})).status_code == 428
    shared = await spring.grace.patch(at, json={"is_shared": True}, headers=seen)
    assert shared.json()["is_shared"] is True
    assert (await spring.grace.patch(at, json={"text": "-"}, headers=seen)).status_code == 412
    assert await read_by(spring.ada, here) == ["She doubts herself."]
    newest = {"If-Match": shared.headers["etag"]}
    assert (await spring.ada.patch(at, json={"text": "-"}, headers=newest)).status_code == 403
    assert (await spring.ada.delete(at)).status_code == 403
    for _ in range(2):
        assert (await spring.grace.delete(at)).status_code == 204
    assert await read_by(spring.grace, here) == []


async def test_goals_and_points_are_for_both(spring: Spring, here: str, db: AsyncSession) -> None:
    """Written twice they are one; ticked by the other one, which is recorded."""
    for _ in range(2):
        goal = await written(spring.ada, here, kind="goal", text="Deploy one model.")
    assert await read_by(spring.grace, here) == ["Deploy one model."]
    at = f"/api/v1/entries/{goal['id']}"
    seen = {"If-Match": '"1"'}
    done = await spring.grace.patch(at, json={"is_done": True}, headers=seen)
    assert done.json()["done_at"] is not None
    assert list(await db.scalars(select(Act.verb).where(Act.verb.like("agenda%")))) == [
        "agenda_entry.change"
    ]
    hidden = await spring.ada.patch(at, json={"is_shared": False}, headers={"If-Match": "*"})
    assert hidden.json()["errors"][0]["field"] == "is_shared"


async def test_what_the_other_may_read_ends_with_the_mentorship(spring: Spring, here: str) -> None:
    goal = await written(spring.ada, here, kind="goal", text="Deploy one model.")
    await written(spring.grace, here, kind="note", text="A book to read.", is_shared=True)
    await spring.olga.post(f"/api/v1{here}/end", json={"reason": "A new job."})

    assert await read_by(spring.ada, here) == ["Deploy one model."]
    assert await read_by(spring.grace, here) == ["A book to read."]
    assert (await spring.grace.get(f"/api/v1/entries/{goal['id']}")).status_code == 404
    page = (await spring.ada.get(f"{here}/agenda")).text
    assert ("A book to read." in page, "Write something down" in page) == (False, False)
    for answer in (
        await spring.ada.get(f"/api/v1{here}/agenda"),
        await spring.ada.post(f"/api/v1{here}/entries", json={"kind": "goal", "text": "Late."}),
        await spring.ada.patch(
            f"/api/v1/entries/{goal['id']}", json={"text": "Late."}, headers={"If-Match": "*"}
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "mentorship_ended")
    assert (await spring.ada.delete(f"/api/v1/entries/{goal['id']}")).status_code == 204


async def test_they_write_on_their_page(spring: Spring, here: str) -> None:
    agenda = f"{here}/agenda"
    assert f'href="{agenda}"' in (await spring.ada.get(here)).text
    empty = await spring.ada.post(f"{here}/entries", data={"kind": "point", "text": " "})
    assert (empty.status_code, "This is needed." in empty.text) == (422, True)
    for kind in ("point", "goal", "note"):
        sent = await spring.ada.post(f"{here}/entries", data={"kind": kind, "text": f"My {kind}."})
        assert sent.headers["location"] == f"{agenda}#{kind}s"
    items = (await spring.ada.get(f"/api/v1{here}/entries")).json()["items"]
    at = {one["kind"]: f"/entries/{one['id']}" for one in items}
    point, note = at["point"], at["note"]
    await spring.grace.post(f"{point}/done", data={"is_done": "true"})
    shown = (await spring.grace.get(agenda)).text
    assert ("Not yet" in shown, "My goal." in shown, "My note." in shown) == (True, True, False)

    assert "My note." in (await spring.ada.get(note)).text
    changed = {"text": "Our note.", "is_shared": "true", "version": "1"}
    assert (await spring.ada.post(note, data=changed)).status_code == 303
    assert "Our note." in (await spring.grace.get(agenda)).text
    late = await spring.ada.post(note, data={"text": "Mine.", "version": "1"})
    assert (late.status_code, "changed, by someone else" in late.text) == (422, True)
    assert "Mine." in late.text
    await spring.ada.post(note, data={"text": "Mine.", "version": "2"})
    assert "Mine." not in (await spring.grace.get(agenda)).text
    await spring.ada.post(f"{here}/entries", data={"kind": "shared", "text": "For you."})
    assert "For you." in (await spring.grace.get(agenda)).text
    assert (await spring.ada.post(f"{note}/remove")).headers["location"] == agenda
    assert (await spring.ada.get(note)).status_code == 404


async def test_a_mentor_sees_where_each_of_her_mentees_stands(
    *,
    spring: Spring,
    here: str,
    enter: Cast,
    db: AsyncSession,
    count_statements: Callable[[], Any],
) -> None:
    """Only her own; and for more of them there are no more statements."""
    await planned(db, spring.enrolment, TurnableClock(MONDAY - timedelta(days=8)))
    await db.commit()
    async with count_statements() as one:
        page = (await spring.grace.get("/mentoring/mentees")).text
    for shown in ("Ada Example", "Late", "Due ", "nothing is agreed", f"{here}/agenda"):
        assert shown in page
    assert "Exam readiness" not in page, "her guide leads to no exam"
    assert "No mentees yet" in (await spring.ada.get("/mentoring/mentees")).text
    assert 'href="/mentoring/mentees"' in (await spring.grace.get("/mentoring")).text

    await db.execute(update(Mentor).where(Mentor.id == spring.mentor.id).values(capacity=3))
    for name in ("Joan", "Mary"):
        researcher, proposal = await another(enter, db, spring, name)
        for each in (spring.grace, researcher):
            await each.post(f"{proposal}/acceptance")
    async with count_statements() as three:
        assert "Mary Example" in (await spring.grace.get("/mentoring/mentees")).text
    assert len(three) == len(one)


@pytest.mark.parametrize("choice", ["milestones", "counts", "nothing"])
async def test_the_researcher_chooses_what_her_mentor_sees(
    spring: Spring, here: str, db: AsyncSession, choice: str
) -> None:
    items = await planned(db, spring.enrolment, TurnableClock(MONDAY), passed=1)
    await db.execute(
        update(PlanItem).where(PlanItem.id == items[1].id).values(state=ItemState.AGAIN)
    )
    await db.commit()
    whose = f"/api/v1/enrolments/{spring.enrolment.id}"
    body = {"mentor_sees": choice}
    assert (await spring.grace.put(f"{whose}/mentor_view", json=body)).status_code == 404
    assert (await spring.olga.put(f"{whose}/mentor_view", json=body)).status_code == 403
    assert (await spring.ada.put(f"{whose}/mentor_view", json=body)).json() == body
    seen = 200 if choice == "milestones" else 404
    empty = items[2].id
    for path in (
        f"{whose}/plan",
        f"/api/v1/plan_items/{empty}",
        f"/api/v1/plan_items/{empty}/submissions",
        f"/plan/{spring.enrolment.id}",
        f"/plan/{spring.enrolment.id}/{empty}",
    ):
        assert (await spring.grace.get(path)).status_code == seen, path
        assert (await spring.ada.get(path)).status_code == 200, path
    agenda = (await spring.grace.get(f"/api/v1{here}/agenda")).json()
    assert (agenda["shown"], bool(agenda["again"])) == (choice, choice == "milestones")
    counts = {"passed": 1, "total": 3, "due": 0}
    assert agenda["counts"] == (None if choice == "nothing" else counts)
    own = (await spring.ada.get(f"/api/v1{here}/agenda")).json()
    assert (own["shown"], bool(own["again"]), own["counts"]) == ("milestones", True, counts)
    for page in (f"{here}/agenda", "/mentoring/mentees"):
        text = (await spring.grace.get(page)).text
        assert ("Drift Monitor" in text) == (choice == "milestones"), page
        assert ("1 of 3 milestones passed, 0 due by now." in text) == (
            choice == "counts" or (choice == "milestones" and page == "/mentoring/mentees")
        ), page
        assert "othing is due" not in text, page
    for page in (f"{here}/agenda", "/mentoring/mentees", "/mentoring", here):
        text = (await spring.grace.get(page)).text
        assert (f'"/plan/{spring.enrolment.id}"' in text) <= (choice == "milestones"), page


async def test_her_mentor_reads_what_she_needs_this_month_as_far_as_she_allows(
    spring: Spring, here: str, db: AsyncSession
) -> None:
    """What she asks for, what was returned or is late, weak sections, and what comes."""
    items = await planned(db, spring.enrolment, TurnableClock(MONDAY))
    of_item = [update(PlanItem).where(PlanItem.id == item.id) for item in items]
    await db.execute(of_item[1].values(state=ItemState.AGAIN))
    await db.execute(of_item[2].values(due_at=MONDAY - timedelta(days=2)))
    strong = update(Mentor).where(Mentor.id == spring.mentor.id)
    await db.execute(strong.values(skills=["pipelines"]))
    await answered_models(db, spring.enrolment, right=2, now=MONDAY)
    await written(spring.ada, here, kind="point", text="How do I say no?")
    await written(spring.grace, here, kind="point", text="Her talk.")

    async def needs(who: Someone) -> list[tuple[str, str]]:
        found = (await who.get(f"/api/v1{here}/agenda")).json()["needs"]
        return [(one["kind"], one["title"]) for one in found]

    whole = [
        ("asked", "How do I say no?"),
        ("again", "Drift Monitor"),
        ("late", "Mock Exam"),
        ("weak_section", "Models"),
        ("due", "End To End"),
    ]
    assert await needs(spring.grace) == await needs(spring.ada) == whole
    page = (await spring.grace.get("/mentoring/mentees")).text
    for words in (
        "What Ada Example needs from you this month",
        "How do I say no?",
        "40% of 5 questions right",
        "70% of the exam is about it. You are strong in ",
        f'href="/plan/{spring.enrolment.id}/readiness"',
    ):
        assert words in page
    assert "Her talk." not in page
    for one, words in ((spring.grace, "You are"), (spring.ada, "Grace Example is")):
        agenda = (await one.get(f"{here}/agenda")).text
        assert f"70% of the exam is about it. {words} strong in " in agenda
    await spring.ada.put(
        f"/api/v1/enrolments/{spring.enrolment.id}/mentor_view", json={"mentor_sees": "counts"}
    )
    assert await needs(spring.grace) == whole[:1]
    assert "40% of 5" not in (await spring.grace.get("/mentoring/mentees")).text


async def test_on_the_first_of_a_month_she_is_told_once_what_each_needs_as_far_as_they_allow(
    spring: Spring, here: str, db: AsyncSession, platform: Platform
) -> None:
    """On her clock, in Auckland, it is the first of April while London is still in March."""
    of_hers = update(Mentor).where(Mentor.id == spring.mentor.id)
    await db.execute(of_hers.values(time_zone="Pacific/Auckland"))
    items = await planned(db, spring.enrolment, TurnableClock(MONDAY))
    await db.execute(
        update(PlanItem).where(PlanItem.id == items[2].id).values(due_at=MONDAY - timedelta(days=2))
    )
    await db.commit()
    await written(spring.ada, here, kind="point", text="How do I say no?")

    async def told_at(*moment: int) -> list[MailboxMessage]:
        platform.clock.now = datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]
        await asyncio.gather(*(tell_months(platform.runner.cron) for _ in range(2)))
        await platform.run_jobs()
        about = MailboxMessage.subject.contains("your mentees in")
        return list(await db.scalars(select(MailboxMessage).where(about)))

    assert await told_at(2026, 3, 31, 18, 59) == [], "it is 07:59 in Auckland"
    [mail] = await told_at(2026, 3, 31, 19)
    assert mail.subject.startswith("April: what your mentees in ")
    for text in (mail.text, mail.html):
        for words in ("Ada Example", "How do I say no?", "Late: Mock Exam", "/unsubscribe/"):
            assert words in text
    # The clocks go back on the fifth; and a worker that was away has missed nothing.
    for later in ((2026, 3, 31, 20), (2026, 4, 2, 12), (2026, 4, 4, 19), (2026, 4, 30, 9)):
        assert len(await told_at(*later)) == 1
    await db.execute(update(Enrolment).values(mentor_sees=MentorSees.NOTHING))
    await db.commit()
    _, second = await told_at(2026, 5, 2, 9)
    assert "How do I say no?" in second.text
    assert "Mock Exam" not in second.text
    await db.execute(update(AgendaEntry).values(done_at=MONDAY))
    await db.commit()
    assert len(await told_at(2026, 6, 2, 9)) == 2, "nobody needs anything that she may read"


async def test_she_chooses_on_the_page_of_her_plan(spring: Spring, here: str) -> None:
    plan = f"/plan/{spring.enrolment.id}"

    async def ticked(who: Someone) -> list[str]:
        shown = (await who.get(plan)).text
        return re.findall(r'name="mentor_sees" value="(\w+)"[^>]* checked', shown)

    assert await ticked(spring.ada) == ["milestones"]
    for sent in ({}, {"mentor_sees": "some"}):
        back = await spring.ada.post(f"{plan}/mentor_view", data=sent)
        assert (back.status_code, back.headers["location"]) == (303, f"{plan}#mentor")
        assert "Choose one of the three." in (await spring.ada.get(plan)).text
    assert await ticked(spring.ada) == ["milestones"]
    assert "Nothing is late" in (await spring.grace.get("/mentoring/mentees")).text
    for _ in range(2):
        kept = await spring.ada.post(f"{plan}/mentor_view", data={"mentor_sees": "nothing"})
        assert (kept.status_code, kept.headers["location"]) == (303, f"{plan}#mentor")
        assert "Your choice is kept." in (await spring.ada.get(plan)).text
    assert await ticked(spring.ada) == ["nothing"]
    assert "mentor_view" not in (await spring.olga.get(plan)).text
    assert "Nothing is late" not in (await spring.grace.get("/mentoring/mentees")).text
