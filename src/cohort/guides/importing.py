"""Storing what was read: ids stay, what is new is added, what went is retired, never deleted."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import anyio
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Invalid
from cohort.guides.changes import Changes, KnownSection, compare
from cohort.guides.markdown import GuideDocument, GuideUnreadable, read_guide
from cohort.guides.models import Guide, Milestone, Section, Term, TermKind
from cohort.guides.reports import Import, ImportedGuide, ImportedRows
from cohort.guides.schemas import MilestoneRow
from cohort.guides.slugs import slug_of
from cohort.guides.tables import read_exam, read_milestones, read_taxonomy, refused
from cohort.jobs.outbox import enqueue

Stored = TypeVar("Stored", Milestone, Term)


async def import_guide(
    db: AsyncSession, raw: bytes, *, slug: str | None = None, now: datetime
) -> ImportedGuide:
    """Store a Markdown guide under its slug, by default that of its title.

    A section that stayed keeps its row, whatever its new title, place or text.
    """
    try:
        document = read_guide(raw)
    except GuideUnreadable as error:
        raise Invalid(str(error)) from error
    guide, is_new = await _guide(db, slug or slug_of(document.title), document, now=now)
    stored = await db.scalars(
        select(Section).where(Section.guide_id == guide.id).order_by(Section.position, Section.id)
    )
    sections = {section.slug: section for section in stored}
    changes = compare(_known(sections), document)
    _store_sections(db, guide, sections, changes, now=now)
    await db.flush()
    return ImportedGuide(guide, is_new, changes, document.notes)


async def _guide(
    db: AsyncSession, slug: str, document: GuideDocument, *, now: datetime
) -> tuple[Guide, bool]:
    """The guide of that name, locked, so that a second import of it waits."""
    facts = {
        "title": document.title,
        "description": document.description,
        "author": document.author,
        "published_on": document.date,
        "tags": list(document.tags),
        "imported_at": now,
    }
    made = await db.scalar(
        insert(Guide).values(slug=slug, **facts).on_conflict_do_nothing().returning(Guide.id)
    )
    guide = (await db.scalars(select(Guide).where(Guide.slug == slug).with_for_update())).one()
    for name, value in facts.items():
        setattr(guide, name, value)
    return guide, made is not None


def _known(sections: Mapping[str, Section]) -> list[KnownSection]:
    slug_of_id = {section.id: section.slug for section in sections.values()}
    return [
        KnownSection(
            slug=section.slug,
            title=section.title,
            parent_slug=slug_of_id[section.parent_id] if section.parent_id else None,
            position=section.position,
            body=section.body,
            retired=section.retired_at is not None,
        )
        for section in sections.values()
    ]


def _store_sections(
    db: AsyncSession,
    guide: Guide,
    sections: Mapping[str, Section],
    changes: Changes,
    *,
    now: datetime,
) -> None:
    ids = {slug: section.id for slug, section in sections.items()}
    for draft in changes.sections:
        facts = {
            "parent_id": ids[draft.parent_slug] if draft.parent_slug else None,
            "title": draft.title,
            "level": draft.level,
            "position": draft.position,
            "body": draft.body,
            "retired_at": None,
        }
        if draft.slug in sections:
            _set(sections[draft.slug], facts)
        else:
            ids[draft.slug] = uuid4()
            db.add(Section(id=ids[draft.slug], guide_id=guide.id, slug=draft.slug, **facts))
    for slug in changes.gone:
        sections[slug].retired_at = now


async def import_milestones(
    db: AsyncSession, guide: Guide, toml: str, *, now: datetime
) -> ImportedRows:
    """Store the guide's milestones; the file is the whole of them."""
    rows, exam = read_milestones(toml), read_exam(toml)
    if exam is not None:
        guide.exam = exam.model_dump(mode="json")
    section_ids = await _live_sections(db, guide)
    skills = set(
        await db.scalars(
            select(Term.slug).where(Term.kind == TermKind.SKILL, Term.retired_at.is_(None))
        )
    )
    parts = {one["slug"] for one in guide.exam["sections"]} if guide.exam else set()
    _check_names(rows, section_ids, skills, parts)
    stored = await db.scalars(
        select(Milestone).where(Milestone.guide_id == guide.id).with_for_update()
    )
    wanted = {
        row.slug: row.model_dump(exclude={"slug", "section"})
        | {"section_id": section_ids[row.section], "position": position}
        for position, row in enumerate(rows)
    }
    merged = _merge(
        "milestones",
        {milestone.slug: milestone for milestone in stored},
        wanted,
        lambda slug, facts: db.add(Milestone(guide_id=guide.id, slug=slug, **facts)),
        now=now,
    )
    await db.flush()
    if merged.added:
        await enqueue(db, "study.extend_plans", now=now, guide_id=guide.id)
    return merged


