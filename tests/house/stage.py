"""Everyone and everything that a route can be about, and a good request for each route.

Ada studies in Olga's cohort, and Max mentors her; Pia studies beside her and Mia wants to mentor.
Otto runs another cohort, Amy the platform, and Nora has just signed up.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient, Response
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from cohort.applications import service as applications
from cohort.applications.models import Application, UnconfirmedApplication
from cohort.assignment.optimum import solve
from cohort.assignment.problem import Problem
from cohort.calendars import service as calendars
from cohort.cohorts import organisers
from cohort.cohorts.models import Admission, CohortState
from cohort.db import Base, Sessions, unit_of_work
from cohort.exchange.models import ImportedPerson
from cohort.exchange.service import ANSWER_WITHIN
from cohort.guides.models import Guide
from cohort.introductions.models import Introduction
from cohort.invitations import answers as invitations
from cohort.invitations.models import InvitationState, InvitedAs, MailedInvitation
from cohort.jobs.outbox import Job, JobState
from cohort.mail import MailboxMessage
from cohort.matching.models import (
    KeptEvidence,
    Override,
    OverrideKind,
    Pair,
    PinSet,
    PinSetKind,
    Round,
    RoundKind,
    Run,
    RunState,
    Unmatched,
)
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentors import confirming
from cohort.mentors.models import MentorState, UnconfirmedMentor
from cohort.pairing.evidence import Evidence, pack
from cohort.people import addresses, keys, logins
from cohort.people import service as people
from cohort.people.links import new_link
from cohort.people.models import ApiKey, LinkPurpose, Login, Person
from cohort.people.proof import SECRET
from cohort.people.schemas import ApiKeyIn
from cohort.people.tokens import hash_password, hash_token
from cohort.questions import service as questions
from cohort.questions.models import QuestionKind
from cohort.questions.schemas import QuestionIn
from cohort.rules import service as rules
from tests.conftest import Platform
from tests.house.agendas import of_agendas, write_a_goal
from tests.house.announcements import announce, of_announcements
from tests.house.cast import NAMES
from tests.house.checkins import ask_how_it_goes, of_checkins
from tests.house.curricula import draft_a_course, of_curricula
from tests.house.evidence import hand_something_in, of_evidence
from tests.house.notices import of_notices, send_a_mail
from tests.house.quizzes import begin_a_quiz, of_quizzes
from tests.house.rematch import ask_for_another, of_rematch
from tests.house.requests import (
    MENTORING,
    PASSWORD,
    STUDYING,
    in_api,
    of_invitations,
    of_questions,
    of_rounds,
    of_runs,
    on_pages,
)
from tests.house.reviews import of_reviews, review_something
from tests.house.schedules import absent
from tests.house.sessions import of_sessions, plan_a_session
from tests.house.webhooks import add_a_webhook
from tests.house.wishes import declare_a_conflict, of_wishes
from tests.proofs import proof_for
from tests.world import a_cohort, a_guide, enrolled, mentored, mentoring, proposed


@dataclass
class Stage:
    platform: Platform
    clients: dict[str, AsyncClient] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=lambda: {"figure": "progress", "form": "xlsx"})
    proofs: dict[tuple[str, bytes], str] = field(default_factory=dict)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests_of: dict[str, Any] = field(default_factory=dict)

    async def ask(self, who: str, route: str, **sent: Any) -> Response:
        """A good request to the route, unless `sent` says otherwise, such as another method."""
        method, path = route.split()
        if route.endswith("/stream"):
            method = "HEAD"  # its GET does not end by itself
        asked: dict[str, Any] = {"headers": {}} | self.request(route) | sent
        method = asked.pop("method", method)
        given = self.ids | asked.pop("ids", {})
        for name in [step[1:-1] for step in path.split("/") if step.startswith("{")]:
            path = path.replace(f"{{{name}}}", str(given[name]))
        is_form = route.startswith("POST /api/v1/forms/") and "{slug}" in route
        if is_form and isinstance(asked.get("json"), dict):
            form = path.removeprefix("/api/v1/forms/")
            asked["json"] = asked["json"] | {"proof": await self.proof(form)}
        client = self.clients[who]
        client.cookies.clear()  # nobody stays signed in by what was undone
        return await client.request(method, path, **asked)

    async def proof(self, form: str) -> str:
        """Solved once for as long as Redis keeps what it was made with."""
        secret = await self.platform.app.state.wake_up.redis.get(SECRET)
        if secret is None or (form, secret) not in self.proofs:
            found = await proof_for(self.clients["anyone"], form)
            secret = await self.platform.app.state.wake_up.redis.get(SECRET)
            self.proofs[form, secret] = found
        return self.proofs[form, secret]

    def request(self, route: str) -> dict[str, Any]:
        """Made anew for all routes when something new has an id, and for none in between."""
        if self.requests_of != self.ids:
            self.requests, self.requests_of = self.all_requests(), dict(self.ids)
        return self.requests.get(route, {})

    def all_requests(self) -> dict[str, dict[str, Any]]:
        known = in_api(self.ids) | on_pages(self.ids) | of_reviews(self.ids)
        known |= of_questions(self.ids) | of_runs(self.ids) | of_rounds(self.ids)
        known |= of_checkins(self.ids) | of_wishes() | of_agendas(self.ids) | of_rematch()
        known |= of_sessions(self.ids) | of_curricula(self.ids) | of_quizzes(self.ids)
        known |= of_evidence(self.ids) | of_invitations(self.ids)
        return known | of_notices(self.ids) | of_announcements()


async def set_the_stage(platform: Platform) -> Stage:
    stage = Stage(platform)
    async with unit_of_work(platform.sessions) as db:
        await _let_everyone_in(db, stage)
        await _begin_the_cohorts(db, stage)
        await _plan_meetings(db, stage)
        now, cast = platform.clock(), stage.people
        stage.ids |= await ask_how_it_goes(db, stage.ids, now) | await absent(db, stage.ids, now)
        stage.ids |= await write_a_goal(db, stage.ids, cast["mentor"].id, now)
        stage.ids |= await draft_a_course(db, cast["organiser"].id, now)
        stage.ids |= await declare_a_conflict(db, stage.ids, cast, now)
        ask_for_another(db, stage.ids, now)
        stage.ids |= await plan_a_session(db, stage.ids, cast["organiser"], now)
        await _apply_for_the_summer(db, stage)
        stage.ids |= await hand_something_in(db, stage.ids, stage.platform)
        stage.ids |= await review_something(db, stage.ids, cast, now)
        stage.ids |= await begin_a_quiz(db, stage.ids, cast["researcher"], now)
        await _run_a_matching(db, stage)
        await _begin_a_run(db, stage)
        stage.ids |= await add_a_webhook(db, stage.ids, cast["organiser"], now)
        stage.ids |= await announce(db, stage.ids, cast["organiser"], now)
        stage.ids |= await send_a_mail(db, cast["researcher"], now)
        await _ask_a_question(db, stage)
        await _invite_some(db, stage)
    # The first request of all builds the application. On a busy machine that takes longer than a
    # transaction may stand idle, and a test inside of one would lose its connection.
    await stage.clients["anyone"].get("/health/live")
    return stage


async def _let_everyone_in(db: AsyncSession, stage: Stage) -> None:
    now, platform = stage.platform.clock(), stage.platform
    stage.clients["anyone"] = platform.client()
    password = await hash_password(PASSWORD)
    for role, name in NAMES.items():
        email = f"{name.lower()}@example.org"
        person = await people.open_account(db, email, name, now=now)
        assert person is not None
        person.verified_at, person.is_admin = now, role == "admin"
        person.password_hash = password
        stage.people[role] = person
        stage.clients[role] = platform.client(logins.open_login(db, person, now=now, days=14).token)
    organiser, newcomer = stage.people["organiser"], stage.people["newcomer"]
    narrow = ApiKeyIn(name="narrow", scopes=["guides:read"])
    _, secret = await a_key(db, organiser, narrow, now=now)
    stage.clients["key"] = platform.client(secret)
    revocable, _ = await a_key(db, stage.people["researcher"], narrow, now=now)
    logins.open_login(db, stage.people["researcher"], now=now, days=14, device="elsewhere")
    elsewhere = (await db.scalars(select(Login).where(Login.device == "elsewhere"))).one()
    await addresses.ask(db, newcomer, "n@example.org", now=now)
    stage.ids |= {
        "key_id": revocable.id,
        "login_id": elsewhere.id,
        "verify": await new_link(db, "eve@example.org", LinkPurpose.JOIN, now=now),
        "password": await new_link(db, newcomer.email, LinkPurpose.PASSWORD, now=now),
        "sign_in": await new_link(db, newcomer.email, LinkPurpose.SIGN_IN, now=now),
        "address": await addresses.new_token_of(db, newcomer.id, "n@example.org", now=now),
    }


async def a_key(
    db: AsyncSession, person: Person, form: ApiKeyIn, *, now: datetime
) -> tuple[ApiKey, str]:
    """Made by whoever is signed in."""
    login_id = await db.scalar(select(Login.id).where(Login.person_id == person.id).limit(1))
    return await keys.make_api_key(db, person, form, login_id=login_id, now=now)


async def _begin_the_cohorts(db: AsyncSession, stage: Stage) -> None:
    now, cast = stage.platform.clock(), stage.people
    guide = await a_guide(db, now=now)
    spring = await a_cohort(db, guide, cast["organiser"], cast["admin"], now=now)
    autumn = await a_cohort(db, guide, cast["elsewhere"], now=now, slug="autumn")
    draft = await a_cohort(
        db, guide, cast["elsewhere"], now=now, slug="draft", state=CohortState.DRAFT
    )
    enrolment = await enrolled(db, spring, cast["researcher"], now=now)
    peer = await enrolled(db, spring, cast["peer"], now=now)
    mentor = await mentoring(db, spring, cast["mentor"], now=now, taken=1, capacity=3)
    applicant = await mentoring(db, spring, cast["applicant"], now=now, state=MentorState.PENDING)
    mentorship = await mentored(db, enrolment, mentor, now=now)
    proposal = await proposed(db, enrolment, mentor, now=now)
    failed = Job(
        name="mentors.tell_new",
        arguments={},
        cohort_id=spring.id,
        state=JobState.DEAD,
        due_at=now,
        enqueued_at=now,
    )
    letter = MailboxMessage(to="x@example.org", subject="-", text="-", html="-", sent_at=now)
    elsewhere = await enrolled(db, autumn, cast["peer"], now=now)
    mentor_elsewhere = await mentoring(db, autumn, cast["mentor"], now=now)
    db.add_all([failed, letter])
    await db.flush()
    nora, olga = cast["newcomer"], cast["organiser"]
    invitation = await organisers.invite(db, olga, spring.id, nora.email, now=now)
    stage.ids |= {
        "to_run_id": invitation.id,
        "to_run": organisers.new_token_of(invitation),
        "co_organiser_id": cast["admin"].id,
        "peer_person_id": cast["peer"].id,
    }
    await db.flush()
    await db.refresh(spring)
    stage.ids |= {
        "guide_id": guide.id,
        "kind": "domain",
        "cohort_id": spring.id,
        "slug": spring.slug,
        "draft_id": draft.id,
        "enrolment_id": enrolment.id,
        "peer_id": peer.id,
        "enrolment_elsewhere": elsewhere.id,
        "mentor_elsewhere": mentor_elsewhere.id,
        "mentor_id": mentor.id,
        "applicant_id": applicant.id,
        "mentorship_id": mentorship.id,
        "proposal_id": proposal.id,
        "job_id": failed.id,
        "letter_id": letter.id,
        "version": spring.version,
    }


async def _plan_meetings(db: AsyncSession, stage: Stage) -> None:
    """Max has named a time in a week; the two had agreed to one of a week ago."""
    now, week = stage.platform.clock(), timedelta(days=7)
    to_come, held = (
        Meeting(
            mentorship_id=stage.ids["mentorship_id"],
            starts_at=at,
            minutes=30,
            topic="-",
            place="-",
            state=state,
            proposed_by=stage.people["mentor"].id,
            created_at=now,
            changed_at=now,
        )
        for at, state in ((now + week, MeetingState.PROPOSED), (now - week, MeetingState.AGREED))
    )
    feed = await calendars.make(db, stage.people["mentor"], now=now)
    db.add_all([to_come, held])
    await db.flush()
    stage.ids |= {
        "name": feed.rpartition("/")[2],
        "meeting_id": to_come.id,
        "held_id": held.id,
        "meets_at": to_come.starts_at.isoformat(),
    }


async def _apply_for_the_summer(db: AsyncSession, stage: Stage) -> None:
    """Olga's other cohort gives its seats by application, and Ada has applied."""
    now, cast = stage.platform.clock(), stage.people
    guide = await db.get_one(Guide, stage.ids["guide_id"])
    changes = {"admission": Admission.APPLICATION, "apply_by": date(2026, 5, 1)}
    summer = await a_cohort(db, guide, cast["organiser"], now=now, slug="summer", **changes)
    profile = STUDYING | {"about": "", "contexts": []}
    db.add(
        application := Application(
            cohort_id=summer.id,
            person_id=cast["researcher"].id,
            profile=profile,
            created_at=now,
        )
    )
    db.add(
        waiting := UnconfirmedApplication(
            cohort_id=summer.id,
            email="greta@example.org",
            name="Greta",
            profile=profile,
            created_at=now,
            expires_at=now + applications.CONFIRM_WITHIN,
        )
    )
    db.add(
        to_mentor := UnconfirmedMentor(
            cohort_id=summer.id,
            email="greta@example.org",
            name="Greta",
            profile=MENTORING | {"contexts": []},
            created_at=now,
            expires_at=now + applications.CONFIRM_WITHIN,
        )
    )
    await db.flush()
    stage.ids["to_mentor"] = confirming.new_confirmation(to_mentor)
    confirm = applications.new_confirmation(waiting)
    stage.ids |= {"summer_id": summer.id, "application_id": application.id, "confirm": confirm}
    imported = Person(
        id=uuid4(), email="zoe@example.org", name="Zoe", is_placeholder=True, created_at=now
    )
    db.add(imported)
    await db.flush()
    await enrolled(db, summer, imported, now=now)
    db.add(
        ImportedPerson(
            person_id=imported.id,
            cohort_id=summer.id,
            imported_by=cast["organiser"].id,
            imported_at=now,
            token_hash=hash_token("imported"),
            expires_at=now + ANSWER_WITHIN,
        )
    )
    await db.flush()
    stage.ids["imported"] = "imported"


