"""The pairs of a run as the API answers them, read by statements that are prepared once."""

from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import Text, Uuid, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Enrolment
from cohort.db import given
from cohort.http.paging import Page, PreparedPages, Slice
from cohort.matching import policy
from cohort.matching.models import Pair, Run
from cohort.matching.results import service
from cohort.matching.results.schemas import PairOut
from cohort.mentors.models import Mentor
from cohort.people.asker import asker
from cohort.people.models import Person

PLAIN = PairOut.model_fields.keys() - {"researcher", "mentor", "factors"}


@cache
def _pairs(*, is_admin: bool) -> PreparedPages:
    researcher, mentor = aliased(Person), aliased(Person)
    run_id = given("run_id", Uuid())
    seen = policy.runs_visible_to(asker(is_admin=is_admin)).where(Run.id == run_id)
    return PreparedPages(
        select(
            *(getattr(Pair, name) for name in sorted(PLAIN)),
            cast(Pair.factors, Text).label("factors"),
            researcher.name.label("researcher"),
            mentor.name.label("mentor"),
        )
        .join(Enrolment, Enrolment.id == Pair.enrolment_id)
        .join(researcher, researcher.id == Enrolment.person_id)
        .join(Mentor, Mentor.id == Pair.mentor_id)
        .join(mentor, mentor.id == Mentor.person_id)
        .where(Pair.run_id == run_id, seen.exists()),
        id=Pair.id,
    )


async def pairs(db: AsyncSession, actor: Person, run_id: UUID, part: Slice) -> Page[Record]:
    """One statement, which asks for the run as well; only where it is empty, we ask why."""
    pages = _pairs(is_admin=actor.is_admin)
    page = await pages.read(db, part, actor_id=actor.id, run_id=run_id)
    if not page.items:
        await service.get_run(db, actor, run_id)
    return page


def pair_json(row: Record) -> dict[str, Any]:
    """With the fields of PairOut."""
    return {**row, "factors": msgspec.Raw(row["factors"].encode())}
