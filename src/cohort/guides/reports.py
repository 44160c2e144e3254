"""What an import did, as a report for an operator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cohort.guides.changes import Changes
from cohort.guides.models import Guide

MOST_LISTED = 12


@dataclass(frozen=True, slots=True)
class ImportedGuide:
    """What importing a guide did, section by section."""

    guide: Guide
    is_new: bool
    changes: Changes
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedRows:
    """What importing rows did, by their slugs."""

    what: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    stayed: tuple[str, ...]
    retired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """What importing a guide's files did; printed, it is a report for an operator."""

    guide: ImportedGuide
    rows: tuple[ImportedRows, ...]
    stranded: tuple[str, ...]
    """Milestones that are still done, though their section went."""

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        guide, changes = self.guide.guide, self.guide.changes
        news = "New guide" if self.guide.is_new else "Guide"
        yield f"{news} “{guide.title}” ({guide.slug}), {len(changes.sections)} sections:"
        for word in ("added", "renamed", "moved", "changed", "revived", "gone", "stayed"):
            yield from _listed(word, getattr(changes, word))
        for rows in self.rows:
            yield f"{rows.what.capitalize()}:"
            for word in ("added", "changed", "retired", "stayed"):
                yield from _listed(word, getattr(rows, word))
        if self.stranded:
            yield f"Milestones whose section went: {', '.join(self.stranded)}. Give them another."
        yield from self.guide.notes


def _listed(word: str, slugs: Sequence[str]) -> Iterator[str]:
    if slugs and (word == "stayed" or len(slugs) > MOST_LISTED):
        yield f"  {word}: {len(slugs)}"
    elif slugs:
        yield f"  {word}: {', '.join(slugs)}"
