"""The quizzes of a draft, in a browser: all of them on one page, and the file of them."""

from collections.abc import Mapping, Sequence
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
from cohort.curricula import quiz_drafts, quiz_editing, service
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.pages import LONGEST_FORM
from cohort.curricula.schemas import LONGEST_UPLOAD, Curriculum
from cohort.errors import Conflict, Invalid, Stale
from cohort.guides.slugs import latin_slug
from cohort.http.forms import Form, Sent, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.quizzes.exporting import as_file
from cohort.quizzes.marking import AnswerKind
from cohort.quizzes.rows import QuizQuestionRow, QuizTables

KINDS = {
    AnswerKind.SINGLE: "One right choice",
    AnswerKind.MULTIPLE: "Several right choices",
    AnswerKind.NUMBER: "A number",
    AnswerKind.MATCH: "Pairs to match",
}


@dataclass(frozen=True, slots=True)
class DraftQuizzesView:
    """All quizzes of a draft; `tables` is None where it has none yet."""

    draft: CurriculumDraft
    curriculum: Curriculum
    tables: QuizTables | None
    by_section: Mapping[str, Sequence[QuizQuestionRow]]
    lengths: Mapping[str, int]
    """How many questions each quiz asks, by slug; of those that name them."""
    problem: str
    kinds: Mapping[AnswerKind, str]
    opened: str
    """The section of the exam whose questions are open."""


@get("/curricula/{draft_id:uuid}/quizzes", guards=[signed_in])
async def draft_quizzes_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    draft_id: FromPath[UUID],
    opened: Annotated[
        str, QueryParameter(name="section", description="Of the exam: its questions are open.")
    ] = "",
) -> Response[str]:
    draft = await service.get(db, actor, draft_id)
    return await _show(request, db, draft, Form(), opened=opened)


@post(
    "/curricula/{draft_id:uuid}/quizzes", guards=[signed_in], request_max_body_size=LONGEST_UPLOAD
)
async def change_quizzes_on_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    draft_id: FromPath[UUID],
) -> Response[str] | Redirect:
    """What `act` says: one of the forms of the page."""
    draft = await service.get(db, actor, draft_id)
    sent = await sent_by(request)
    form = as_sent(sent)
    here = f"/curricula/{draft_id}/quizzes"
    try:
        changed, saying, anchor = await _changed(db, draft, sent)
        await quiz_drafts.change_quizzes(
            db, actor, draft_id, changed, if_match=form.seen, now=clock()
        )
    except (Invalid, Stale, Conflict) as refusal:
        form = form.refused(refusal)
        return await _show(request, db, draft, replace(form, typed=_shown_again(form, draft)))
    return see(f"{here}{anchor}", saying=saying)


def _shown_again(form: Form[Any], draft: CurriculumDraft) -> dict[str, Any]:
    short = {name: text for name, text in form.typed.items() if len(str(text)) <= LONGEST_FORM}
    return short | {"version": draft.version}


async def _changed(
    db: AsyncSession, draft: CurriculumDraft, sent: Sent
) -> tuple[QuizTables | None, str, str]:
    """The quizzes after a form was sent, what to say of it, and where on the page to go on."""
    act = "".join(sent.texts("act"))
    if act == "file":
        return await quiz_drafts.read_in(await _file(sent)), "Read.", ""
    if act == "same":
        return None, "The quizzes are those of the version before again.", ""
    exam = service.content_of(draft).exam
    if act == "begin":
        began = quiz_editing.begun(exam or quiz_editing.exam_in(sent))
        return began, "Begun. Add questions, then quizzes that ask them.", "#questions"
    tables = await quiz_drafts.quizzes_of(db, draft)
    if tables is None:
        raise Invalid("There are no quizzes in this draft yet. Begin with the exam.")
    if act == "length":
        return quiz_editing.with_length(tables, sent), "Kept.", ""
    direction, _, slug = act.partition(" ")
    by = {"earlier": -1, "later": 1}.get(direction)
    if by is None:
        raise Invalid("This form is not known here. Open the page again.")
    return quiz_editing.moved(tables, slug, by), "Moved.", quiz_editing.place_of(tables, slug)


async def _file(sent: Sent) -> str:
    file = sent.fields.get("file")
    if isinstance(file, UploadFile) and file.filename:
        try:
            return (await file.read()).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            sentence = "This file is no text in UTF-8. Save it as such, then choose it again."
            raise Invalid.at("quizzes", sentence) from error
    return "".join(sent.texts("quizzes"))


async def _show(
    request: Asked, db: AsyncSession, draft: CurriculumDraft, form: Form[Any], *, opened: str = ""
) -> Response[str]:
    curriculum = service.content_of(draft)
    tables = await quiz_drafts.quizzes_of(db, draft)
    lengths: dict[str, int] = {}
    if tables:
        lengths = {one.slug: len(one.questions) for one in tables.quizzes}
        lengths |= {one.slug: tables.exam.questions for one in tables.mock_exams}
        if its := tables.placement:
            drawn = its.of_each_section * len(tables.sections)
            lengths[its.slug] = len(its.questions) or drawn
    view = DraftQuizzesView(
        draft=draft,
        curriculum=curriculum,
        tables=tables,
        by_section=quiz_editing.by_section(tables) if tables else {},
        lengths=lengths,
        problem=await quiz_drafts.problem_of(db, draft, curriculum),
        kinds=KINDS,
        opened=opened,
    )
    return page(request, "curricula/quizzes.html", view, form=form)


def as_sent(sent: Sent) -> Form[Any]:
    return Form({name: "\n".join(sent.texts(name)) for name in sent.fields})


def shown_again(form: Form[Any], refusal: Invalid | Stale, draft: CurriculumDraft) -> Form[Any]:
    refused = form.refused(refusal)
    newest = {**refused.typed, "version": draft.version}
    return Form(newest, None, refused.errors, refused.status)


@get("/curricula/{draft_id:uuid}/quiz_file", guards=[signed_in])
async def draft_quiz_file(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], draft_id: FromPath[UUID]
) -> Response[bytes]:
    draft, tables = await quiz_drafts.with_quizzes(db, actor, draft_id)
    name = f"{latin_slug(draft.title)}-quizzes.toml"
    return Response(
        as_file(tables).encode(),
        media_type="application/toml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


router = Router(
    "",
    route_handlers=[draft_quizzes_page, change_quizzes_on_page, draft_quiz_file],
    include_in_schema=False,
)
