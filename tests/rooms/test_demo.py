"""The demo: a newcomer finds a cohort in its seventh week, and a matching that is solved."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.agendas.models import AgendaEntry, EntryKind
from cohort.applications.models import Application, ApplicationState
from cohort.cohorts.models import Cohort, CohortState, Enrolment
from cohort.db import Base
from cohort.demo import seeding
from cohort.demo.arriving import PASSWORD
from cohort.demo.opening import SLUG
from cohort.demo.seeding import NoDemoHere, NoWorker
from cohort.invitations.models import MailedInvitation
from cohort.jobs.outbox import Job, JobState
from cohort.mail import MailboxMessage
from cohort.matching import service as matching
from cohort.matching.models import Pair, Round, RoundState, Run, RunState, Unmatched
from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships.models import Mentorship, Proposal, ProposalState, RematchRequest
from cohort.quizzes.models import QuizAnswer, QuizTry
from cohort.study.models import ItemState, PlanItem, Review, Submission
from cohort.wishes.models import ApartKind, KeptApart
from tests.conftest import Platform, emptied

OPEN = Proposal.state == ProposalState.OPEN


class Terminal:
    """What `cohort seed` says."""

    def __init__(self) -> None:
        self.said = ""

    def __call__(self, text: str, *, nl: bool = True) -> None:
        self.said += text + ("\n" if nl else "")


async def seed(platform: Platform, *, patience: float = 30, **changes: Any) -> str:
    """Seed, while a worker runs jobs beside it."""
    terminal = Terminal()
    done = asyncio.Event()
    working = asyncio.create_task(work_on(platform, until=done))
    try:
        settings = platform.settings.model_copy(update=changes)
        await seeding.seed(settings, terminal, clock=platform.clock, patience=patience)
    finally:
        done.set()
        await working
    return terminal.said


async def work_on(platform: Platform, *, until: asyncio.Event) -> None:
    """To the end: what was begun is not broken off, and what is enqueued last is done too."""
    while not until.is_set():
        await platform.run_jobs()
        await asyncio.sleep(0.1)
    await platform.run_jobs()


async def count(db: AsyncSession, table: type[Base], *where: Any) -> int:
    return await db.scalar(select(func.count()).select_from(table).where(*where)) or 0


async def counts(db: AsyncSession) -> dict[str, int]:
    return {
        name: await db.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


@dataclass
class Demo:
    """The platform after `cohort seed`, and what that said."""

    platform: Platform
    db: AsyncSession
    said: str


@pytest.fixture(scope="module")
async def demo(_platform: Platform) -> AsyncGenerator[Demo]:
    """Seeded once, as it takes seconds: the tests below only look at it."""
    platform = await emptied(_platform)
    with pytest.raises(NoWorker, match="cohort work"):
        await seeding.seed(platform.settings, Terminal(), clock=platform.clock, patience=0.1)
    said = await seed(platform)
    async with platform.sessions() as db:
        yield Demo(platform, db, said)


async def test_it_is_a_cohort_in_its_seventh_week(demo: Demo) -> None:
    cohort = (await demo.db.scalars(select(Cohort).where(Cohort.slug == SLUG))).one()
    assert cohort.state is CohortState.RUNNING
    assert (demo.platform.clock().date() - cohort.starts_on).days // 7 == 6
    seated = await count(demo.db, Enrolment, Enrolment.cohort_id == cohort.id)
    assert seated == cohort.taken == 24
    mentors = Counter(
        "paused" if mentor.paused_at else mentor.state
        for mentor in await demo.db.scalars(select(Mentor))
    )
    assert mentors == {MentorState.APPROVED: 8, MentorState.PENDING: 1, "paused": 1}


async def test_the_next_cohort_takes_applications_and_has_a_waitlist(demo: Demo) -> None:
    cohort = (await demo.db.scalars(select(Cohort).where(Cohort.slug == "demo-next"))).one()
    assert (cohort.state, cohort.taken, cohort.seats) == (CohortState.OPEN, 4, 4)
    states = Counter(await demo.db.scalars(select(Application.state)))
    assert states == {
        ApplicationState.ACCEPTED: 2,
        ApplicationState.WAITLISTED: 1,
        ApplicationState.APPLIED: 3,
    }
    sent = select(MailedInvitation.sent_at).where(MailedInvitation.cohort_id == cohort.id)
    assert [at is not None for at in await demo.db.scalars(sent)] == [True, True, True]


async def test_its_researchers_are_at_different_places_of_the_guide(demo: Demo) -> None:
    passed = PlanItem.state == ItemState.PASSED
    by_person = select(func.count()).where(passed).group_by(PlanItem.enrolment_id)
    progress = sorted(await demo.db.scalars(by_person))
    assert (len(progress), progress[0], progress[-1]) == (24, 4, 22)
    assert await count(demo.db, PlanItem, PlanItem.state == ItemState.SUBMITTED) >= 15
    assert await count(demo.db, PlanItem, PlanItem.state == ItemState.AGAIN) == 3


async def test_some_of_its_researchers_have_tested_themselves(demo: Demo) -> None:
    assert await count(demo.db, QuizTry, QuizTry.handed_in_at.is_not(None)) >= 12
    assert await count(demo.db, QuizAnswer, QuizAnswer.is_first) >= 150


async def test_its_evidence_is_varied_and_reviewed_in_time_by_several(demo: Demo) -> None:
    texts = Counter(await demo.db.scalars(select(Submission.text)))
    assert max(texts.values()) <= 5
    reviews = (await demo.db.scalars(select(Review).options(joinedload(Review.reviewer)))).all()
    assert len({review.reviewer.name for review in reviews}) >= 5
    submitted = select(Submission.id, Submission.submitted_at)
    handed_in = {row.id: row.submitted_at for row in await demo.db.execute(submitted)}
    now = demo.platform.clock()
    assert all(handed_in[one.submission_id] < one.reviewed_at <= now for one in reviews)
    assert max(handed_in.values()) <= now


async def test_what_waits_for_its_review_has_a_file_that_its_reviewers_open(demo: Demo) -> None:
    waiting = await count(demo.db, PlanItem, PlanItem.state == ItemState.SUBMITTED)
    async with demo.platform.client() as client:
        form = {"email": "ines.calder@example.org", "password": PASSWORD}
        token = (await client.post("/api/v1/logins", json=form)).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        every = (await client.get("/api/v1/reviews/waiting?limit=200")).json()["items"]
        assert len(every) == waiting > 0
        of_item = f"/api/v1/plan_items/{every[0]['plan_item_id']}/submissions"
        [file] = (await client.get(of_item)).json()["items"][-1]["files"]
        assert file["kind"] == "notebook"
        sent = await client.get(file["link"])
    assert len(sent.content) == file["size"]
    assert json.loads(sent.content)["nbformat"] == 4


async def test_most_said_yes_to_an_earlier_round_one_no_and_one_nothing(demo: Demo) -> None:
    states = Counter(await demo.db.scalars(select(Proposal.state)))
    assert states[ProposalState.DECLINED] == states[ProposalState.LAPSED] == 1
    assert states[ProposalState.ACCEPTED] == await count(demo.db, Mentorship) >= 10
    declined = select(Proposal.note).where(Proposal.state == ProposalState.DECLINED)
    assert await demo.db.scalar(declined)


async def test_it_shows_goals_a_conflict_and_somebody_who_asks_for_another_mentor(
    demo: Demo,
) -> None:
    asked = (await demo.db.scalars(select(RematchRequest))).one()
    pair = await demo.db.get_one(Mentorship, asked.mentorship_id)
    assert (asked.withdrawn_at, pair.ended_at) == (None, None)
    goals = AgendaEntry.kind == EntryKind.GOAL
    assert await count(demo.db, AgendaEntry, goals, AgendaEntry.done_at.is_not(None)) >= 2
    assert await count(demo.db, AgendaEntry, goals) >= 15
    kinds = Counter(await demo.db.scalars(select(KeptApart.kind)))
    assert kinds == {ApartKind.BLOCK: 1, ApartKind.CONFLICT: 1}


async def test_its_latest_round_is_solved_by_the_worker_and_told(demo: Demo) -> None:
    newest = (await demo.db.scalars(select(Round).order_by(Round.opened_at.desc()))).first()
    assert newest
    assert newest.state is RoundState.OPEN
    run = (await demo.db.scalars(select(Run).where(Run.round_id == newest.id))).one()
    assert (run.state, run.gap) == (RunState.SOLVED, 0)
    pairs = (await demo.db.scalars(select(Pair).where(Pair.run_id == run.id))).all()
    unmatched = (await demo.db.scalars(select(Unmatched).where(Unmatched.run_id == run.id))).all()
    assert len(pairs) >= 6
    asked = set(await demo.db.scalars(select(Proposal.enrolment_id).where(OPEN)))
    assert asked.isdisjoint(one.enrolment_id for one in pairs)
    assert len(unmatched) >= 1
    said = "".join(demo.said.split())
    assert all("".join(one.reason.split()) in said for one in [*pairs, *unmatched])
    assert max(len(line) for line in demo.said.splitlines()) <= 100


async def test_its_weekly_round_is_not_opened_a_second_time(demo: Demo) -> None:
    assert await matching.due_cohorts(demo.db, now=demo.platform.clock()) == []


async def test_it_owes_nothing_and_its_mailbox_holds_only_recent_mail(demo: Demo) -> None:
    assert await count(demo.db, Job, Job.state != JobState.SUCCEEDED) == 0
    assert 0 < await count(demo.db, MailboxMessage) < 150


async def test_its_logins_open_the_door(demo: Demo) -> None:
    addresses = re.findall(r"\S+@example\.org", demo.said)
    assert len(addresses) == 5
    assert PASSWORD in demo.said
    async with demo.platform.client() as client:
        for email in addresses:
            form = {"email": email, "password": PASSWORD}
            assert (await client.post("/api/v1/logins", json=form)).status_code == 201


async def test_seeding_again_changes_nothing_and_says_the_pairs_again(demo: Demo) -> None:
    before = await counts(demo.db)
    await demo.db.rollback()
    again = await seed(demo.platform)
    assert await counts(demo.db) == before
    assert pairs_said(again) == pairs_said(demo.said)


def pairs_said(text: str) -> list[str]:
    return [line for line in text.splitlines() if "→" in line]


# The tests below begin with an empty platform, so they come after those of the demo.


async def test_a_database_with_people_is_left_alone(
    platform: Platform, db: AsyncSession, enter: Any
) -> None:
    await enter("Ada")
    before = await counts(db)
    with pytest.raises(NoDemoHere, match="people or guides of its own"):
        await seed(platform)
    assert await counts(db) == before


async def test_demo_passwords_never_reach_production(platform: Platform, db: AsyncSession) -> None:
    with pytest.raises(NoDemoHere, match="COHORT_DEVELOPMENT"):
        await seed(platform, development=False)
    assert sum((await counts(db)).values()) == 0
