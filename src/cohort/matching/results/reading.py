"""The pairs of a run as the API answers them, read by statements that are prepared once."""

from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import Select, String, Text, Uuid, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Enrolment
from cohort.db import given
from cohort.http.listing import Listing, ListQuery, by_name, has_in_name
from cohort.http.paging import Page, Slice, told
from cohort.matching import policy
from cohort.matching.models import Pair, Run
from cohort.matching.results import service
from cohort.matching.results.schemas import PairOut
from cohort.mentors.models import Mentor
from cohort.people.asker import asker
from cohort.people.models import Person

PLAIN = PairOut.model_fields.keys() - {"researcher", "mentor", "factors"}


RESEARCHER, MENTOR = aliased(Person), aliased(Person)


def _of_run(is_admin: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001
    run_id = given("run_id", Uuid())
    seen = policy.runs_visible_to(asker(is_admin=is_admin)).where(Run.id == run_id)
    return (
        select(
            *(getattr(Pair, name) for name in sorted(PLAIN)),
            cast(Pair.factors, Text).label("factors"),
            RESEARCHER.name.label("researcher"),
            MENTOR.name.label("mentor"),
        )
        .join(Enrolment, Enrolment.id == Pair.enrolment_id)
        .join(RESEARCHER, RESEARCHER.id == Enrolment.person_id)
        .join(Mentor, Mentor.id == Pair.mentor_id)
        .join(MENTOR, MENTOR.id == Mentor.person_id)
        .where(Pair.run_id == run_id, seen.exists())
    )


PAIRS = Listing(
    _of_run,
    id=Pair.id,
    filters={
        "q": or_(has_in_name(RESEARCHER.name), has_in_name(MENTOR.name)),
        "fit": Pair.fit == given("fit", String()),
        "enrolment_id": Pair.enrolment_id == given("enrolment_id", Uuid()),
        "mentor_id": Pair.mentor_id == given("mentor_id", Uuid()),
    },
    orders={
        "id": None,
        "score": Pair.score,
        "researcher": by_name(RESEARCHER.name),
        "mentor": by_name(MENTOR.name),
    },
)


async def pairs(
    db: AsyncSession, actor: Person, run_id: UUID, wanted: ListQuery, part: Slice
) -> Page[Record]:
    """One statement, which asks for the run as well; only where it is empty, we ask why."""
    page = await PAIRS.read(
        db, part, wanted, is_admin=actor.is_admin, actor_id=actor.id, run_id=run_id
    )
    if not page.items:
        await service.get_run(db, actor, run_id)
    return page


def pair_json(row: Record) -> dict[str, Any]:
    """With the fields of PairOut."""
    return {**told(row), "factors": msgspec.Raw(row["factors"].encode())}
