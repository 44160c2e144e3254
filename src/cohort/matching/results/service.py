"""What a run found, for those who run the cohort."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.errors import NotFound
from cohort.http.paging import Page, Slice, page_by_id, page_of
from cohort.matching import policy
from cohort.matching.models import Pair, Run, RunState, Unmatched
from cohort.matching.service import NotSolved, get_round
from cohort.mentors.models import Mentor
from cohort.pairing.advising import Advice
from cohort.people.models import Person

PAIR_WITH_PEOPLE = (
    joinedload(Pair.enrolment).joinedload(Enrolment.person),
    joinedload(Pair.mentor).joinedload(Mentor.person),
)
UNMATCHED_WITH_PERSON = joinedload(Unmatched.enrolment).joinedload(Enrolment.person)


async def get_run(db: AsyncSession, actor: Person, run_id: UUID) -> Run:
    visible = policy.runs_visible_to(actor).where(Run.id == run_id)
    found = await db.scalar(visible.options(joinedload(Run.rules)))
    if found is None:
        raise NotFound
    return found


async def get_solved_run(db: AsyncSession, actor: Person, run_id: UUID) -> Run:
    run = await get_run(db, actor, run_id)
    if run.state is not RunState.SOLVED:
        raise NotSolved("This run is not solved, so there is nothing to show or to ask yet.")
    return run


async def list_runs(db: AsyncSession, actor: Person, round_id: UUID, part: Slice) -> Page[Run]:
    await get_round(db, actor, round_id)
    of_round = select(Run).where(Run.round_id == round_id).options(joinedload(Run.rules))
    return await page_of(db, of_round, by=Run.queued_at, id=Run.id, part=part)


async def list_pairs(db: AsyncSession, actor: Person, run_id: UUID, part: Slice) -> Page[Pair]:
    await get_run(db, actor, run_id)
    of_run = select(Pair).where(Pair.run_id == run_id).options(*PAIR_WITH_PEOPLE)
    return await page_by_id(db, of_run, id=Pair.id, part=part)


async def list_unmatched(
    db: AsyncSession, actor: Person, run_id: UUID, part: Slice
) -> Page[Unmatched]:
    await get_run(db, actor, run_id)
    of_run = select(Unmatched).where(Unmatched.run_id == run_id).options(UNMATCHED_WITH_PERSON)
    return await page_by_id(db, of_run, id=Unmatched.id, part=part)


def advice_of(run: Run) -> dict[str, Any]:
    """As `advising.Advice`, in words for JSON; what a run did not ask is empty."""
    return {**asdict(Advice()), **(run.advice or {})}


async def names_advised(db: AsyncSession, run: Run) -> dict[str, str]:
    """The names of the people whom a run's advice is about, by id as text."""
    places, ways = advice_of(run)["places"], advice_of(run)["ways_to_place"]
    researchers = [one for way in ways for one in (*way["newly"], *way["losing"])]
    researchers += [way["researcher_id"] for way in ways if way["researcher_id"]]
    mentors = [one["mentor_id"] for one in (*places, *ways) if one["mentor_id"]]
    return await names_of(db, map(UUID, researchers), map(UUID, mentors))


async def names_of(
    db: AsyncSession, enrolment_ids: Iterable[UUID], mentor_ids: Iterable[UUID]
) -> dict[str, str]:
    studying = named(Enrolment).where(Enrolment.id.in_(set(enrolment_ids)))
    mentoring = named(Mentor).where(Mentor.id.in_(set(mentor_ids)))
    found = [*(await db.execute(studying)), *(await db.execute(mentoring))]
    return {str(its_id): name for its_id, name in found}


def named(kind: type[Enrolment] | type[Mentor]) -> Select[UUID, str]:
    return select(kind.id, Person.name).join(kind.person)
