"""One quiz of a draft, in a browser."""

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
from cohort.curricula.quiz_editing import Kind
from cohort.curricula.quizzes_pages import as_sent, shown_again
from cohort.curricula.schemas import Curriculum
from cohort.errors import Invalid, NotFound, Stale
from cohort.http.forms import Form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.quizzes.rows import QuizQuestionRow, QuizTables


@dataclass(frozen=True, slots=True)
class DraftQuizView:
    """A quiz that is changed, or one that is to be added."""

    draft: CurriculumDraft
    curriculum: Curriculum
    tables: QuizTables
    slug: str
    kind: Kind
    title: str
    by_section: Mapping[str, Sequence[QuizQuestionRow]]


@get("/curricula/{draft_id:uuid}/add_quiz", guards=[signed_in])
async def add_quiz_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    draft_id: FromPath[UUID],
    kind: Annotated[Kind, QueryParameter(description="Which kind of quiz.")] = "practice",
) -> Response[str]:
    draft, tables = await quiz_drafts.with_quizzes(db, actor, draft_id)
    return _show_quiz(request, draft, tables, "", kind, Form({"version": draft.version}))


@post("/curricula/{draft_id:uuid}/add_quiz", guards=[signed_in], request_max_body_size=LONGEST_FORM)
async def add_quiz(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    draft_id: FromPath[UUID],
    kind: Annotated[Kind, QueryParameter(description="Which kind of quiz.")] = "practice",
) -> Response[str] | Redirect:
    draft, tables = await quiz_drafts.with_quizzes(db, actor, draft_id)
    return await _keep_quiz(request, db, actor, draft, tables, "", kind, clock)


@get("/curricula/{draft_id:uuid}/quizzes/{slug:str}", guards=[signed_in])
async def quiz_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    draft_id: FromPath[UUID],
    slug: FromPath[str],
) -> Response[str]:
    draft, tables = await quiz_drafts.with_quizzes(db, actor, draft_id)
    kind = quiz_editing.kind_of(tables, slug)
    if kind is None:
        raise NotFound
    typed = quiz_editing.typed_quiz(quiz_editing.quiz_in(tables, slug))
    form: Form[Any] = Form(typed | {"version": draft.version})
    return _show_quiz(request, draft, tables, slug, kind, form)


@post(
    "/curricula/{draft_id:uuid}/quizzes/{slug:str}",
    guards=[signed_in],
    request_max_body_size=LONGEST_FORM,
)
async def change_quiz(
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
    kind = quiz_editing.kind_of(tables, slug)
    if kind is None:
        raise NotFound
    return await _keep_quiz(request, db, actor, draft, tables, slug, kind, clock)


async def _keep_quiz(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    draft: CurriculumDraft,
    tables: QuizTables,
    slug: str,
    kind: Kind,
    clock: Clock,
) -> Response[str] | Redirect:
    sent = await sent_by(request)
    form = as_sent(sent)
    try:
        if slug and "remove" in sent.texts("act"):
            changed, saying = quiz_editing.without_quiz(tables, slug), "Removed."
        else:
            title = "".join(sent.texts("title"))
            told = quiz_editing.quiz_of(sent, kind, slug or quiz_editing.free_slug(tables, title))
            changed, saying = quiz_editing.with_quiz(tables, kind, told), f"{told.title}: kept."
        await quiz_drafts.change_quizzes(
            db, actor, draft.id, changed, if_match=form.seen, now=clock()
        )
    except (Invalid, Stale) as refusal:
        return _show_quiz(request, draft, tables, slug, kind, shown_again(form, refusal, draft))
    return see(f"/curricula/{draft.id}/quizzes", saying=saying)


def _show_quiz(
    request: Asked,
    draft: CurriculumDraft,
    tables: QuizTables,
    slug: str,
    kind: Kind,
    form: Form[Any],
) -> Response[str]:
    view = DraftQuizView(
        draft=draft,
        curriculum=service.content_of(draft),
        tables=tables,
        slug=slug,
        kind=kind,
        title=quiz_editing.quiz_in(tables, slug).title if slug else "",
        by_section=quiz_editing.by_section(tables),
    )
    return page(request, "curricula/quiz.html", view, form=form)


router = Router(
    "",
    route_handlers=[add_quiz_page, add_quiz, quiz_page, change_quiz],
    include_in_schema=False,
)