async def _invite_some(db: AsyncSession, stage: Stage) -> None:
    """Ida to study in the summer, Ian to mentor there."""
    now, olga = stage.platform.clock(), stage.people["organiser"]
    for name, invited_as in (("invited", "researcher"), ("invited_mentor", "mentor")):
        one = MailedInvitation(
            cohort_id=stage.ids["summer_id"],
            invited_as=InvitedAs(invited_as),
            email=f"{name}@example.org",
            name="",
            admits=False,
            note="",
            state=InvitationState.OPEN,
            invited_by=olga.id,
            created_at=now,
            expires_at=now + timedelta(days=14),
        )
        db.add(one)
        stage.ids[name] = invitations.new_token_of(one, now=now)
    await db.flush()
    stage.ids["invitation_id"] = one.id


async def _ask_a_question(db: AsyncSession, stage: Stage) -> None:
    """Which nobody has answered yet."""
    form = QuestionIn(name="Years", kind=QuestionKind.NUMBER, asks_researchers="How many?")
    olga, cohort_id = stage.people["organiser"], stage.ids["cohort_id"]
    asked = await questions.add(db, olga, cohort_id, form, now=stage.platform.clock())
    person_id = stage.people["researcher"].id
    stage.ids |= {"question_id": asked.id, "person_id": person_id, "side": "researcher"}


