"""Storing a file of quizzes: what somebody has answered stays as it was asked."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import new_id
from cohort.errors import Invalid
from cohort.guides.models import Guide, Milestone, Section, Term, TermKind
from cohort.guides.service import versions_beside
from cohort.quizzes.files import QuizFile, checked, read_tables
from cohort.quizzes.models import Quiz, QuizExam, QuizKind, QuizQuestion
from cohort.quizzes.rows import MockExamRow, PlacementRow, QuizQuestionRow, QuizRow
from cohort.quizzes.stated import tables_as_stated

ASKED = ("kind", "text", "choices", "lefts", "right", "number", "tolerance", "unit")
"""To change one of these makes another question of it."""


@dataclass(frozen=True, slots=True)
class QuizImport:
    """What importing quizzes did; printed, it is a report for an operator."""

    added: int
    changed: int
    stayed: int
    retired: int
    quizzes: int
    mock_exams: int
    placements: int

    def __str__(self) -> str:
        return (
            f"Questions: {self.added} added, {self.changed} changed, {self.stayed} stayed,"
            f" {self.retired} retired.\n"
            f"Quizzes: {self.quizzes}; mock exams: {self.mock_exams}; placement"
            f" quizzes: {self.placements}."
        )


async def import_quizzes(db: AsyncSession, guide: Guide, toml: str, *, now: datetime) -> QuizImport:
    """Store the guide's quizzes; the file is the whole of them.

    They belong to the version whose quizzes this one has, so that all who share them have these.
    It is locked, so that a second import of it waits.
    """
    tables, places = read_tables(toml)
    file = checked(tables_as_stated(tables, guide.exam), places)
    holder = await db.get_one(Guide, guide.quizzes_id or guide.first_id or guide.id)
    await db.execute(select(Guide.id).where(Guide.id == holder.id).with_for_update())
    return await store_quizzes(db, guide, file, holder=holder, now=now)


async def store_quizzes(
    db: AsyncSession, guide: Guide, file: QuizFile, *, holder: Guide, now: datetime
) -> QuizImport:
    """As those of `holder`; the sections and milestones that they name are those of `guide`."""
    section_ids = await _sections_of(db, guide)
    check_names(file, section_ids, await _milestones_of(db, guide), await skills_known(db))
    await _store_exam(db, holder, file, now=now)
    ids, counts = await _store_questions(db, holder, file.questions, section_ids, now=now)
    await _store_quizzes(db, holder, file, ids, now=now)
    return QuizImport(
        **counts,
        quizzes=len(file.quizzes),
        mock_exams=len(file.mock_exams),
        placements=int(file.placement is not None),
    )


async def _sections_of(db: AsyncSession, guide: Guide) -> dict[str, UUID]:
    live = select(Section.slug, Section.id).where(Section.retired_at.is_(None))
    rows = await db.execute(live.where(Section.guide_id == guide.id))
    return {row.slug: row.id for row in rows}


def check_names(
    file: QuizFile,
    sections: Collection[str],
    milestones: Collection[str],
    skills: Collection[str],
) -> None:
    """Of the guide's sections and milestones, and of the taxonomy. Raises Invalid."""
    for number, question in enumerate(file.questions, start=1):
        if question.section not in sections:
            sentence = f"the guide has no section “{question.section}”."
            count = len(file.questions)
            raise file.places.refused("question", count, number, question.slug, sentence)
    for section in file.sections:
        for skill in section.skills:
            if skill not in skills:
                sentence = f"“{skill}” is not a skill of the taxonomy; import that first."
                raise Invalid(f"Section “{section.slug}”: {sentence}")
    for quiz in (*file.quizzes, *(exam for exam, _ in file.mock_exams)):
        if quiz.milestone is not None and quiz.milestone not in milestones:
            raise Invalid(f"Quiz “{quiz.slug}”: the guide has no milestone “{quiz.milestone}”.")


async def _milestones_of(db: AsyncSession, guide: Guide) -> set[str]:
    of_guide = select(Milestone.slug).where(
        Milestone.guide_id == guide.id, Milestone.retired_at.is_(None)
    )
    return set(await db.scalars(of_guide))


async def skills_known(db: AsyncSession) -> set[str]:
    skills = select(Term.slug).where(Term.kind == TermKind.SKILL, Term.retired_at.is_(None))
    return set(await db.scalars(skills))


async def _store_exam(db: AsyncSession, guide: Guide, file: QuizFile, *, now: datetime) -> None:
    facts = file.exam.model_dump() | {
        "sections": [one.model_dump() for one in file.sections],
        "imported_at": now,
    }
    row = insert(QuizExam).values(id=new_id(), guide_id=guide.id, **facts)
    await db.execute(row.on_conflict_do_update(index_elements=["guide_id"], set_=facts))


