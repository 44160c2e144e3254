"""Zoe and Mia were entered by Olga from a list: they look at it, and say yes or no."""

import re
from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.db import unit_of_work
from cohort.exchange.models import ImportedPerson
from cohort.introductions.service import Acquaintance, introduce
from cohort.mail import MailboxMessage
from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships import service as mentorships
from cohort.mentorships.models import ProposalState
from cohort.people.models import Act, Person
from cohort.questions.models import GivenAnswer
from cohort.worker import forget_unanswered
from tests.conftest import MONDAY, Cast, Platform, Someone, TurnableClock
from tests.house.requests import SPEAKING_FORM, STUDYING, STUDYING_FORM
from tests.rooms.import_world import Bring, link_to
from tests.rooms.mentorship_world import proposed
from tests.rooms.question_world import FRAMEWORK, REMOTE, ask
from tests.world import enrolled, mentoring

ZOE = "zoe@example.org"
RESEARCHERS = f"Name,E-mail,Domains,Goal\nZoe Typed,{ZOE},Robotics,ml-engineer\n"
HERS = STUDYING_FORM | {"name": "Zoë Vogt"}
MIAS = SPEAKING_FORM | {
    "name": "Mia Sand",
    "roles": "ml-engineer",
    "skills": "serving",
    "came_from": "phd",
    "capacity": "2",
    "motivation": "I was there once.",
    "consent": "yes",
}
RunJobs = Callable[[], Awaitable[None]]
Ask = Callable[[], Awaitable[str]]


@pytest.fixture
def ask_zoe(bring: Bring, run_jobs: RunJobs, db: AsyncSession) -> Ask:
    """Zoe is imported; the answer is the address of her page."""

    async def ask() -> str:
        assert (await bring(RESEARCHERS, dry_run=False)).status_code == 200
        await run_jobs()
        return await link_to(db, ZOE)

    return ask


async def test_zoe_sees_what_was_typed_corrects_it_and_takes_part(
    ask_zoe: Ask, anyone: AsyncClient, db: AsyncSession
) -> None:
    page = await ask_zoe()
    shown = (await anyone.get(page)).text
    assert "Olga Example entered you" in shown
    assert 'value="Zoe Typed"' in shown
    confirmed = await anyone.post(page, data=HERS)
    assert confirmed.status_code == 303, confirmed.text
    assert confirmed.headers["location"].startswith("/password/")

    zoe = (await db.scalars(select(Person).where(Person.email == ZOE))).one()
    assert (zoe.name, zoe.is_placeholder, zoe.password_hash) == ("Zoë Vogt", False, None)
    assert zoe.verified_at == MONDAY
    enrolment = (await db.scalars(select(Enrolment))).one()
    assert (enrolment.person_id, enrolment.domains) == (zoe.id, [STUDYING_FORM["domains"]])
    assert (await anyone.get(page)).status_code == 409
    acts = (await db.scalars(select(Act).where(Act.verb == "import.confirm"))).all()
    assert [act.actor_id for act in acts] == [zoe.id]


async def test_what_a_list_answers_to_own_questions_is_shown_corrected_and_confirmed(
    bring: Bring,
    anyone: AsyncClient,
    db: AsyncSession,
    cohort: Cohort,
    olga: Someone,
    run_jobs: RunJobs,
) -> None:
    await ask(olga, cohort, FRAMEWORK, REMOTE)
    rows = f"Name,E-mail,{FRAMEWORK['asks_researchers']}\nZoe,{ZOE},"
    wrong = (await bring(f"{rows}Fortran\n", dry_run=False)).json()
    assert wrong["errors"][0]["message"] == (
        'people.csv, row 2, column "Which framework do you want to learn?": “Fortran” is not one '
        "of the choices: PyTorch; JAX."
    )
    assert (await bring(f"{rows}pytorch\n", dry_run=False)).json()["counts"]["new"] == 1
    newer = (await bring(f"{rows}Jax\n", dry_run=False)).json()
    assert [row["fields"] for row in newer["rows"]] == [["answers/Framework"]]
    await run_jobs()
    page = await link_to(db, ZOE)
    shown = (await anyone.get(page)).text
    field = re.findall(r'name="(answer-[\w-]+)"', shown)[0]
    assert "Which framework do you want to learn?" in shown
    assert re.search(r'value="JAX"\s+(?:selected|checked)', shown)
    missing = await anyone.post(page, data=HERS)
    assert (missing.status_code, "This is needed." in missing.text) == (422, True)
    assert (await anyone.post(page, data=HERS | {field: "PyTorch"})).status_code == 303
    zoe = (await db.scalars(select(Person).where(Person.email == ZOE))).one()
    given = (await db.scalars(select(GivenAnswer))).all()
    assert [(one.person_id, one.value) for one in given] == [(zoe.id, "PyTorch")]

    assert (
        await bring("Name,E-mail,own: Remote\nMia,mia@example.org,no\n", "mentors", dry_run=False)
    ).status_code == 200
    await run_jobs()
    assert len((await db.scalars(select(GivenAnswer))).all()) == 2
    await anyone.post(await link_to(db, "mia@example.org"), data={"answer": "no"})
    assert len((await db.scalars(select(GivenAnswer))).all()) == 1


