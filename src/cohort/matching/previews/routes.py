"""Trying rules out over the API, before they are used; for organisers."""

from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.matching.previews import service as previewing
from cohort.matching.results.schemas import (
    RulesPreviewOut,
)
from cohort.matching.showing import preview_out
from cohort.pairing.rules import Rules
from cohort.people.auth import signed_in
from cohort.people.models import Person


@post(
    "/cohorts/{cohort_id:uuid}/rules_previews",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, previewing.CannotPreview),
)
async def preview_rules(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[Rules],
) -> RulesPreviewOut:
    """Try rules out on those who wait now, and see who would have another mentor; nothing is
    kept.
    """
    return preview_out(await previewing.preview(db, actor, cohort_id, data, now=clock()))


router = Router("", route_handlers=[preview_rules], tags=["matching"], opt={"room": "matching"})
