"""The endpoints of bench_api.py with FastAPI, SQLAlchemy and pydantic, as their pages show it.

A session by dependency, `select` with `joinedload`, `response_model` read from attributes. The
tables and the schemas are the product's; the sign-in check and what each reader may see as well.
"""

import hashlib
import os
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload

from cohort.applications.models import Application, ApplicationState
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState, Organiser
from cohort.cohorts.schemas import EnrolmentOut
from cohort.dashboard.schemas import ListedEnrolmentOut, OverviewOut
from cohort.guides.models import Milestone, Section, Term
from cohort.http.paging import PageOut, write_keyset
from cohort.jobs.outbox import Job, JobState
from cohort.matching.models import Pair, Round, RoundState, Run
from cohort.matching.results.schemas import PairOut
from cohort.mentors.models import Mentor, MentorState, UnconfirmedMentor
from cohort.mentors.schemas import MentorIn
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.people.models import Login, Person
from cohort.people.schemas import NoticeOut
from cohort.questions.models import Question
from cohort.study.models import ItemState, PlanItem, Review, Submission
from cohort.study.schemas import (
    CohortProgressOut,
    CountsOut,
    PersonProgressOut,
    PlanItemOut,
    PlanMilestoneOut,
    PlanOut,
    PlanSectionOut,
    SubmissionOut,
)

engine = create_async_engine(os.environ["COHORT_DATABASE_URL"])
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()
bearer = HTTPBearer()


async def get_session() -> AsyncGenerator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


async def get_current_person(
    session: Session, shown: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
) -> Person:
    hashed = hashlib.sha256(shown.credentials.encode()).digest()
    person = await session.scalar(
        select(Person)
        .join(Login, Login.person_id == Person.id)
        .where(Login.token_hash == hashed, Login.expires_at > datetime.now(UTC))
    )
    if person is None:
        raise HTTPException(401)
    return person


CurrentPerson = Annotated[Person, Depends(get_current_person)]


async def organised(session: AsyncSession, person: Person, cohort_id: UUID) -> None:
    if await session.get(Organiser, (cohort_id, person.id)) is None:
        raise HTTPException(404)


@app.get("/api/v1/cohorts/{cohort_id}/enrolments", response_model=PageOut[ListedEnrolmentOut])
async def list_enrolments(
    session: Session, person: CurrentPerson, cohort_id: UUID, limit: int = 50
) -> Any:
    await organised(session, person, cohort_id)
    found = await session.scalars(
        select(Enrolment)
        .where(Enrolment.cohort_id == cohort_id)
        .options(joinedload(Enrolment.person))
        .order_by(Enrolment.created_at, Enrolment.id)
        .limit(limit + 1)
    )
    items = found.all()
    for one in items:
        one.progress = one.matching = None  # type: ignore[attr-defined]  # as nobody asks for it
    last = items[limit - 1] if len(items) > limit else None
    return {
        "items": items[:limit],
        "next": write_keyset("created_at", last.created_at, last.id) if last else None,
    }


@app.get("/api/v1/enrolments/{enrolment_id}", response_model=EnrolmentOut)
async def read_enrolment(session: Session, person: CurrentPerson, enrolment_id: UUID) -> Any:
    found = await session.get(Enrolment, enrolment_id, options=[joinedload(Enrolment.person)])
    if found is None:
        raise HTTPException(404)
    if found.person_id != person.id:
        await organised(session, person, found.cohort_id)
    return found


def count(of: Any, *where: Any) -> Any:
    return select(func.count()).select_from(of).where(*where).scalar_subquery()