async def test_an_account_learns_of_it_by_the_link_alone_and_keeps_its_name(
    ask_zoe: Ask, anyone: AsyncClient, db: AsyncSession, enter: Cast
) -> None:
    zoe = await enter("Zoe")
    page = await ask_zoe()
    assert (await zoe.get("/api/v1/enrolments")).json()["items"] == []
    await anyone.post(page, data=HERS)
    mine = (await zoe.get("/api/v1/enrolments")).json()["items"]
    assert [(one["person"]["name"], one["is_confirmed"]) for one in mine] == [("Zoe Example", True)]
    assert (await db.scalars(select(Person).where(Person.is_placeholder))).all() == []


async def test_zoe_says_no_and_what_was_typed_is_gone_and_stays_gone(
    ask_zoe: Ask, anyone: AsyncClient, db: AsyncSession, cohort: Cohort, bring: Bring
) -> None:
    page = await ask_zoe()
    said = await anyone.post(page, data={"answer": "no"})
    assert said.status_code == 303
    await db.refresh(cohort)
    assert cohort.taken == 0
    enrolment = (await db.scalars(select(Enrolment))).one()
    assert (enrolment.state, enrolment.domains) == (EnrolmentState.WITHDRAWN, [])
    person = await db.get_one(Person, enrolment.person_id)
    assert (person.name, person.email) == ("Someone who said no", "")
    assert (await db.scalars(select(ImportedPerson))).all() == []
    again = (await bring(RESEARCHERS, dry_run=False)).json()
    assert [row["outcome"] for row in again["rows"]] == ["said_no"]


async def test_who_never_answers_is_forgotten_and_her_seat_is_free(
    ask_zoe: Ask, db: AsyncSession, cohort: Cohort, bring: Bring, platform: Platform
) -> None:
    await ask_zoe()
    platform.clock.turn(days=59)
    await forget_unanswered(platform.runner.cron)
    assert len((await db.scalars(select(ImportedPerson))).all()) == 1
    platform.clock.turn(days=2)
    await forget_unanswered(platform.runner.cron)
    db.expire_all()
    assert (await db.scalars(select(ImportedPerson))).all() == []
    await db.refresh(cohort)
    enrolment = (await db.scalars(select(Enrolment))).one()
    person = await db.get_one(Person, enrolment.person_id)
    assert (cohort.taken, enrolment.domains, person.email) == (0, [], "")


async def test_reading_the_page_changes_nothing_and_an_old_link_says_so(
    ask_zoe: Ask,
    anyone: AsyncClient,
    db: AsyncSession,
    clock: TurnableClock,
    bring: Bring,
    run_jobs: RunJobs,
    enter: Cast,
) -> None:
    page = await ask_zoe()
    assert (await anyone.get(page)).status_code == (await anyone.get(page)).status_code == 200
    clock.turn(days=31)
    assert (await anyone.get(page)).status_code == 409
    root = await enter("Root", admin=True)
    again = await bring(RESEARCHERS, dry_run=False, by=root)  # brings nobody, and asks again
    assert again.json()["counts"]["same"] == 1
    await run_jobs()
    newer = await link_to(db, ZOE)
    assert newer != page
    assert (await anyone.get(newer)).status_code == 200


async def test_names_and_reasons_wait_until_she_has_confirmed(
    ask_zoe: Ask,
    anyone: AsyncClient,
    db: AsyncSession,
    cohort: Cohort,
    enter: Cast,
    clock: TurnableClock,
    run_jobs: RunJobs,
) -> None:
    await ask_zoe()
    grace = await mentoring(db, cohort, (await enter("Grace")).person, now=MONDAY)
    enrolment = (await db.scalars(select(Enrolment))).one()
    await proposed(db, enrolment, grace)
    two = [Acquaintance(enrolment.id, grace.id, "Grace Example works on speech.")]
    await introduce(db, two, cohort_id=cohort.id, now=MONDAY)
    await db.commit()
    clock.turn(minutes=1)
    await run_jobs()
    of_zoe = select(MailboxMessage).where(MailboxMessage.to == ZOE)
    mails = (await db.scalars(of_zoe.order_by(MailboxMessage.sent_at))).all()
    asked = ["Someone was found for you." in mail.text for mail in mails]
    assert asked[:2] == [False, True]
    assert not any("Grace" in mail.text for mail in mails)

    await anyone.post(await link_to(db, ZOE), data=HERS)
    await run_jobs()
    told = [mail.subject for mail in await db.scalars(of_zoe) if "Grace Example" in mail.text]
    assert sorted(told) == ["A mentor for you: Grace Example", "Mentors for you to meet"]


