"""Who of a cohort may be asked to review, and how well each knows a piece of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import pausing
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState, Organiser
from cohort.guides.models import Milestone
from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship
from cohort.pairing.scores.requirements import conflict_words
from cohort.peer_reviews.models import ReviewerRole
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem
from cohort.wishes import apart, conflicts

BY_SKILLS = 0.8
"""What knowing all skills of a milestone is worth, beside having passed it."""
UNKNOWN = 0.4
"""Of a milestone that names no skills, and of organisers, whose skills nobody wrote down."""


@dataclass(frozen=True, slots=True)
class ReviewCandidate:
    """Somebody who may be asked: whoever has two roles, in the first of staff, mentor and peer."""

    person_id: UUID
    role: ReviewerRole
    passed: frozenset[str]
    skills: frozenset[str]
    words: frozenset[str]
    """What she may not have in common with an author: organisations, and people by name."""
    mentor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WorkAuthor:
    """Whose work it is."""

    person_id: UUID
    enrolment_id: UUID
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReviewPool:
    """Everybody who may be asked, and who is kept away from whom."""

    candidates: Sequence[ReviewCandidate]
    apart: set[tuple[UUID, UUID]]
    lifted: set[tuple[UUID, UUID]]
    """Enrolments and mentors whose conflict an organiser has lifted."""
    mentors_of: Mapping[UUID, UUID]
    """The mentor of each enrolment, who reviews its work in any case."""

    def may(self, author: WorkAuthor, one: ReviewCandidate) -> bool:
        """Nobody reviews herself, her mentee, or anybody with whom she has a conflict."""
        if one.person_id == author.person_id or (author.person_id, one.person_id) in self.apart:
            return False
        if one.mentor_id is not None:
            if self.mentors_of.get(author.enrolment_id) == one.mentor_id:
                return False
            if (author.enrolment_id, one.mentor_id) in self.lifted:
                return True
        return not author.words & one.words


def fit_of(milestone: str, skills: Sequence[str], one: ReviewCandidate) -> float:
    """In [0, 1]: 1 for whoever passed the milestone, else by the share of its skills she has."""
    if milestone in one.passed:
        return 1.0
    if not skills or one.role is ReviewerRole.STAFF:
        return UNKNOWN
    return BY_SKILLS * len(one.skills.intersection(skills)) / len(set(skills))


async def pool_of(db: AsyncSession, cohort: Cohort, *, now: datetime) -> ReviewPool:
    """Seven statements, whatever the number of people."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    found: dict[UUID, ReviewCandidate] = {}
    for one in (*await _peers(db, cohort.id, today), *await _mentors(db, cohort.id)):
        found[one.person_id] = one
    for one in await _staff(db, cohort.id):
        found[one.person_id] = one
    pairs = mentorships.active_in(cohort.id)
    rows = await db.execute(pairs.with_only_columns(Mentorship.enrolment_id, Mentorship.mentor_id))
    return ReviewPool(
        candidates=sorted(found.values(), key=lambda one: one.person_id),
        apart=await apart.people_in(db, cohort.id),
        lifted=set(await conflicts.lifted_in(db, cohort.id)),
        mentors_of=dict(rows.all()),
    )


def words_of(organisations: Sequence[str], names: Sequence[str]) -> frozenset[str]:
    return frozenset(conflict_words(organisations, names))


async def _peers(db: AsyncSession, cohort_id: UUID, today: Any) -> list[ReviewCandidate]:
    """Who studies, is not paused and has an account of her own; with what she has passed."""
    columns = (Enrolment.person_id, Enrolment.organisations, Enrolment.advisers)
    there = (
        select(*columns, Person.name, Person.email)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(pausing.is_there(today), ~Person.is_placeholder, Person.suspended_at.is_(None))
    )
    done = (
        select(
            Enrolment.person_id,
            func.array_agg(Milestone.slug),
            func.array_agg(func.array_to_string(Milestone.skills, " ")),
        )
        .select_from(PlanItem)
        .join(PlanItem.enrolment)
        .join(PlanItem.milestone)
        .where(Enrolment.cohort_id == cohort_id, PlanItem.state == ItemState.PASSED)
        .group_by(Enrolment.person_id)
    )
    passed = {its_id: (slugs, skills) for its_id, slugs, skills in await db.execute(done)}
    return [
        ReviewCandidate(
            row.person_id,
            ReviewerRole.PEER,
            frozenset(passed.get(row.person_id, ((), ()))[0]),
            frozenset(" ".join(passed.get(row.person_id, ((), ()))[1]).split()),
            words_of(row.organisations, [*row.advisers, row.name, row.email]),
        )
        for row in await db.execute(there)
    ]


async def _mentors(db: AsyncSession, cohort_id: UUID) -> list[ReviewCandidate]:
    there = (
        select(
            Mentor.id,
            Mentor.person_id,
            Mentor.skills,
            Mentor.organisations,
            Person.name,
            Person.email,
        )
        .join(Mentor.person)
        .where(Mentor.cohort_id == cohort_id, Mentor.state == MentorState.APPROVED)
        .where(Mentor.paused_at.is_(None), ~Person.is_placeholder, Person.suspended_at.is_(None))
    )
    return [
        ReviewCandidate(
            row.person_id,
            ReviewerRole.MENTOR,
            frozenset(),
            frozenset(row.skills),
            words_of(row.organisations, [row.name, row.email]),
            row.id,
        )
        for row in await db.execute(there)
    ]


async def _staff(db: AsyncSession, cohort_id: UUID) -> list[ReviewCandidate]:
    run = select(Person.id, Person.name, Person.email).join(
        Organiser, Organiser.person_id == Person.id
    )
    run = run.where(Organiser.cohort_id == cohort_id, Person.suspended_at.is_(None))
    return [
        ReviewCandidate(
            row.id,
            ReviewerRole.STAFF,
            frozenset(),
            frozenset(),
            words_of([], [row.name, row.email]),
        )
        for row in await db.execute(run)
    ]
