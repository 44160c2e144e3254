"""What the tiles and lists of a desk show: read only, and as many statements for one as for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    any_,
    exists,
    func,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, contains_eager

from cohort.applications.models import Application, ApplicationState
from cohort.cohorts import policy as cohorts
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.guides.models import Milestone
from cohort.http.formats import local_day
from cohort.jobs.outbox import Job, JobState
from cohort.matching.models import Round, RoundState
from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem

AT_MOST = 50
"""How many cohorts the home page lists; the page of cohorts lists them all."""

ACTIVE = Enrolment.state == EnrolmentState.ACTIVE
HAS_MENTOR = exists().where(Mentorship.enrolment_id == Enrolment.id, Mentorship.ended_at.is_(None))
IS_PROPOSED = exists().where(
    Proposal.enrolment_id == Enrolment.id, Proposal.state == ProposalState.OPEN
)
APPLIED = Application.state == ApplicationState.APPLIED
TAKES_PLACES = and_(Mentor.state == MentorState.APPROVED, Mentor.paused_at.is_(None))


@dataclass(frozen=True, slots=True)
class Overview:
    """A cohort in figures. Every researcher is matched, proposed, or waiting."""

    cohort: Cohort
    researchers: int
    matched: int
    proposed: int
    reviews_waiting: int
    mentors: int
    mentors_pending: int
    applications_waiting: int
    places: int
    places_free: int
    rounds_unpublished: int
    failed_work: int

    @property
    def waiting(self) -> int:
        return self.researchers - self.matched - self.proposed


def _of_cohort(what: Any, of: Any, *where: Any) -> ScalarSelect[Any]:
    statement = select(func.coalesce(what, 0)).select_from(of)
    return statement.where(of.cohort_id == Cohort.id, *where).correlate(Cohort).scalar_subquery()


def _reviews_waiting() -> ScalarSelect[Any]:
    """Sought by the ids of the cohort's people, in one pass over an index.

    Joined, PostgreSQL may read all that waits on the whole platform.
    """
    people = select(Enrolment.id).where(Enrolment.cohort_id == Cohort.id, ACTIVE)
    theirs = func.array(people.correlate(Cohort).scalar_subquery(), type_=ARRAY(Uuid()))
    waits = select(func.count()).where(
        PlanItem.enrolment_id == any_(theirs), PlanItem.state == ItemState.SUBMITTED
    )
    return waits.correlate(Cohort).scalar_subquery()


def _mentors() -> FromClause:
    """All that is counted of mentors, in one pass over them."""
    many, approved = func.count(), Mentor.state == MentorState.APPROVED
    places, free = func.sum(Mentor.capacity), func.sum(Mentor.capacity - Mentor.taken)
    its = select(
        many.filter(approved).label("mentors"),
        many.filter(Mentor.state == MentorState.PENDING).label("mentors_pending"),
        func.coalesce(places.filter(TAKES_PLACES), 0).label("places"),
        func.coalesce(free.filter(TAKES_PLACES), 0).label("places_free"),
    )
    return its.where(Mentor.cohort_id == Cohort.id).correlate(Cohort).lateral()


@cache
def _figures() -> tuple[Sequence[ColumnElement[Any]], FromClause]:
    """A column for each figure of a cohort, and what some are taken from; made once, as to write
    the statement takes longer than all else that is done for a short page."""
    many, mentors = func.count(), _mentors()
    each = {
        "researchers": _of_cohort(many, Enrolment, ACTIVE),
        "matched": _of_cohort(many, Enrolment, ACTIVE, HAS_MENTOR),
        "proposed": _of_cohort(many, Enrolment, ACTIVE, IS_PROPOSED, ~HAS_MENTOR),
        "reviews_waiting": _reviews_waiting(),
        "applications_waiting": _of_cohort(many, Application, APPLIED),
        "rounds_unpublished": _of_cohort(many, Round, Round.state == RoundState.OPEN),
        "failed_work": _of_cohort(many, Job, Job.state == JobState.DEAD),
    }
    return [*(count.label(name) for name, count in each.items()), *mentors.c], mentors


def counted(of_cohorts: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A statement of cohorts, with a column for each figure of each of them."""
    columns, mentors = _figures()
    return of_cohorts.add_columns(*columns).join(mentors, true())


async def _overviews(db: AsyncSession, statement: Select[*tuple[Any, ...]]) -> list[Overview]:
    found = await db.execute(counted(statement))
    names = list(found.keys())[1:]
    return [Overview(cohort, **dict(zip(names, each, strict=True))) for cohort, *each in found]


async def overview_of(db: AsyncSession, cohort: Cohort) -> Overview:
    [found] = await _overviews(db, select(Cohort).where(Cohort.id == cohort.id))
    return found


async def organised_by(db: AsyncSession, actor: Person) -> list[Overview]:
    """The cohorts that the actor runs, those that end last first."""
    mine = select(Cohort).where(
        Cohort.id.in_(cohorts.organised_by(actor)), Cohort.state != CohortState.ARCHIVED
    )
    return await _overviews(db, mine.order_by(Cohort.ends_on.desc(), Cohort.id).limit(AT_MOST))


