"""A small world for tests to begin in: a guide, the taxonomies, a cohort and its people.

Built from rows, so that a test of one room does not need the verbs of the others; the verbs
themselves are tested through HTTP.
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Enrolment, Organiser, Stage
from cohort.guides.models import Guide, Milestone, Section, Term, TermKind
from cohort.mentors.models import CameFrom, Mentor, MentorState
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.people.models import Person

EVENINGS = [{"day": "tuesday", "start": "17:00", "end": "20:00"}]

TERMS = {
    TermKind.DOMAIN: ["nlp", "machine-translation", "speech", "vision", "robotics"],
    TermKind.ROLE: ["ml-engineer", "research-scientist", "applied-scientist"],
    TermKind.CONTEXT: ["big-tech", "start-up"],
    TermKind.SKILL: ["pipelines", "serving", "monitoring", "exam-technique"],
}
PARENTS = {"machine-translation": "nlp", "speech": "nlp"}


async def a_guide(db: AsyncSession, *, now: datetime, slug: str = "pmle") -> Guide:
    """Two sections, three milestones, and the taxonomies."""
    guide = Guide(
        id=uuid4(),
        slug=slug,
        title="From research to production",
        description="",
        author="",
        published_on=None,
        tags=[],
        imported_at=now,
    )
    db.add(guide)
    await db.flush()
    sections = [
        Section(
            id=uuid4(),
            guide_id=guide.id,
            parent_id=None,
            slug=name,
            title=name.title(),
            level=2,
            position=position,
            body="",
            retired_at=None,
        )
        for position, name in enumerate(["bridging", "preparation"])
    ]
    db.add_all(sections)
    await db.flush()
    work = [
        ("end-to-end", sections[0], ["pipelines", "serving"], [], 20),
        ("drift-monitor", sections[0], ["monitoring"], ["end-to-end"], 10),
        ("mock-exam", sections[1], ["exam-technique"], [], 10),
    ]
    db.add_all(
        Milestone(
            id=uuid4(),
            guide_id=guide.id,
            section_id=section.id,
            slug=name,
            title=name.replace("-", " ").title(),
            task="Do it.",
            evidence="A link to it.",
            hours=hours,
            skills=skills,
            requires=requires,
            position=position,
            retired_at=None,
        )
        for position, (name, section, skills, requires, hours) in enumerate(work)
    )
    await the_taxonomies(db)
    return guide


async def the_taxonomies(db: AsyncSession) -> None:
    """In one statement: nearly every test begins with them."""
    terms = [
        {
            "kind": kind,
            "slug": slug,
            "title": slug.replace("-", " ").capitalize(),
            "description": "",
            "parent_slug": PARENTS.get(slug),
            "position": position,
        }
        for kind, slugs in TERMS.items()
        for position, slug in enumerate(slugs)
    ]
    await db.execute(insert(Term).values(terms).on_conflict_do_nothing())


async def a_cohort(
    db: AsyncSession, guide: Guide, *organisers: Person, now: datetime, **changes: Any
) -> Cohort:
    """A running cohort in Berlin, 16 weeks from 2 March 2026."""
    given: dict[str, Any] = {
        "slug": "spring",
        "name": "Spring 2026",
        "description": "",
        "starts_on": date(2026, 3, 2),
        "ends_on": date(2026, 6, 21),
        "time_zone": "Europe/Berlin",
        "seats": 30,
        "taken": 0,
        "state": CohortState.RUNNING,
        "matching_day": 0,
        "matching_time": time(6),
        "running_since": now,
        "created_at": now,
    }
    cohort = Cohort(id=uuid4(), guide_id=guide.id, **(given | changes))
    db.add(cohort)
    await db.flush()
    db.add_all(Organiser(cohort_id=cohort.id, person_id=one.id, since=now) for one in organisers)
    await db.flush()
    return cohort


async def enrolled(
    db: AsyncSession, cohort: Cohort, person: Person, *, now: datetime, **changes: Any
) -> Enrolment:
    given: dict[str, Any] = {
        "about": "",
        "stage": Stage.PHD,
        "domains": ["machine-translation"],
        "role_goals": ["ml-engineer"],
        "contexts": ["big-tech"],
        "languages": ["en"],
        "time_zone": "Europe/Berlin",
        "weekly_hours": EVENINGS,
        "organisations": ["University of Somewhere"],
        "advisers": [],
        "created_at": now,
    }
    enrolment = Enrolment(id=uuid4(), cohort_id=cohort.id, person_id=person.id, **(given | changes))
    db.add(enrolment)
    cohort.taken += 1
    await db.flush()
    return enrolment


async def mentoring(
    db: AsyncSession, cohort: Cohort, person: Person, *, now: datetime, **changes: Any
) -> Mentor:
    given: dict[str, Any] = {
        "state": MentorState.APPROVED,
        "paused_at": None,
        "capacity": 2,
        "motivation": "I was there once.",
        "came_from": CameFrom.PHD,
        "domains": ["nlp"],
        "roles": ["ml-engineer"],
        "contexts": ["big-tech"],
        "skills": ["pipelines", "monitoring"],
        "languages": ["en"],
        "time_zone": "Europe/Berlin",
        "weekly_hours": EVENINGS,
        "organisations": ["Northwind Robotics"],
        "consented_at": now,
        "decision_note": "",
        "created_at": now,
    }
    mentor = Mentor(id=uuid4(), cohort_id=cohort.id, person_id=person.id, **(given | changes))
    db.add(mentor)
    await db.flush()
    return mentor


async def proposed(
    db: AsyncSession, enrolment: Enrolment, mentor: Mentor, *, now: datetime, **changes: Any
) -> Proposal:
    """Two who were asked, and have a week to answer."""
    given: dict[str, Any] = {
        "score": 0.8,
        "reason": "You both like pipelines.",
        "factors": [],
        "created_at": now,
        "expires_at": now + timedelta(days=7),
    }
    two = {"enrolment_id": enrolment.id, "mentor_id": mentor.id}
    proposal = Proposal(id=uuid4(), cohort_id=enrolment.cohort_id, **two, **(given | changes))
    db.add(proposal)
    await db.flush()
    return proposal


async def mentored(
    db: AsyncSession, enrolment: Enrolment, mentor: Mentor, *, now: datetime
) -> Mentorship:
    """Two who both said yes; whoever counts the mentor's places sets `taken`."""
    proposal = await proposed(db, enrolment, mentor, now=now, state=ProposalState.ACCEPTED)
    mentorship = Mentorship(
        id=uuid4(),
        cohort_id=enrolment.cohort_id,
        proposal_id=proposal.id,
        enrolment_id=enrolment.id,
        mentor_id=mentor.id,
        began_at=now,
    )
    db.add(mentorship)
    await db.flush()
    return mentorship
