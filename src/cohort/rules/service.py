"""The rules of a cohort: versions of its weights, its hard requirements and what it aims at."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.service import require_organiser
from cohort.errors import Stale
from cohort.http.etag import require_match
from cohort.pairing.scores.scoring import Requirements, Weights
from cohort.people import audit
from cohort.people.models import Person
from cohort.rules.models import Rules
from cohort.rules.schemas import RulesIn

DEFAULT: dict[str, Any] = {
    "version": 1,
    "weights": asdict(Weights()),
    "requirements": {**asdict(Requirements()), "least_score": 0.0},
    "aim": {"objective": "total", "cover": False, "stickiness": 0.0},
}


async def newest(db: AsyncSession, cohort_id: UUID) -> Rules | None:
    versions = select(Rules).where(Rules.cohort_id == cohort_id)
    return (await db.scalars(versions.order_by(Rules.version.desc()).limit(1))).first()


async def standing(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> Rules:
    """The newest version; the default becomes version 1 when it is first used."""
    found = await newest(db, cohort_id)
    if found is not None:
        return found
    first = insert(Rules).values(cohort_id=cohort_id, created_at=now, **DEFAULT)
    await db.execute(first.on_conflict_do_nothing())
    version_1 = select(Rules).where(Rules.cohort_id == cohort_id, Rules.version == 1)
    return (await db.scalars(version_1)).one()


async def read(db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime) -> Rules:
    """What the next run follows; before the first run, the default, which is not stored yet."""
    await require_organiser(db, actor, cohort_id)
    return await newest(db, cohort_id) or Rules(cohort_id=cohort_id, created_at=now, **DEFAULT)


async def change(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    form: RulesIn,
    *,
    if_match: str | None,
    now: datetime,
) -> Rules:
    """Make a new version; runs that were made keep theirs. One of two changes at once is Stale."""
    await require_organiser(db, actor, cohort_id)
    before = await standing(db, cohort_id, now=now)
    require_match(if_match, before.version)
    made: Rules | None = await db.scalar(
        insert(Rules)
        .values(
            cohort_id=cohort_id,
            version=before.version + 1,
            weights=form.weights.model_dump(),
            requirements=form.requirements.model_dump(),
            aim=form.aim.model_dump(),
            created_at=now,
            created_by=actor.id,
        )
        .on_conflict_do_nothing()
        .returning(Rules)
    )
    if made is None:
        raise Stale
    audit.record(
        db, actor, "rules.change", made.id, now=now, cohort_id=cohort_id, version=made.version
    )
    return made
