"""The self-assessment in a browser: one form that can be changed at any time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments import service
from cohort.assessments.models import KnownLevel
from cohort.assessments.schemas import AssessmentIn, AssessmentOut
from cohort.clock import Clock
from cohort.cohorts.models import Enrolment
from cohort.errors import Conflict, Invalid
from cohort.http.forms import Form, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person

LEVELS = [{"value": one.value, "label": one.label} for one in KnownLevel]
PREFIX = "level_"


@dataclass(frozen=True, slots=True)
class AssessmentView:
    enrolment: Enrolment
    its: AssessmentOut


@get("/plan/{enrolment_id:uuid}/assessment", guards=[signed_in])
async def assessment_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    return await _assessment(request, db, actor, enrolment_id, Form(), now=clock())


async def _assessment(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    enrolment_id: UUID,
    form: Form[Any],
    *,
    now: datetime,
) -> Response[str]:
    enrolment = await service.own_enrolment(db, actor, enrolment_id)
    its = await service.assessment(db, actor, enrolment_id, now=now)
    view = AssessmentView(enrolment, its)
    return page(request, "assessments/assessment.html", view, form=form, levels=LEVELS)


@post("/plan/{enrolment_id:uuid}/assessment", guards=[signed_in])
async def answer(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Response[str] | Redirect:
    sent = await sent_by(request)
    names = [name for name in sent.fields if name.startswith(PREFIX)]
    answers = {name.removeprefix(PREFIX): next(iter(sent.texts(name)), None) for name in names}
    form = checked(AssessmentIn, {"answers": answers})
    if form.value is not None:
        try:
            await service.answer(db, actor, enrolment_id, form.value, now=clock())
        except (Conflict, Invalid) as refusal:
            form = form.refused(refusal, status=refusal.status)
        else:
            return see(f"/plan/{enrolment_id}/assessment#result", saying="Your answers are kept.")
    return await _assessment(request, db, actor, enrolment_id, form, now=clock())


router = Router("", route_handlers=[assessment_page, answer], include_in_schema=False)