@app.get("/api/v1/cohorts/{cohort_id}/overview", response_model=OverviewOut)
async def read_overview(session: Session, person: CurrentPerson, cohort_id: UUID) -> Any:
    await organised(session, person, cohort_id)
    cohort = await session.get_one(Cohort, cohort_id)
    studying = (Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
    mentored = (
        select(Mentorship.id)
        .where(Mentorship.enrolment_id == Enrolment.id, Mentorship.ended_at.is_(None))
        .exists()
    )
    proposed = (
        select(Proposal.id)
        .where(Proposal.enrolment_id == Enrolment.id, Proposal.state == ProposalState.OPEN)
        .exists()
    )
    there = Mentor.cohort_id == cohort_id
    approved = Mentor.state == MentorState.APPROVED
    open_to = (there, approved, Mentor.paused_at.is_(None))
    waiting = (
        select(func.count())
        .select_from(PlanItem)
        .join(Enrolment, Enrolment.id == PlanItem.enrolment_id)
        .where(*studying, PlanItem.state == ItemState.SUBMITTED)
    )
    places = select(func.coalesce(func.sum(Mentor.capacity), 0)).where(*open_to)
    free = select(func.coalesce(func.sum(Mentor.capacity - Mentor.taken), 0)).where(*open_to)
    figures = {
        "researchers": count(Enrolment, *studying),
        "matched": count(Enrolment, *studying, mentored),
        "proposed": count(Enrolment, *studying, proposed, ~mentored),
        "reviews_waiting": waiting.scalar_subquery(),
        "mentors": count(Mentor, there, approved),
        "applications_waiting": count(
            Application,
            Application.cohort_id == cohort_id,
            Application.state == ApplicationState.APPLIED,
        ),
        "mentors_pending": count(Mentor, there, Mentor.state == MentorState.PENDING),
        "places": places.scalar_subquery(),
        "places_free": free.scalar_subquery(),
        "rounds_unpublished": count(
            Round, Round.cohort_id == cohort_id, Round.state == RoundState.OPEN
        ),
        "failed_work": count(Job, Job.cohort_id == cohort_id, Job.state == JobState.DEAD),
    }
    row = (
        (await session.execute(select(*(one.label(name) for name, one in figures.items()))))
        .mappings()
        .one()
    )
    waits = row["researchers"] - row["matched"] - row["proposed"]
    return {
        "cohort_id": cohort_id,
        "seats": cohort.seats,
        **row,
        "waiting": waits,
        "latest_round": None,
    }


@app.get("/api/v1/cohorts/{cohort_id}/progress", response_model=CohortProgressOut)
async def read_progress(
    session: Session, person: CurrentPerson, cohort_id: UUID, limit: int = 50
) -> Any:
    await organised(session, person, cohort_id)
    found = await session.scalars(
        select(Enrolment)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .options(joinedload(Enrolment.person))
        .order_by(Enrolment.created_at, Enrolment.id)
        .limit(limit + 1)
    )
    people = found.all()
    last = people[limit - 1] if len(people) > limit else None
    counted = await session.execute(
        select(
            PlanItem.enrolment_id,
            Milestone.section_id,
            func.count().filter(PlanItem.state == ItemState.PASSED),
            func.count(),
            func.count().filter(PlanItem.due_at <= datetime.now(UTC)),
        )
        .join(Milestone, Milestone.id == PlanItem.milestone_id)
        .where(PlanItem.enrolment_id.in_([one.id for one in people[:limit]]))
        .group_by(PlanItem.enrolment_id, Milestone.section_id)
    )
    cells: dict[UUID, list[CountsOut]] = {}
    for enrolment_id, section_id, passed, total, due in counted:
        cell = CountsOut(section_id=section_id, passed=passed, total=total, due=due)
        cells.setdefault(enrolment_id, []).append(cell)
    named = {cell.section_id for row in cells.values() for cell in row}
    sections = await session.scalars(
        select(Section).where(Section.id.in_(named)).order_by(Section.position, Section.id)
    )
    return {
        "sections": sections.all(),
        "people": [
            PersonProgressOut(
                enrolment_id=one.id,
                name=one.person.name,
                passed=sum(cell.passed for cell in cells[one.id]),
                total=sum(cell.total for cell in cells[one.id]),
                due=sum(cell.due for cell in cells[one.id]),
                sections=cells[one.id],
            )
            for one in people[:limit]
        ],
        "next": write_keyset("", last.created_at, last.id) if last else None,
    }


@app.get("/api/v1/enrolments/{enrolment_id}/plan", response_model=PlanOut)
async def read_plan(session: Session, person: CurrentPerson, enrolment_id: UUID) -> Any:
    enrolment = await session.get(Enrolment, enrolment_id, options=[joinedload(Enrolment.cohort)])
    if enrolment is None:
        raise HTTPException(404)
    if enrolment.person_id != person.id:
        await organised(session, person, enrolment.cohort_id)
    now = datetime.now(UTC)
    found = await session.scalars(
        select(PlanItem)
        .where(PlanItem.enrolment_id == enrolment_id)
        .options(joinedload(PlanItem.milestone).joinedload(Milestone.section))
        .order_by(PlanItem.due_at, PlanItem.position)
    )
    items = found.all()
    versions = await session.scalars(
        select(Submission)
        .join(PlanItem, PlanItem.id == Submission.plan_item_id)
        .where(PlanItem.enrolment_id == enrolment_id)
        .options(joinedload(Submission.review).joinedload(Review.reviewer))
        .order_by(Submission.version)
    )
    newest = {one.plan_item_id: one for one in versions}
    unpassed = {
        one.milestone.slug: one.milestone.title for one in items if one.state != ItemState.PASSED
    }
    owed = {ItemState.OPEN, ItemState.AGAIN}
    return PlanOut(
        enrolment_id=enrolment_id,
        passed=sum(one.state == ItemState.PASSED for one in items),
        total=len(items),
        due=sum(one.due_at <= now for one in items),
        is_frozen=enrolment.state == EnrolmentState.WITHDRAWN
        or enrolment.cohort.state == CohortState.ARCHIVED,
        items=[
            PlanItemOut(
                id=one.id,
                enrolment_id=enrolment_id,
                milestone=PlanMilestoneOut.model_validate(one.milestone),
                section=PlanSectionOut.model_validate(one.milestone.section),
                due_at=one.due_at,
                state=one.state,
                is_late=one.state in owed and one.due_at < now,
                passed_at=one.passed_at,
                waits_for=[unpassed[slug] for slug in one.milestone.requires if slug in unpassed],
                newest=SubmissionOut.model_validate(newest[one.id]) if one.id in newest else None,
            )
            for one in items
        ],
    )


@app.get("/api/v1/runs/{run_id}/pairs", response_model=PageOut[PairOut])
async def list_pairs(session: Session, person: CurrentPerson, run_id: UUID, limit: int = 50) -> Any:
    run = await session.get(Run, run_id, options=[joinedload(Run.round)])
    if run is None:
        raise HTTPException(404)
    await organised(session, person, run.round.cohort_id)
    found = await session.scalars(
        select(Pair)
        .where(Pair.run_id == run_id)
        .options(
            joinedload(Pair.enrolment).joinedload(Enrolment.person),
            joinedload(Pair.mentor).joinedload(Mentor.person),
        )
        .order_by(Pair.id)
        .limit(limit + 1)
    )
    pairs = found.all()
    last = pairs[limit - 1] if len(pairs) > limit else None
    names = [
        {"researcher": one.enrolment.person.name, "mentor": one.mentor.person.name}
        for one in pairs[:limit]
    ]
    return {
        "items": [
            {**{key: getattr(one, key, None) for key in PairOut.model_fields}, **named}
            for one, named in zip(pairs, names, strict=False)
        ],
        "next": write_keyset("id", None, last.id) if last else None,
    }


@app.post("/api/v1/cohorts/{cohort_id}/mentors", response_model=NoticeOut, status_code=202)
async def sign_up_mentor(session: Session, cohort_id: UUID, form: MentorIn) -> Any:
    cohort = await session.get(Cohort, cohort_id)
    if cohort is None or cohort.state not in {CohortState.OPEN, CohortState.RUNNING}:
        raise HTTPException(404)
    for kind, slugs in (
        ("domain", form.domains),
        ("role", form.roles),
        ("context", form.contexts),
        ("skill", form.skills),
    ):
        known = await session.scalars(
            select(Term.slug).where(Term.kind == kind, Term.slug.in_(slugs))
        )
        if set(slugs) - set(known):
            raise HTTPException(422)
    asked = await session.scalars(
        select(Question).where(
            Question.cohort_id == cohort_id,
            Question.retired_at.is_(None),
            Question.asks_mentors != "",
        )
    )
    if form.answers or any(one.required for one in asked):
        raise HTTPException(422)  # this cohort asks nothing
    now = datetime.now(UTC)
    waiting = UnconfirmedMentor(
        cohort_id=cohort_id,
        email=form.email,
        name=form.name,
        profile=form.model_dump(mode="json", exclude={"name", "email", "consent"}),
        created_at=now,
        expires_at=now + timedelta(days=3),
    )
    session.add(waiting)
    await session.flush()
    session.add(
        Job(
            name="mentors.ask_to_confirm",
            arguments={"unconfirmed_id": str(waiting.id)},
            cohort_id=cohort_id,
            due_at=now,
            enqueued_at=now,
        )
    )
    await session.commit()
    return NoticeOut(detail="Thank you.")
