"""The quizzes of a draft: those of its base, until they or the weights of the exam are changed."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.curricula import service
from cohort.curricula.models import CurriculumDraft
from cohort.curricula.schemas import Curriculum
from cohort.errors import Invalid, NotFound
from cohort.guides.models import Guide
from cohort.guides.schemas import ExamFacts
from cohort.http.etag import require_match
from cohort.people.models import Person
from cohort.quizzes.exporting import stored, tables_of
from cohort.quizzes.files import checked, read_tables
from cohort.quizzes.importing import check_names, skills_known, store_quizzes
from cohort.quizzes.rows import QuizTables
from cohort.quizzes.stated import tables_as_stated


async def quizzes_of(db: AsyncSession, draft: CurriculumDraft) -> QuizTables | None:
    """As the draft has them, with the exam as it states it; None, where there are none yet."""
    if draft.quizzes is not None:
        tables = await asyncio.to_thread(QuizTables.model_validate, draft.quizzes)
        return tables_as_stated(tables, draft.content.get("exam"))
    before = await _before(db, draft)
    return tables_as_stated(before, draft.content.get("exam")) if before else None


async def with_quizzes(
    db: AsyncSession, actor: Person, draft_id: UUID
) -> tuple[CurriculumDraft, QuizTables]:
    """A draft that has quizzes, of whoever may change it."""
    draft = await service.get(db, actor, draft_id)
    tables = await quizzes_of(db, draft)
    if tables is None:
        raise NotFound("There are no quizzes in this draft yet.")
    return draft, tables


async def _before(db: AsyncSession, draft: CurriculumDraft) -> QuizTables | None:
    base = await db.get(Guide, draft.base_id) if draft.base_id else None
    tables = await tables_of(db, base) if base else None
    return tables_as_stated(tables, base.exam) if base and tables else None


async def own_quizzes(db: AsyncSession, draft: CurriculumDraft) -> QuizTables | None:
    """What its version is to have of its own; None, where it goes on with those of its base.

    With other weights mock exams are built anew, so these are its own, too.
    """
    tables = await quizzes_of(db, draft)
    if tables is None or not draft.base_id:
        return tables
    before = await _before(db, draft)
    return None if before and _asked(before) == _asked(tables) else tables


def _asked(tables: QuizTables) -> dict[str, Any]:
    """Without what may be corrected in words: how the exam and its sections are called."""
    told = stored(tables)
    told["exam"] = {name: told["exam"][name] for name in ("questions", "minutes", "pass_mark")}
    told["sections"] = [{**one, "title": ""} for one in told["sections"]]
    return told


async def problem_of(db: AsyncSession, draft: CurriculumDraft, curriculum: Curriculum) -> str:
    """What has to be mended first, as a sentence; empty, where they can be published."""
    tables = await own_quizzes(db, draft)
    if tables is None:
        return ""
    try:
        _require_its_sections(tables, curriculum)
        file = await asyncio.to_thread(checked, tables)
        check_names(
            file,
            {one.slug for one in curriculum.sections},
            {one.slug for one in curriculum.milestones},
            await skills_known(db),
        )
    except Invalid as refusal:
        return refusal.sentence
    return ""


def _require_its_sections(tables: QuizTables, curriculum: Curriculum) -> None:
    if curriculum.exam is None:
        return
    stated = {one.slug for one in curriculum.exam.sections}
    if odd := sorted(stated.symmetric_difference(one.slug for one in tables.sections)):
        sentence = (
            f"The guide and its quizzes do not have the same sections of the exam: “{odd[0]}”"
        )
        raise Invalid(f"{sentence} is in one of them only.")


async def change_quizzes(
    db: AsyncSession,
    actor: Person,
    draft_id: UUID,
    tables: QuizTables | None,
    *,
    if_match: str | None,
    now: datetime,
) -> CurriculumDraft:
    """All of them, as its author has them now; with none, they are those of its base again.

    Where the draft states no exam yet, it states theirs from here on.
    """
    draft = await service.get(db, actor, draft_id, lock=True)
    require_match(if_match, draft.version)
    exam = draft.content.get("exam")
    content = stored(tables_as_stated(tables, exam)) if tables else None
    if content == draft.quizzes:
        return draft
    draft.quizzes, draft.changed_at = content, now
    if tables and not exam:
        draft.content = draft.content | {"exam": exam_of(tables).model_dump(mode="json")}
    await db.flush()
    return draft


def exam_of(tables: QuizTables) -> ExamFacts:
    return ExamFacts.model_validate(
        {
            "title": tables.exam.name,
            "year": tables.exam.year,
            "source": tables.exam.source,
            "sections": [
                one.model_dump(include={"slug", "title", "weight"}) for one in tables.sections
            ],
        }
    )


async def read_in(toml: str) -> QuizTables:
    """In a thread, as a file may be long. Raises Invalid at the field."""
    try:
        tables, places = await asyncio.to_thread(read_tables, toml)
        await asyncio.to_thread(checked, tables, places)
    except Invalid as refusal:
        raise Invalid.at("quizzes", refusal.sentence) from refusal
    return tables


async def publish_quizzes(
    db: AsyncSession, draft: CurriculumDraft, guide: Guide, *, now: datetime
) -> None:
    """With the version that the draft has just become; whoever studies another one keeps hers."""
    tables = await own_quizzes(db, draft)
    if tables is None:
        base = await db.get(Guide, draft.base_id) if draft.base_id else None
        guide.quizzes_id = base.quizzes_id if base else None
        return
    guide.quizzes_id = guide.id
    file = await asyncio.to_thread(checked, tables)
    await store_quizzes(db, guide, file, holder=guide, now=now)
