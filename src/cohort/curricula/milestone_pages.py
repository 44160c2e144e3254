"""One milestone of a draft, in a browser."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.curricula import editing, service
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.pages import KINDS, LONGEST_FORM
from cohort.curricula.schemas import Curriculum
from cohort.errors import Invalid, NotFound, Stale
from cohort.guides import service as guides
from cohort.guides.models import Term, TermKind
from cohort.guides.schemas import MilestoneRow
from cohort.http.etag import etag
from cohort.http.forms import Form, Sent, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """A milestone that is changed, or one that is to be added."""

    draft: CurriculumDraft
    curriculum: Curriculum
    row: MilestoneRow | None
    kinds: list[dict[str, str]]
    sections: list[dict[str, str]]
    skills: list[Term]


@get("/curricula/{draft_id:uuid}/add", guards=[signed_in])
async def add_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    draft_id: FromPath[UUID],
) -> Response[str]:
    draft = await service.get(db, actor, draft_id)
    return await _show(request, db, draft, None, Form({"version": draft.version, "hours": 2}))


@post("/curricula/{draft_id:uuid}/add", guards=[signed_in], request_max_body_size=LONGEST_FORM)
async def add_milestone(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    draft_id: FromPath[UUID],
) -> Response[str] | Redirect:
    draft = await service.get(db, actor, draft_id)
    return await _keep(request, db, actor, draft, None, clock)


@get("/curricula/{draft_id:uuid}/milestones/{slug:str}", guards=[signed_in])
async def milestone_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    draft_id: FromPath[UUID],
    slug: FromPath[str],
) -> Response[str]:
    draft = await service.get(db, actor, draft_id)
    row = _row(service.content_of(draft), slug)
    typed: dict[str, Any] = row.model_dump(mode="json") | {"version": draft.version}
    typed |= {name: " ".join(getattr(row, name)) for name in editing.LISTS}
    typed["rubric"] = editing.rubric_as_text(row.rubric)
    return await _show(request, db, draft, row, Form(typed))


@post(
    "/curricula/{draft_id:uuid}/milestones/{slug:str}",
    guards=[signed_in],
    request_max_body_size=LONGEST_FORM,
)
async def change_milestone(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    draft_id: FromPath[UUID],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    draft = await service.get(db, actor, draft_id)
    return await _keep(request, db, actor, draft, _row(service.content_of(draft), slug), clock)


def _row(curriculum: Curriculum, slug: str) -> MilestoneRow:
    row = next((one for one in curriculum.milestones if one.slug == slug), None)
    if row is None:
        raise NotFound
    return row


async def _keep(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    draft: CurriculumDraft,
    row: MilestoneRow | None,
    clock: Clock,
) -> Response[str] | Redirect:
    sent: Sent = await sent_by(request)
    form: Form[Any] = Form(sent.as_typed(MilestoneRow))
    form = Form({**form.typed, **{name: " ".join(sent.texts(name)) for name in editing.LISTS}})
    curriculum = service.content_of(draft)
    try:
        slug = row.slug if row else editing.free_slug("".join(sent.texts("title")), curriculum)
        told = editing.milestone_of(sent, slug)
        changed = editing.with_milestone(curriculum, told)
        seen = etag("".join(sent.texts("version")))
        await service.change(db, actor, draft.id, changed, if_match=seen, now=clock())
    except (Invalid, Stale) as refusal:
        form = form.refused(refusal)
        if isinstance(refusal, Stale):
            form = Form({**form.typed, "version": draft.version}, None, form.errors, form.status)
        return await _show(request, db, draft, row, form)
    return see(f"/curricula/{draft.id}#milestones", saying=f"{told.title}: kept.")


async def _show(
    request: Asked,
    db: AsyncSession,
    draft: CurriculumDraft,
    row: MilestoneRow | None,
    form: Form[Any],
) -> Response[str]:
    curriculum = service.content_of(draft)
    skills = (await guides.terms_of(db, TermKind.SKILL))[TermKind.SKILL]
    view = MilestoneView(
        draft=draft,
        curriculum=curriculum,
        row=row,
        kinds=[{"value": kind.value, "label": label} for kind, label in KINDS.items()],
        sections=[{"value": one.slug, "label": one.title} for one in curriculum.sections],
        skills=skills,
    )
    return page(request, "curricula/milestone.html", view, form=form)


router = Router(
    "",
    route_handlers=[add_page, add_milestone, milestone_page, change_milestone],
    include_in_schema=False,
)
