"""The rules of a cohort: versions of its weights, its hard requirements and what it aims at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.service import require_organiser
from cohort.errors import FieldError, Invalid, Stale
from cohort.http.etag import require_match
from cohort.pairing.rules import Rules
from cohort.people import audit
from cohort.people.models import Person
from cohort.questions import service as questions
from cohort.questions.kinds import COMPARED
from cohort.rules.models import RulesVersion

DEFAULT: dict[str, Any] = {"version": 1, **Rules().model_dump()}


async def newest(db: AsyncSession, cohort_id: UUID) -> RulesVersion | None:
    versions = select(RulesVersion).where(RulesVersion.cohort_id == cohort_id)
    return (await db.scalars(versions.order_by(RulesVersion.version.desc()).limit(1))).first()


async def standing(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> RulesVersion:
    """The newest version; the default becomes version 1 when it is first used."""
    found = await newest(db, cohort_id)
    if found is not None:
        return found
    first = insert(RulesVersion).values(cohort_id=cohort_id, created_at=now, **DEFAULT)
    await db.execute(first.on_conflict_do_nothing())
    version_1 = select(RulesVersion).where(
        RulesVersion.cohort_id == cohort_id, RulesVersion.version == 1
    )
    return (await db.scalars(version_1)).one()


async def copy(db: AsyncSession, from_cohort: UUID, to_cohort: UUID, *, now: datetime) -> None:
    """The newest rules of one cohort become the first of another; those that it has stand."""
    found = await newest(db, from_cohort)
    if found is not None:
        same = {**found.content.model_dump(), "created_by": found.created_by}
        first = insert(RulesVersion).values(cohort_id=to_cohort, version=1, created_at=now, **same)
        await db.execute(first.on_conflict_do_nothing())


async def read(db: AsyncSession, actor: Person, cohort_id: UUID, *, now: datetime) -> RulesVersion:
    """What the next run follows; before the first run, the default, which is not stored yet."""
    await require_organiser(db, actor, cohort_id)
    return await newest(db, cohort_id) or RulesVersion(
        cohort_id=cohort_id, created_at=now, **DEFAULT
    )


async def check_own(db: AsyncSession, cohort_id: UUID, form: Rules) -> None:
    """Refuse to compare what is no question to both sides, or not in a way that fits its kind."""
    own = form.weights.own
    asked = {one.name: one for one in await questions.put_to_both(db, cohort_id)} if own else {}
    faults = []
    for name, factor in own.items():
        if name not in asked:
            said = "No question of this name is put to both sides."
            faults.append(FieldError(f"weights/own/{name}", said))
        elif factor.compare not in COMPARED[asked[name].kind]:
            fitting = " or ".join(COMPARED[asked[name].kind])
            said = f"Answers to this question can be compared as {fitting}."
            faults.append(FieldError(f"weights/own/{name}/compare", said))
    if faults:
        raise Invalid.at_each(faults)


async def change(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    form: Rules,
    *,
    if_match: str | None,
    now: datetime,
) -> RulesVersion:
    """Make a new version; runs that were made keep theirs. One of two changes at once is Stale."""
    await require_organiser(db, actor, cohort_id)
    before = await standing(db, cohort_id, now=now)
    require_match(if_match, before.version)
    await check_own(db, cohort_id, form)
    made: RulesVersion | None = await db.scalar(
        insert(RulesVersion)
        .values(
            cohort_id=cohort_id,
            version=before.version + 1,
            **form.model_dump(),
            created_at=now,
            created_by=actor.id,
        )
        .on_conflict_do_nothing()
        .returning(RulesVersion)
    )
    if made is None:
        raise Stale
    audit.record(
        db, actor, "rules.change", made.id, now=now, cohort_id=cohort_id, version=made.version
    )
    return made