async def _run_a_matching(db: AsyncSession, stage: Stage) -> None:
    now, ids, olga = stage.platform.clock(), stage.ids, stage.people["organiser"]
    spring: UUID = ids["cohort_id"]
    two = {"enrolment_id": ids["peer_id"], "mentor_id": ids["mentor_id"]}
    opened = Round(cohort_id=spring, period="2026-W10", week=date(2026, 3, 2), opened_at=now)
    db.add(opened)
    await db.flush()
    run = Run(
        round_id=opened.id,
        number=1,
        rules=await rules.standing(db, spring, now=now),
        state=RunState.SOLVED,
        queued_at=now,
        researchers=2,
        mentors=1,
        places=2,
        total=0.8,
        bound=0.8,
        gap=0.0,
        cover_bonus=0.0,
        input_digest="0" * 64,
        researcher_prices={},
        mentor_prices={},
    )
    veto = Override(
        cohort_id=spring,
        enrolment_id=ids["enrolment_id"],
        mentor_id=ids["applicant_id"],
        kind=OverrideKind.VETO,
        reason="They share an office.",
        made_by=olga.id,
        made_at=now,
    )
    met = {"enrolment_id": ids["enrolment_id"], "mentor_id": ids["mentor_id"]}
    talk = Introduction(cohort_id=spring, reason="You share a field.", made_at=now, **met)
    db.add_all([run, veto, talk])
    await db.flush()
    ids["introduction_id"] = talk.id
    found = {"run_id": run.id, "reason": "You both like pipelines."}
    left = {"run_id": run.id, "enrolment_id": ids["enrolment_id"], "code": "no_room"}
    db.add(Pair(score=0.8, factors=[], pinned=False, **two, **found))
    db.add(Unmatched(reason="Nobody is free.", detail={}, **left))
    db.add(KeptEvidence(round_id=opened.id, run_id=run.id, packed=evidence_of(ids)))
    await db.flush()
    ids |= {"round_id": opened.id, "run_id": run.id, "override_id": veto.id}