def _facts(row: QuizQuestionRow, section_id: UUID, position: int) -> dict[str, Any]:
    is_number = row.number is not None
    return {
        "kind": row.kind,
        "text": row.text,
        "choices": row.choices,
        "lefts": [left for left, _ in row.pairs],
        "right": list(row.key.right),
        "number": row.number,
        "tolerance": row.tolerance if is_number else None,
        "unit": row.unit,
        "exam_section": row.exam_section,
        "section_id": section_id,
        "explanation": row.explanation,
        "position": position,
    }


async def _store_questions(
    db: AsyncSession,
    guide: Guide,
    rows: Sequence[QuizQuestionRow],
    section_ids: Mapping[str, UUID],
    *,
    now: datetime,
) -> tuple[dict[str, UUID], dict[str, int]]:
    """The ids of the questions as they are now, by slug; and what was done to how many."""
    newest, beside = await _known_questions(db, guide)
    ids: dict[str, UUID] = {}
    counts = {"added": 0, "changed": 0, "stayed": 0, "retired": 0}
    for position, row in enumerate(rows):
        facts = _facts(row, section_ids[row.section], position)
        known = newest.pop(row.slug, None)
        if known is not None and _asks(known, facts):
            counts["changed" if _set(known, facts | {"retired_at": None}) else "stayed"] += 1
            ids[row.slug] = known.id
            continue
        if known is not None:
            known.retired_at = known.retired_at or now
        version = _number(facts, known, beside.get(row.slug, ()))
        ids[row.slug] = new_id()
        names = {"id": ids[row.slug], "guide_id": guide.id, "slug": row.slug, "version": version}
        db.add(QuizQuestion(**names, **facts, retired_at=None))
        counts["changed" if known else "added"] += 1
    for gone in newest.values():
        counts["retired"] += gone.retired_at is None
        gone.retired_at = gone.retired_at or now
    await db.flush()
    return ids, counts


async def _known_questions(
    db: AsyncSession, guide: Guide
) -> tuple[dict[str, QuizQuestion], dict[str, list[QuizQuestion]]]:
    """The newest of each slug that the guide has, and all that other versions of it have."""
    every = select(QuizQuestion).where(QuizQuestion.guide_id.in_(versions_beside(guide.id)))
    newest: dict[str, QuizQuestion] = {}
    beside: dict[str, list[QuizQuestion]] = defaultdict(list)
    for one in await db.scalars(every.order_by(QuizQuestion.version)):
        if one.guide_id == guide.id:
            newest[one.slug] = one
        else:
            beside[one.slug].append(one)
    return newest, beside


def _asks(known: QuizQuestion, facts: Mapping[str, Any]) -> bool:
    return all(getattr(known, name) == facts[name] for name in ASKED)


def _number(
    facts: Mapping[str, Any], known: QuizQuestion | None, beside: Sequence[QuizQuestion]
) -> int:
    """What asks the same has the same number in all versions of the guide.

    So whoever answered it there has answered it here.
    """
    if known is None and (same := [one.version for one in beside if _asks(one, facts)]):
        return same[-1]
    return max([one.version for one in beside] + ([known.version] if known else []), default=0) + 1


async def _store_quizzes(
    db: AsyncSession, guide: Guide, file: QuizFile, ids: Mapping[str, UUID], *, now: datetime
) -> None:
    rows: list[tuple[QuizRow | MockExamRow | PlacementRow, Sequence[str], dict[str, Any]]] = []
    if file.placement is not None:
        rows.append((*file.placement, {"kind": QuizKind.PLACEMENT}))
    rows += [(one, one.questions, {"kind": QuizKind.PRACTICE}) for one in file.quizzes]
    its = {"kind": QuizKind.MOCK_EXAM, "minutes": file.exam.minutes}
    rows += [(one, slugs, its) for one, slugs in file.mock_exams]
    wanted: dict[str, dict[str, Any]] = {
        row.slug: {
            "minutes": None,
            "title": row.title,
            "about": row.about,
            "question_ids": [ids[slug] for slug in slugs],
            "milestone": getattr(row, "milestone", None) or "",
            "passes_from": getattr(row, "passes_from", None),
            **its,
        }
        for row, slugs, its in rows
    }
    stored = await db.scalars(select(Quiz).where(Quiz.guide_id == guide.id))
    known = {one.slug: one for one in stored}
    for position, (slug, facts) in enumerate(wanted.items()):
        facts |= {"position": position, "retired_at": None}
        if slug in known:
            _set(known.pop(slug), facts)
        else:
            db.add(Quiz(guide_id=guide.id, slug=slug, **facts))
    for gone in known.values():
        gone.retired_at = gone.retired_at or now
    await db.flush()


def _set(row: Any, facts: Mapping[str, Any]) -> bool:
    different = {name: value for name, value in facts.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
