"""Storing a file of statements: the file is the whole of them, and answers stay."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.models import AssessmentStatement, RoleSkills
from cohort.assessments.schemas import AssessmentFile
from cohort.db import new_id
from cohort.errors import Invalid
from cohort.guides.models import Guide, Milestone, Term, TermKind
from cohort.http.forms import field_errors

LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class AssessmentImport:
    statements: int
    retired: int
    roles: int

    def __str__(self) -> str:
        return f"Statements: {self.statements}, {self.retired} retired. Roles: {self.roles}."


def read_assessment(toml: str) -> AssessmentFile:
    if len(toml) > LARGEST:
        raise Invalid(f"The file has more than {LARGEST:,} characters.")
    try:
        file = AssessmentFile.model_validate(tomllib.loads(toml))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Invalid(f"The file is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = field_errors(error)[0]
        raise Invalid(f"{first.field}: {first.message}") from error
    for kind, rows in (("statement", file.statement), ("role", file.role)):
        slugs = [one.slug for one in rows]
        for slug in slugs:
            if slugs.count(slug) > 1:
                raise Invalid(f"Two rows of [[{kind}]] have the slug “{slug}”.")
    return file


async def import_assessment(
    db: AsyncSession, guide: Guide, toml: str, *, now: datetime
) -> AssessmentImport:
    """They belong to the first version, so that each version has them; it is locked meanwhile."""
    file = read_assessment(toml)
    await _check_names(db, guide, file)
    if guide.first_id is not None:
        guide = await db.get_one(Guide, guide.first_id)
    await db.execute(select(Guide.id).where(Guide.id == guide.id).with_for_update())
    its = select(AssessmentStatement).where(AssessmentStatement.guide_id == guide.id)
    known = {one.slug: one for one in await db.scalars(its)}
    for position, row in enumerate(file.statement):
        facts = row.model_dump() | {"position": position, "retired_at": None}
        statement = known.pop(row.slug, None)
        if statement is None:
            db.add(AssessmentStatement(id=new_id(), guide_id=guide.id, **facts))
            continue
        _set(statement, facts)
    gone = [one for one in known.values() if one.retired_at is None]
    for statement in gone:
        statement.retired_at = now
    await db.flush()
    await db.execute(delete(RoleSkills).where(RoleSkills.guide_id == guide.id))
    roles = [{"guide_id": guide.id, "role": one.slug, "skills": one.skills} for one in file.role]
    if roles:
        await db.execute(insert(RoleSkills), roles)
    return AssessmentImport(len(file.statement), len(gone), len(roles))


def _set(statement: AssessmentStatement, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        setattr(statement, name, value)


async def _check_names(db: AsyncSession, guide: Guide, file: AssessmentFile) -> None:
    of_guide = select(Milestone.slug).where(Milestone.guide_id == guide.id)
    milestones = set(await db.scalars(of_guide))
    terms = select(Term.kind, Term.slug).where(Term.kind.in_([TermKind.ROLE, TermKind.SKILL]))
    known = {(kind, slug) for kind, slug in await db.execute(terms)}
    for statement in file.statement:
        for slug in statement.milestones:
            if slug not in milestones:
                raise Invalid(f"“{statement.slug}”: the guide has no milestone “{slug}”.")
    for role in file.role:
        named = [(TermKind.ROLE, role.slug), *((TermKind.SKILL, one) for one in role.skills)]
        for kind, slug in named:
            if (kind, slug) not in known:
                raise Invalid(f"Role “{role.slug}”: “{slug}” is not a {kind} of the taxonomy.")
