"""From a guide's text to a curriculum that can be edited: pure, so that a thread may do it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cohort.curricula.drafting import propose
from cohort.curricula.schemas import (
    MOST_CHARACTERS,
    MOST_LINES,
    MOST_MILESTONES,
    MOST_SECTIONS,
    Curriculum,
    SectionRow,
)
from cohort.curricula.wording import is_beside, is_part
from cohort.guides.changes import KnownSection, compare
from cohort.guides.markdown import GuideDocument, GuideUnreadable, parents_of, read_guide
from cohort.guides.slugs import latin_slug
from cohort.http.fields import without_hidden


@dataclass(frozen=True, slots=True)
class ReadIn:
    curriculum: Curriculum
    notes: tuple[str, ...]


def read_in(markdown: str, before: Curriculum | None = None) -> ReadIn:
    """A new curriculum; or `before` with this text in place of its own, and its milestones.

    Raises GuideUnreadable.
    """
    refuse_unfit(markdown)
    document = read_guide(without_hidden(markdown).encode(), most_headings=MOST_SECTIONS)
    if len(document.sections) > MOST_SECTIONS:
        raise GuideUnreadable(
            f"The text has {len(document.sections):,} headings; a guide may have at most "
            f"{MOST_SECTIONS:,}. Split it into several guides."
        )
    if before is not None:
        return _newer(document, before)
    sections = _rows(document)
    proposal = propose(sections, title=document.title)
    curriculum = Curriculum(
        title=_line(document.title),
        slug=latin_slug(document.title),
        description=without_hidden(document.description),
        author=without_hidden(document.author),
        published_on=document.date if document.date and 2000 <= document.date.year < 2200 else None,
        tags=[_line(tag) for tag in document.tags[:50]],
        sections=sections,
        milestones=list(proposal.milestones),
    )
    return ReadIn(curriculum, (*document.notes, *_title_notes(document), *proposal.notes))


def _title_notes(document: GuideDocument) -> list[str]:
    """Where the title is only that of a section among others of its level."""
    title = document.title
    levels = [one.level for one in document.sections if one.title == title]
    beside_it = sum(one.level == levels[0] for one in document.sections) if levels else 0
    if beside_it < 2 or (levels[0] == 1 and not (is_part(title) or is_beside(title))):
        return []
    return [f"No heading names the whole: it is called “{document.title[:60]}”. Give it a title."]


def refuse_unfit(markdown: str) -> None:
    """Counts are cheap: what is refused here is never parsed."""
    if len(markdown) > MOST_CHARACTERS:
        raise GuideUnreadable(
            f"The text has {len(markdown):,} characters; a guide may have at most "
            f"{MOST_CHARACTERS:,}. Split it into several guides."
        )
    if "\0" in markdown:
        raise GuideUnreadable(
            "There is a NUL character, which no text has. Is this a Markdown file, saved as UTF-8?"
        )
    lines = markdown.count("\n") + 1
    if lines > MOST_LINES:
        raise GuideUnreadable(
            f"The text has {lines:,} lines; a guide may have at most {MOST_LINES:,}. "
            "Split it into several guides."
        )


def _newer(document: GuideDocument, before: Curriculum) -> ReadIn:
    """Sections that stayed keep their slugs, so that milestones stay where they were."""
    changes = compare(_known(before.sections), document)
    sections = _rows(replace(document, sections=changes.sections))
    added = [one for one in sections if one.slug in set(changes.added)]
    proposal = propose(added, [one.slug for one in before.milestones])
    room = MOST_MILESTONES - len(before.milestones)
    milestones = [*before.milestones, *proposal.milestones[:room]]
    notes = [*document.notes, *proposal.notes]
    if changes.gone:
        gone = set(changes.gone)
        lost = sum(one.section in gone for one in before.milestones)
        notes.append(
            f"{len(changes.gone)} sections are not in the new text, and {lost} milestones belong "
            "to them: give those another section, or remove them."
        )
    kept = before.model_copy(update={"sections": sections, "milestones": milestones})
    return ReadIn(Curriculum.model_validate(kept.model_dump()), tuple(notes))


def _known(sections: Sequence[SectionRow]) -> list[KnownSection]:
    parents = parents_of([one.level for one in sections])
    return [
        KnownSection(
            slug=one.slug,
            title=one.title,
            parent_slug=None if parent is None else sections[parent].slug,
            position=place,
            body=one.body,
        )
        for place, (one, parent) in enumerate(zip(sections, parents, strict=True))
    ]


def _rows(document: GuideDocument) -> list[SectionRow]:
    return [
        SectionRow(
            slug=one.slug,
            title=" ".join(without_hidden(one.title).split()) or "Section",
            level=one.level,
            body=one.body,
        )
        for one in document.sections
    ]


def _line(text: str) -> str:
    line = " ".join(without_hidden(text).split()).replace("=?", "= ?") or "Guide"
    return line if len(line) <= 200 else line[:199] + "…"