async def _live_sections(db: AsyncSession, guide: Guide) -> dict[str, UUID]:
    live = select(Section.slug, Section.id).where(Section.retired_at.is_(None))
    rows = await db.execute(live.where(Section.guide_id == guide.id))
    return {row.slug: row.id for row in rows}


def _check_names(
    rows: Iterable[MilestoneRow],
    section_ids: Mapping[str, UUID],
    skills: set[str],
    exam_sections: set[str],
) -> None:
    for number, row in enumerate(rows, start=1):
        if row.section not in section_ids:
            sentence = f"the guide has no section “{row.section}”."
            raise refused("milestone", number, row.slug, sentence)
        for skill in row.skills:
            if skill not in skills:
                sentence = f"“{skill}” is not a skill of the taxonomy; import that first."
                raise refused("milestone", number, row.slug, sentence)
        for part in row.exam_sections:
            if part not in exam_sections:
                sentence = f"the exam has no section “{part}”."
                raise refused("milestone", number, row.slug, sentence)


async def import_taxonomy(db: AsyncSession, toml: str, *, now: datetime) -> list[ImportedRows]:
    """Store the terms of each kind that the file names; it is the whole of those kinds."""
    reports = []
    for kind, rows in read_taxonomy(toml).items():
        stored = await db.scalars(select(Term).where(Term.kind == kind).with_for_update())
        wanted = {
            row.slug: {
                "title": row.title,
                "translations": row.translations,
                "description": row.description,
                "parent_slug": getattr(row, "parent", None),
                "position": position,
            }
            for position, row in enumerate(rows)
        }
        add = _adder(db, TermKind(kind))
        known = {term.slug: term for term in stored}
        reports.append(_merge(f"{kind}s", known, wanted, add, now=now))
    await db.flush()
    return reports


async def import_first_taxonomy(db: AsyncSession, toml: str, *, now: datetime) -> bool:
    """Store the terms where there are none; whoever has terms keeps them. True if it did.

    Without terms nobody could say what she works on, and so nobody could join or mentor. Of
    processes that start at one moment one stores them, while the others wait.
    """
    if await _has_terms(db):
        return False
    await db.execute(text(f"LOCK TABLE {Term.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))
    if await _has_terms(db):
        return False
    await import_taxonomy(db, toml, now=now)
    return True


async def _has_terms(db: AsyncSession) -> bool:
    return await db.scalar(select(Term.slug).limit(1)) is not None


def _adder(db: AsyncSession, kind: TermKind) -> Callable[[str, dict[str, Any]], None]:
    return lambda slug, facts: db.add(Term(kind=kind, slug=slug, **facts))


def _merge(
    what: str,
    stored: Mapping[str, Stored],
    wanted: Mapping[str, dict[str, Any]],
    add: Callable[[str, dict[str, Any]], None],
    *,
    now: datetime,
) -> ImportedRows:
    added, changed, stayed = [], [], []
    for slug, facts in wanted.items():
        if slug not in stored:
            add(slug, facts | {"retired_at": None})
            added.append(slug)
        elif _set(stored[slug], facts | {"retired_at": None}):
            changed.append(slug)
        else:
            stayed.append(slug)
    retired = [
        slug for slug, row in stored.items() if slug not in wanted and row.retired_at is None
    ]
    for slug in retired:
        stored[slug].retired_at = now
    return ImportedRows(what, tuple(added), tuple(changed), tuple(stayed), tuple(retired))


def _set(row: Any, facts: Mapping[str, Any]) -> bool:
    """Store the facts; whether any of them was new."""
    different = {name: value for name, value in facts.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


async def import_files(
    db: AsyncSession,
    guide: Path,
    *,
    slug: str | None = None,
    milestones: Path | None = None,
    taxonomy: Path | None = None,
    now: datetime,
) -> Import:
    """Import a guide and what belongs to it, all or nothing."""
    rows = await import_taxonomy(db, await _text(taxonomy), now=now) if taxonomy else []
    imported = await import_guide(db, await anyio.Path(guide).read_bytes(), slug=slug, now=now)
    if milestones:
        text = await _text(milestones)
        rows.append(await import_milestones(db, imported.guide, text, now=now))
    return Import(imported, tuple(rows), await _stranded(db, imported.guide))


async def _text(file: Path) -> str:
    try:
        return await anyio.Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file.name} is not UTF-8: save it as UTF-8 and try again.") from error


async def _stranded(db: AsyncSession, guide: Guide) -> tuple[str, ...]:
    done, went = Milestone.retired_at.is_(None), Section.retired_at.is_not(None)
    statement = select(Milestone.slug).join(Section, Section.id == Milestone.section_id)
    here = Milestone.guide_id == guide.id
    return tuple(await db.scalars(statement.where(here, done, went).order_by(Milestone.position)))
