"""Words of a file that no taxonomy has, as terms of a cohort."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cohort.cohorts.own_terms import OWN
from cohort.errors import FieldError, Invalid
from cohort.guides.models import TermKind
from cohort.sheets.cells import OwnWords
from cohort.sheets.roster import Vocabulary


@dataclass(frozen=True)
class FoundTerm:
    """A word, by the slug that it has in the file and by the one that it has in every cohort."""

    word: str
    kind: TermKind
    slug: str
    title: str
    near: Sequence[str]
    becomes: str
    """What profiles get: a slug of the taxonomy, its own, or nothing."""


def found_terms(own: OwnWords, chosen: Mapping[str, str], words: Vocabulary) -> list[FoundTerm]:
    """`chosen` has, by slug, what a word is to become. Raises Invalid for what no term has."""
    known = {
        TermKind.DOMAIN: words.domains,
        TermKind.ROLE: words.roles,
        TermKind.CONTEXT: words.contexts,
        TermKind.SKILL: words.skills,
    }
    found = [
        FoundTerm(word, kind, slug, title[:200], own.near[word], chosen.get(slug, slug))
        for kind in TermKind
        for word, title in own.titles.get(kind.value, {}).items()
        for slug in [slug_of(word)]
    ]
    errors = [
        FieldError(f"terms/{one.slug}", f"“{one.becomes}” is not one of the {one.kind}s we know.")
        for one in found
        if one.becomes not in {"", one.slug, *known[one.kind]}
    ]
    if errors:
        raise Invalid.at_each(errors)
    return found


def slug_of(word: str) -> str:
    """From the kind and the letters alone, so that the same word is the same term everywhere."""
    return OWN + hashlib.sha256(word.encode()).hexdigest()[:16]