async def test_whoever_is_both_answers_twice_and_a_mentor_consents_herself(
    bring: Bring, anyone: AsyncClient, db: AsyncSession, run_jobs: RunJobs
) -> None:
    both = "Name,E-mail,Side\nMia Typed,mia@example.org,both\nZoe,zoe@example.org,mentee\n"
    told = (await bring(both, "both", dry_run=False)).json()
    assert told["counts"]["new"] == len(told["rows"]) == 3
    await run_jobs()
    page = await link_to(db, "mia@example.org")
    assert (await anyone.post(page, data=HERS)).headers["location"] == page
    missing = await anyone.post(page, data=MIAS | {"consent": ""})
    assert missing.status_code == 422
    assert (await anyone.post(page, data=MIAS)).headers["location"].startswith("/password/")
    mentor = (await db.scalars(select(Mentor))).one()
    mia = await db.get_one(Person, mentor.person_id)
    assert (mia.name, mentor.state, mentor.consented_at) == (
        "Zoë Vogt",
        MentorState.APPROVED,
        MONDAY,
    )
    assert (await db.scalars(select(ImportedPerson.person_id))).all() != []


async def test_whoever_joined_by_herself_keeps_her_own_profile(
    ask_zoe: Ask, anyone: AsyncClient, db: AsyncSession, cohort: Cohort, enter: Cast
) -> None:
    page, zoe = await ask_zoe(), await enter("Zoe")
    joined = await zoe.post(f"/api/v1/cohorts/{cohort.id}/enrolments", json=STUDYING)
    assert joined.status_code == 201
    refused = await anyone.post(page, data=HERS)
    assert refused.status_code == 422
    assert "your own profile stays" in refused.text
    assert (await anyone.post(page, data={"answer": "no"})).status_code == 303
    await db.refresh(cohort)
    assert cohort.taken == 1


async def test_a_mentor_who_says_no_is_erased_from_proposals_and_they_lapse(
    bring: Bring,
    anyone: AsyncClient,
    db: AsyncSession,
    cohort: Cohort,
    enter: Cast,
    run_jobs: RunJobs,
    clock: TurnableClock,
) -> None:
    await bring("Name,E-mail\nMia Typed,mia@example.org\n", "mentors", dry_run=False)
    ada = await enrolled(db, cohort, (await enter("Ada")).person, now=MONDAY)
    mentor = (await db.scalars(select(Mentor))).one()
    proposal = await proposed(db, ada, mentor)
    proposal.reason = "Mia Typed works on speech."
    two = [Acquaintance(ada.id, mentor.id, proposal.reason)]
    (talk,) = await introduce(db, two, cohort_id=cohort.id, now=MONDAY)
    talk.researcher_note = "Mia Typed was kind."
    await db.commit()
    await run_jobs()
    page = await link_to(db, "mia@example.org")
    clock.turn(minutes=1)  # mails of one moment have no order
    assert (await anyone.post(page, data={"answer": "no"})).status_code == 303
    await run_jobs()
    await db.refresh(proposal)
    await db.refresh(mentor)
    await db.refresh(talk)
    assert (talk.reason, talk.researcher_note) == (
        "Someone who said no works on speech.",
        "Someone who said no was kind.",
    )
    assert (proposal.state, proposal.reason) == (
        ProposalState.LAPSED,
        "Someone who said no works on speech.",
    )
    assert (mentor.state, mentor.capacity) == (MentorState.DECLINED, 0)
    to_ada = select(MailboxMessage.text).where(MailboxMessage.to == "ada@example.org")
    assert "Mia" not in (await db.scalars(to_ada.order_by(MailboxMessage.sent_at))).all()[-1]


async def test_a_proposal_that_lapses_is_not_told_to_whoever_has_not_confirmed(
    ask_zoe: Ask,
    db: AsyncSession,
    cohort: Cohort,
    enter: Cast,
    run_jobs: RunJobs,
    clock: TurnableClock,
    platform: Platform,
) -> None:
    await ask_zoe()
    grace = await mentoring(db, cohort, (await enter("Grace")).person, now=MONDAY)
    enrolment = (await db.scalars(select(Enrolment))).one()
    proposal = await proposed(db, enrolment, grace)
    await db.commit()
    clock.turn(days=8)
    async with unit_of_work(platform.sessions) as mine:
        await mentorships.expire_due(mine, now=clock())
    await run_jobs()
    await db.refresh(proposal)
    assert proposal.state is ProposalState.LAPSED
    of_zoe = select(MailboxMessage.text).where(MailboxMessage.to == ZOE)
    assert not any("Grace" in text for text in await db.scalars(of_zoe))
