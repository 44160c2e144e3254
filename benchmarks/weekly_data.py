"""Cohorts of people who all differ, with their plans, written straight into the tables."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Enrolment, Stage
from cohort.guides.models import Guide, Milestone, Section, Term, TermKind
from cohort.mentors.models import CameFrom, Mentor, MentorState
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem

MILESTONES = 52
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata")
DOMAINS = [f"domain-{k}" for k in range(40)]
ROLES = [f"role-{k}" for k in range(8)]
CONTEXTS = ["big-tech", "start-up", "public"]
SKILLS = [f"skill-{k}" for k in range(30)]
PLAN_COLUMNS = ["id", "enrolment_id", "milestone_id", "position", "due_at", "state", "passed_at"]
NOW = datetime.now(UTC)


class Crowd:
    """Draws people; the same seed gives the same people."""

    def __init__(self, db: AsyncSession, seed: int = 7) -> None:
        self.db = db
        self.random = Random(seed)
        self.milestones: list[UUID] = []
        self.guide_id = uuid4()

    async def settle_in(self) -> None:
        """The guide with its milestones, and the taxonomies."""
        guide = Guide(id=self.guide_id, slug="bench", title="Bench", description="", author="")
        guide.published_on, guide.tags, guide.imported_at = None, [], NOW
        self.db.add(guide)
        await self.db.flush()
        section = {"id": uuid4(), "guide_id": self.guide_id, "slug": "all", "title": "All"}
        section |= {"level": 2, "position": 0, "body": "", "parent_id": None, "retired_at": None}
        await self.db.execute(insert(Section), [section])
        rows = [self._milestone(k, section["id"]) for k in range(MILESTONES)]
        await self.db.execute(insert(Milestone), rows)
        self.milestones = [row["id"] for row in rows]
        await self.db.execute(insert(Term), list(self._terms()))

    async def gather_in(self, slug: str, researchers: int, mentors: int) -> UUID:
        """A cohort that runs from now on: its next weekly round is not due yet."""
        cohort = {
            "id": uuid4(),
            "guide_id": self.guide_id,
            "slug": slug,
            "name": slug,
            "description": "",
            "starts_on": date.today() - timedelta(days=30),  # noqa: DTZ011
            "ends_on": date.today() + timedelta(days=90),  # noqa: DTZ011
            "time_zone": "Europe/Berlin",
            "seats": researchers + 1,
            "taken": researchers,
            "state": CohortState.RUNNING,
            "matching_day": 0,
            "matching_time": time(6),
            "running_since": datetime.now(UTC),
            "created_at": NOW,
        }
        await self.db.execute(insert(Cohort), [cohort])
        people = [_person(f"{slug}-{k}") for k in range(researchers + mentors)]
        await self.db.execute(insert(Person), people)
        common = {"cohort_id": cohort["id"]}
        ids = [one["id"] for one in people]
        await self._enrol(common, ids[:researchers])
        await self.db.execute(
            insert(Mentor), [common | self._mentor(one) for one in ids[researchers:]]
        )
        return cohort["id"]

    async def join(self, cohort_id: UUID, slug: str, researchers: int) -> None:
        """More researchers for a cohort that is there."""
        people = [_person(f"{slug}-{k}") for k in range(researchers)]
        await self.db.execute(insert(Person), people)
        await self._enrol({"cohort_id": cohort_id}, [one["id"] for one in people])

    async def _enrol(self, common: dict[str, Any], ids: list[UUID]) -> None:
        studying = [common | self._researcher(one) for one in ids]
        await self.db.execute(insert(Enrolment), studying)
        await self._copy_plans(studying)

    async def _copy_plans(self, studying: list[dict[str, Any]]) -> None:
        """By COPY, as a thousand cohorts have three million rows."""
        connection = await (await self.db.connection()).get_raw_connection()
        await connection.driver_connection.copy_records_to_table(
            PlanItem.__tablename__, records=self._plans(studying), columns=PLAN_COLUMNS
        )

    def _terms(self) -> Iterator[dict[str, Any]]:
        of_four = {k: DOMAINS[k - k % 4] if k % 4 else None for k in range(len(DOMAINS))}
        yield from rows_of_terms(TermKind.DOMAIN, {DOMAINS[k]: one for k, one in of_four.items()})
        for kind, slugs in (
            (TermKind.ROLE, ROLES),
            (TermKind.CONTEXT, CONTEXTS),
            (TermKind.SKILL, SKILLS),
        ):
            yield from rows_of_terms(kind, dict.fromkeys(slugs))

    def _some(self, words: list[str], most: int) -> list[str]:
        return self.random.sample(words, self.random.randint(1, most))

    def _profile(self) -> dict[str, Any]:
        start = self.random.randint(8, 18)
        return {
            "domains": self._some(DOMAINS, 3),
            "contexts": self._some(CONTEXTS, 2),
            "languages": self._some(["en", "de", "fr"], 2),
            "time_zone": self.random.choice(ZONES),
            "weekly_hours": [
                {"day": day, "start": f"{start:02}:00", "end": f"{start + 4:02}:30"}
                for day in self.random.sample(DAYS, 4)
            ],
            "organisations": [f"Organisation {self.random.randint(0, 400)}"],
            "created_at": NOW,
            "id": uuid4(),
        }

    def _researcher(self, person_id: UUID) -> dict[str, Any]:
        return self._profile() | {
            "person_id": person_id,
            "about": "",
            "stage": self.random.choice(list(Stage)),
            "role_goals": self._some(ROLES, 3),
            "advisers": [],
        }

    def _mentor(self, person_id: UUID) -> dict[str, Any]:
        return self._profile() | {
            "person_id": person_id,
            "state": MentorState.APPROVED,
            "capacity": 3,
            "motivation": "",
            "came_from": self.random.choice(list(CameFrom)),
            "roles": self._some(ROLES, 2),
            "skills": self._some(SKILLS, 8),
            "consented_at": NOW,
            "decision_note": "",
        }

    def _milestone(self, k: int, section_id: UUID) -> dict[str, Any]:
        return {
            "id": uuid4(),
            "guide_id": self.guide_id,
            "section_id": section_id,
            "slug": f"milestone-{k}",
            "title": f"Milestone {k}",
            "task": "Do it.",
            "evidence": "A link.",
            "hours": self.random.randint(2, 20),
            "skills": self._some(SKILLS, 3),
            "requires": [],
            "position": k,
            "retired_at": None,
        }

    def _plans(self, studying: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
        """Everybody has passed some of the first milestones, and has dates of their own."""
        for one in studying:
            passed, first = self.random.randint(0, 20), NOW + timedelta(days=self.random.random())
            for position, milestone_id in enumerate(self.milestones):
                done = position < passed
                due_at = first + timedelta(days=2 * (position - passed))
                state, passed_at = (ItemState.PASSED, NOW) if done else (ItemState.OPEN, None)
                yield uuid4(), one["id"], milestone_id, position, due_at, state, passed_at


def _person(name: str) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "email": f"{name}@example.org",
        "name": f"Person {name}",
        "created_at": NOW,
    }


def rows_of_terms(kind: TermKind, parents: Mapping[str, str | None]) -> Iterator[dict[str, Any]]:
    for position, (slug, parent) in enumerate(parents.items()):
        yield {
            "kind": kind,
            "slug": slug,
            "title": slug,
            "description": "",
            "parent_slug": parent,
            "position": position,
            "retired_at": None,
        }
