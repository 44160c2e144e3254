"""Grace leaves, and Ada is looked after; a form that waits is changed, or withdrawn."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.mail import MailboxMessage
from cohort.mentors.models import MentorState
from cohort.mentorships.models import Proposal, ProposalState
from cohort.people.models import Act
from tests.conftest import MONDAY, Cast, Someone
from tests.rooms.mentorship_world import Spring, another, begun, taken
from tests.world import mentoring

RunJobs = Callable[[], Awaitable[None]]
FORM = {
    "domains": ["nlp"],
    "roles": ["ml-engineer"],
    "contexts": ["start-up"],
    "skills": ["serving"],
    "came_from": "postdoc",
    "languages": ["en"],
    "time_zone": "Europe/Berlin",
    "organisations": "Northwind Robotics",
    "capacity": "3",
    "motivation": "I know both sides.",
}


async def mails(db: AsyncSession, to: str) -> list[str]:
    statement = select(MailboxMessage.subject).where(MailboxMessage.to == f"{to}@example.org")
    return list(await db.scalars(statement.order_by(MailboxMessage.sent_at)))


async def test_a_mentor_who_leaves_hands_her_mentees_to_the_next_round(
    spring: Spring, enter: Cast, db: AsyncSession, run_jobs: RunJobs
) -> None:
    mentorship = await begun(spring)
    joan, _ = await another(enter, db, spring, "Joan")
    await run_jobs()
    says = (await spring.grace.get(f"/mentoring/{spring.mentor.id}/leave")).text
    assert "1 mentorship ends" in says
    assert "Pause instead" in says
    for _ in range(2):
        left = await spring.grace.post(f"/mentoring/{spring.mentor.id}/leave")
        assert left.headers["location"] == "/mentoring"
    await run_jobs()

    ended = (await spring.ada.get(f"/api/v1/mentorships/{mentorship['id']}")).json()
    assert (ended["state"], ended["end_reason"]) == ("ended", "The mentor has left the cohort.")
    assert await taken(db, spring.mentor.id) == 0
    states = await db.scalars(select(Proposal.state).order_by(Proposal.created_at, Proposal.id))
    assert set(states) == {ProposalState.ACCEPTED, ProposalState.LAPSED}
    assert (await mails(db, "ada")).count("Grace Example cannot go on as your mentor") == 1
    assert (await mails(db, "joan")).count("We are looking for another mentor for you") == 1
    assert (await mails(db, "olga")).count("Grace Example has left Spring 2026") == 1
    acts = await db.scalars(select(Act.verb).where(Act.verb == "mentor.leave"))
    assert len(list(acts)) == 1
    assert "You have left Spring 2026" in (await spring.grace.get("/mentoring")).text
    assert (await joan.post(f"/mentoring/{spring.mentor.id}/leave")).status_code == 404

    assert "Has left" in (await spring.olga.get(f"/mentors/{spring.mentor.id}")).text
    back = await spring.olga.post(f"/api/v1/mentors/{spring.mentor.id}/approval")
    assert back.json()["state"] == "approved"


async def test_a_form_that_waits_is_read_changed_and_withdrawn(
    spring: Spring, enter: Cast, db: AsyncSession
) -> None:
    mary: Someone = await enter("Mary")
    pending = MentorState.PENDING
    mentor = await mentoring(db, spring.cohort, mary.person, now=MONDAY, state=pending)
    await db.commit()
    here = f"/mentoring/{mentor.id}"
    assert f'href="{here}/profile"' in (await mary.get("/mentoring")).text
    form = (await mary.get(f"{here}/profile")).text
    assert "I was there once." in form
    wrong = await mary.post(f"{here}/profile", data=FORM | {"capacity": "many", "version": "1"})
    assert (wrong.status_code, "I know both sides." in wrong.text) == (422, True)
    changed = await mary.post(f"{here}/profile", data=FORM | {"version": "1"})
    assert changed.headers["location"] == "/mentoring"
    late = await mary.post(f"{here}/profile", data=FORM | {"version": "1", "capacity": "4"})
    assert (late.status_code, "changed, by someone else" in late.text) == (422, True)
    read = (await spring.olga.get(f"/api/v1/mentors/{mentor.id}")).json()
    assert (read["capacity"], read["motivation"]) == (3, "I know both sides.")
    assert read["weekly_hours"] == []

    assert "Withdraw your sign-up?" in (await mary.get(f"{here}/leave")).text
    assert (await mary.post(f"/api/v1/mentors/{mentor.id}/departure")).status_code == 204
    assert (await spring.olga.get(f"/api/v1/mentors/{mentor.id}")).json()["state"] == "left"