@dataclass(frozen=True, slots=True)
class Study:
    """One of the actor's enrolments, and what comes next in it."""

    enrolment: Enrolment
    total: int
    passed: int
    next_title: str | None
    next_due_at: datetime | None
    mentor: str | None
    mentorship_id: UUID | None
    proposed: str | None
    proposal_id: UUID | None


def name_of_mentor(link: type[Mentorship | Proposal], *where: Any) -> ScalarSelect[Any]:
    """The name of the mentor of an enrolment, through a standing mentorship or proposal."""
    person = aliased(Person)
    return (
        select(person.name)
        .select_from(link)
        .join(Mentor, Mentor.id == link.mentor_id)
        .join(person, person.id == Mentor.person_id)
        .where(link.enrolment_id == Enrolment.id, *where)
        .correlate(Enrolment)
        .limit(1)
        .scalar_subquery()
    )


async def studies_of(db: AsyncSession, actor: Person) -> list[Study]:
    plan = select(func.count()).where(PlanItem.enrolment_id == Enrolment.id).correlate(Enrolment)
    to_do = PlanItem.state.in_([ItemState.OPEN, ItemState.AGAIN])
    coming = (
        select(Milestone.title, PlanItem.due_at)
        .join(PlanItem, PlanItem.milestone_id == Milestone.id)
        .where(PlanItem.enrolment_id == Enrolment.id, to_do)
        .order_by(PlanItem.due_at, PlanItem.position)
        .limit(1)
        .correlate(Enrolment)
        .lateral()
    )
    rows = await db.execute(
        select(
            Enrolment,
            plan.scalar_subquery(),
            plan.where(PlanItem.state == ItemState.PASSED).scalar_subquery(),
            coming.c.title,
            coming.c.due_at,
            name_of_mentor(Mentorship, Mentorship.ended_at.is_(None)),
            select(Mentorship.id)
            .where(Mentorship.enrolment_id == Enrolment.id, Mentorship.ended_at.is_(None))
            .correlate(Enrolment)
            .limit(1)
            .scalar_subquery(),
            name_of_mentor(Proposal, Proposal.state == ProposalState.OPEN),
            select(Proposal.id)
            .where(Proposal.enrolment_id == Enrolment.id, Proposal.state == ProposalState.OPEN)
            .correlate(Enrolment)
            .scalar_subquery(),
        )
        .join(Enrolment.cohort)
        .outerjoin(coming, true())
        .options(contains_eager(Enrolment.cohort))
        .where(Enrolment.person_id == actor.id, ACTIVE, Cohort.state != CohortState.ARCHIVED)
        .order_by(Cohort.ends_on.desc(), Enrolment.id)
    )
    return [Study(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Mentoring:
    """The actor as a mentor of one cohort, and who waits for an answer."""

    mentor: Mentor
    proposals: int
    reviews: int


async def mentoring_of(db: AsyncSession, actor: Person) -> list[Mentoring]:
    unanswered = and_(Proposal.state == ProposalState.OPEN, Proposal.mentor_accepted_at.is_(None))
    proposals = select(func.count()).where(Proposal.mentor_id == Mentor.id, unanswered)
    reviews = (
        select(func.count())
        .select_from(PlanItem)
        .join(Mentorship, Mentorship.enrolment_id == PlanItem.enrolment_id)
        .where(Mentorship.mentor_id == Mentor.id, Mentorship.ended_at.is_(None))
        .where(PlanItem.state == ItemState.SUBMITTED)
    )
    rows = await db.execute(
        select(
            Mentor,
            proposals.correlate(Mentor).scalar_subquery(),
            reviews.correlate(Mentor).scalar_subquery(),
        )
        .join(Mentor.cohort)
        .options(contains_eager(Mentor.cohort))
        .where(
            Mentor.person_id == actor.id,
            Mentor.state.in_([MentorState.PENDING, MentorState.APPROVED]),
        )
        .where(Cohort.state != CohortState.ARCHIVED)
        .order_by(Cohort.ends_on.desc(), Mentor.id)
    )
    return [Mentoring(*row) for row in rows]


async def failed_work(
    db: AsyncSession, visible: Select[Job], cohort_id: UUID | None
) -> Sequence[Job]:
    """The newest of what failed for good; `None` asks for work of no cohort, such as sign-ups."""
    dead = visible.where(Job.state == JobState.DEAD, Job.cohort_id == cohort_id)
    newest = dead.order_by(Job.ended_at.desc(), Job.id)
    return (await db.scalars(newest.limit(AT_MOST))).all()


def today_in(cohort: Cohort, now: datetime) -> date:
    return local_day(now, cohort.time_zone)


def weeks_of(cohort: Cohort, today: date) -> tuple[int, int]:
    """Which week of how many: 0 before the first day, the last one after the end."""
    weeks = ((cohort.ends_on - cohort.starts_on).days + 7) // 7
    return max(0, min(weeks, (today - cohort.starts_on).days // 7 + 1)), weeks
