"""One question of a draft, in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.curricula import quiz_drafts, quiz_editing, service
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.pages import LONGEST_FORM
from cohort.curricula.quizzes_pages import KINDS, as_sent, shown_again
from cohort.curricula.schemas import Curriculum
from cohort.errors import Invalid, NotFound, Stale
from cohort.http.forms import Form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.quizzes.rows import QuizQuestionRow, QuizTables


@dataclass(frozen=True, slots=True)
class DraftQuestionView:
    """A question that is changed, or one that is to be added."""

    draft: CurriculumDraft
    curriculum: Curriculum
    tables: QuizTables
    row: QuizQuestionRow | None
    asked_by: Sequence[str]
    kinds: Sequence[Mapping[str, str]]


def _question_in(tables: QuizTables, slug: str) -> QuizQuestionRow:
    row = next((one for one in tables.questions if one.slug == slug), None)
    if row is None:
        raise NotFound
    return row


@get("/curricula/{draft_id:uuid}/add_question", guards=[signed_in])
async def add_question_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    draft_id: FromPath[UUID],
    of_section: Annotated[str, QueryParameter(name="section", description="Of the exam.")] = "",
) -> Response[str]:
    draft, tables = await quiz_drafts.with_quizzes(db, actor, draft_id)
    form: Form[Any] = Form({"version": draft.version, "exam_section": of_section, "kind": "single"})
    return _show_question(request, draft, tables, None, form)


@post(
    "/curricula/{draft_id:uuid}/add_question",
    guards=[signed_in],
    request_max_body_size=LONGEST_FORM,
)
async def add_question(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    draft_id: FromPath[UUID],
) -> Response[str] | Redirect:
    draft, tables = await quiz_drafts.with_quizzes(db, actor, draft_id)
    return await _keep_question(request, db, actor, draft, tables, None, clock)


@get("/curricula/{draft_id:uuid}/questions/{slug:str}", guards=[signed_in])
async def question_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    draft_id: FromPath[UUID],
    slug: FromPath[str],
) -> Response[str]:
    draft, tables = await quiz_drafts.with_quizzes(db, actor, draft_id)
    row = _question_in(tables, slug)
    typed = quiz_editing.typed_question(row) | {"version": draft.version}
    return _show_question(request, draft, tables, row, Form(typed))


@post(
    "/curricula/{draft_id:uuid}/questions/{slug:str}",
    guards=[signed_in],
    request_max_body_size=LONGEST_FORM,
)
async def change_question(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    draft_id: FromPath[UUID],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """Keep it; with `act` remove, remove it from the draft."""
    draft, tables = await quiz_drafts.with_quizzes(db, actor, draft_id)
    row = _question_in(tables, slug)
    return await _keep_question(request, db, actor, draft, tables, row, clock)


async def _keep_question(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    draft: CurriculumDraft,
    tables: QuizTables,
    row: QuizQuestionRow | None,
    clock: Clock,
) -> Response[str] | Redirect:
    sent = await sent_by(request)
    form = as_sent(sent)
    here = f"/curricula/{draft.id}/quizzes"
    try:
        if row and "remove" in sent.texts("act"):
            changed, saying = quiz_editing.without_question(tables, row.slug), "Removed."
            at = f"?section={row.exam_section}#part-{row.exam_section}"
        else:
            text = "".join(sent.texts("text"))
            slug = row.slug if row else quiz_editing.free_slug(tables, text, of_question=True)
            told = quiz_editing.question_of(sent, slug)
            changed, saying = quiz_editing.with_question(tables, told), "Kept."
            at = quiz_editing.place_of(changed, slug)
        await quiz_drafts.change_quizzes(
            db, actor, draft.id, changed, if_match=form.seen, now=clock()
        )
    except (Invalid, Stale) as refusal:
        return _show_question(request, draft, tables, row, shown_again(form, refusal, draft))
    return see(f"{here}{at}", saying=saying)


def _show_question(
    request: Asked,
    draft: CurriculumDraft,
    tables: QuizTables,
    row: QuizQuestionRow | None,
    form: Form[Any],
) -> Response[str]:
    view = DraftQuestionView(
        draft=draft,
        curriculum=service.content_of(draft),
        tables=tables,
        row=row,
        asked_by=quiz_editing.asked_by(tables, row.slug) if row else [],
        kinds=[{"value": kind.value, "label": label} for kind, label in KINDS.items()],
    )
    return page(request, "curricula/question.html", view, form=form)


router = Router(
    "",
    route_handlers=[add_question_page, add_question, question_page, change_question],
    include_in_schema=False,
)
