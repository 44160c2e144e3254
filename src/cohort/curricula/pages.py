"""Guides and milestones drafted in a browser."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.curricula import editing, publishing, service
from cohort.curricula.checking import DraftProblem
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.schemas import LONGEST_UPLOAD, MOST_CHARACTERS, Curriculum, DraftIn
from cohort.errors import Conflict, Invalid, Stale
from cohort.guides.markdown import parents_of
from cohort.guides.models import MilestoneKind
from cohort.http.forms import Form, Sent, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.http.prose import prepare
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.settings import Settings

LONGEST_FORM = 2 * 1024 * 1024
KINDS = {kind: kind.label for kind in MilestoneKind}


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as its author works on it."""

    draft: CurriculumDraft
    curriculum: Curriculum
    depths: Sequence[int]
    counts: dict[str, int]
    problems: Sequence[DraftProblem]
    kinds: dict[MilestoneKind, str]
    titles: dict[str, str]
    """Of sections, by slug."""


@get("/curricula", guards=[signed_in])
async def drafts_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    settings: NamedDependency[Settings],
) -> Response[str]:
    drafts = await service.list_drafts(db, actor, part)
    anyone = settings.anyone_opens_cohorts
    return page(
        request,
        "curricula/list.html",
        drafts=drafts,
        first=part.cursor,
        may_draft=await service.may_draft(db, actor, open_to_anyone=anyone),
    )


@get("/curricula/new", guards=[signed_in])
async def new_draft_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    settings: NamedDependency[Settings],
    guide: Annotated[UUID | None, QueryParameter(description="Whose newer text comes.")] = None,
) -> Response[str]:
    await service.require_author(db, actor, open_to_anyone=settings.anyone_opens_cohorts)
    return _new(request, Form({"guide_id": str(guide)} if guide else {}))


@post("/curricula/new", guards=[signed_in], request_max_body_size=LONGEST_UPLOAD)
async def bring_in(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[str] | Redirect:
    """A Markdown file or a curriculum file, or what was pasted, which is Markdown."""
    anyone = settings.anyone_opens_cohorts
    form = checked(DraftIn, await _typed(await sent_by(request)))
    if form.value is not None:
        try:
            draft = await service.begin(db, actor, form.value, open_to_anyone=anyone, now=clock())
        except (Invalid, Conflict) as refusal:
            form = form.refused(refusal)
        else:
            count = len(service.content_of(draft).milestones)
            saying = f"Read. {count} milestones are proposed: look at each, and change what is off."
            return see(f"/curricula/{draft.id}", saying=saying)
    return _new(request, form)


async def _typed(sent: Sent) -> dict[str, Any]:
    typed: dict[str, Any] = sent.as_typed(DraftIn)
    file = sent.fields.get("file")
    typed.pop("file", None)
    if isinstance(file, UploadFile) and file.filename:
        name = "toml" if file.filename.lower().endswith(".toml") else "markdown"
        try:
            typed |= {name: (await file.read()).decode("utf-8-sig")}
        except UnicodeDecodeError:
            typed |= {"markdown": "\0"}  # refused as what no text has
        typed.pop("markdown" if name == "toml" else "toml", None)
    return {name: value for name, value in typed.items() if value}


def _new(request: Asked, form: Form[Any]) -> Response[str]:
    shown: Form[Any] = Form(
        {k: v for k, v in form.typed.items() if len(str(v)) <= MOST_CHARACTERS},
        None,
        form.errors,
        form.status,
    )
    return page(request, "curricula/new.html", form=shown, most=MOST_CHARACTERS)


@get("/curricula/{draft_id:uuid}", guards=[signed_in])
async def draft_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    draft_id: FromPath[UUID],
) -> Response[str]:
    return await show_draft(request, db, await service.get(db, actor, draft_id), Form())


@post("/curricula/{draft_id:uuid}", guards=[signed_in], request_max_body_size=LONGEST_FORM)
async def keep_draft(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    draft_id: FromPath[UUID],
) -> Response[str] | Redirect:
    """Keep what was changed; and with `act` publish, publish it."""
    draft = await service.get(db, actor, draft_id)
    sent = await sent_by(request)
    form: Form[Any] = Form({name: "".join(sent.texts(name)) for name in sent.fields})
    here = f"/curricula/{draft_id}"
    try:
        changed = editing.with_table(service.content_of(draft), sent)
        await service.change(db, actor, draft_id, changed, if_match=form.seen, now=clock())
        if "publish" not in sent.texts("act"):
            return see(here, saying="Kept. Only you see it so far.")
        if await publishing.problems(db, draft, changed):
            return see(f"{here}#problems", saying="Kept. Mend what is named, then publish.")
        guide = await publishing.publish(db, actor, draft_id, now=clock())
    except Stale as refusal:
        newest = {**form.typed, "version": str(draft.version)}
        return await show_draft(request, db, draft, replace(form.refused(refusal), typed=newest))
    except (Invalid, Conflict) as refusal:
        return await show_draft(request, db, draft, form.refused(refusal))
    saying = f"Published: {guide.title}, version {guide.version}. Choose who studies it."
    return see(f"/guides/{guide.slug}/versions", saying=saying)


async def show_draft(
    request: Asked, db: AsyncSession, draft: CurriculumDraft, form: Form[Any]
) -> Response[str]:
    curriculum = service.content_of(draft)
    sections = curriculum.sections
    depths: list[int] = []
    for parent in parents_of([one.level for one in sections]):
        depths.append(0 if parent is None else depths[parent] + 1)
    counts = dict.fromkeys((one.slug for one in sections), 0)
    for one in curriculum.milestones:
        counts[one.section] = counts.get(one.section, 0) + 1
    problems = await publishing.problems(db, draft, curriculum)
    view = DraftView(
        draft=draft,
        curriculum=curriculum,
        depths=depths,
        counts=counts,
        problems=problems,
        kinds=KINDS,
        titles={one.slug: one.title for one in sections},
    )
    return page(request, "curricula/draft.html", view, form=form)


@get("/curricula/{draft_id:uuid}/text", guards=[signed_in])
async def text_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    draft_id: FromPath[UUID],
) -> Response[str]:
    """The sections as a reader will see them."""
    draft = await service.get(db, actor, draft_id)
    curriculum = service.content_of(draft)
    texts, base = (one.body for one in curriculum.sections), curriculum.base_address
    await prepare(texts, with_html=True, base=base)
    return page(request, "curricula/text.html", draft=draft, curriculum=curriculum)


@post("/curricula/{draft_id:uuid}/remove", guards=[signed_in])
async def remove_draft(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], draft_id: FromPath[UUID]
) -> Redirect:
    await service.remove(db, actor, draft_id)
    return see("/curricula", saying="The draft is removed.")


router = Router(
    "",
    route_handlers=[
        drafts_page,
        new_draft_page,
        bring_in,
        draft_page,
        keep_draft,
        text_page,
        remove_draft,
    ],
    include_in_schema=False,
)