async def _begin_a_run(db: AsyncSession, stage: Stage) -> None:
    """In Olga's other cohort, where it waits to be solved."""
    now, summer_id = stage.platform.clock(), stage.ids["summer_id"]
    when = {"period": "2026-W10", "week": date(2026, 3, 2), "opened_at": now}
    how = {"kind": RoundKind.INTRODUCTIONS, "per_researcher": 2}
    opened = Round(cohort_id=summer_id, **when, **how)
    db.add(opened)
    await db.flush()
    standing = await rules.standing(db, summer_id, now=now)
    queued = Run(round_id=opened.id, number=1, rules=standing, queued_at=now)
    db.add(queued)
    await db.flush()
    hers = {"made_by": stage.people["organiser"].id, "made_at": now, "reason": "They talk."}
    pins = PinSet(cohort_id=summer_id, run_id=queued.id, kind=PinSetKind.LOCK, asked={}, **hers)
    db.add(pins)
    await db.flush()
    stage.ids |= {"pin_set_id": pins.id}
    stage.ids |= {"queued_round_id": opened.id, "queued_run_id": queued.id}


def evidence_of(ids: dict[str, Any]) -> bytes:
    """Max has one place, and Pia suits him better than Ada."""
    who = {
        "researcher_ids": [ids["enrolment_id"], ids["peer_id"]],
        "mentor_ids": [ids["mentor_id"]],
    }
    problem = Problem([[0.5], [0.8]], [1], **who)
    return pack(Evidence(problem, solve(problem), {}))


COUNT_ALL = text(
    "SELECT "
    + ", ".join(
        f'(SELECT count(*) FROM "{table.name}") AS "{table.name}"'
        for table in Base.metadata.sorted_tables
    )
)


async def rows_of(db: AsyncSession) -> dict[str, int]:
    """How many rows each table has."""
    return dict((await db.execute(COUNT_ALL)).one()._mapping)


@asynccontextmanager
async def undone(platform: Platform) -> AsyncGenerator[None]:
    """Whatever is committed inside, is rolled back at the end: it was a savepoint all along."""
    each: list[Sessions] = [platform.sessions, platform.app.state.readers]
    engines: list[AsyncEngine] = [sessions.kw["bind"] for sessions in each]
    async with engines[0].connect() as connection:
        whole = await connection.begin()
        for sessions in each:
            sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            for sessions, engine in zip(each, engines, strict=True):
                sessions.configure(bind=engine, join_transaction_mode="conditional_savepoint")
            await whole.rollback()
            await platform.app.state.wake_up.redis.flushdb()
