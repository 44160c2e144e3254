"""What changes between the sections that are known and a guide read anew."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cohort.guides.markdown import GuideDocument, SectionDraft
from cohort.guides.slugs import SlugBook, qualified


@dataclass(frozen=True, slots=True)
class KnownSection:
    """A section as stored. `position` is its place in reading order; only the order counts."""

    slug: str
    title: str
    parent_slug: str | None
    position: int
    body: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """The sections to store, and their slugs by what happened to them.

    `sections` are the new guide's in reading order, each under the slug that is its identity:
    store by slug, then retire the `gone`. `renamed`, `changed` (other text), `moved` (other
    parent, or another order among its siblings) and `revived` (was retired) may name the same
    section; `stayed` names those that are exactly as they were.
    """

    sections: tuple[SectionDraft, ...]
    stayed: tuple[str, ...]
    added: tuple[str, ...]
    renamed: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[str, ...]
    revived: tuple[str, ...]
    gone: tuple[str, ...]


def compare(old: Sequence[KnownSection], new: GuideDocument) -> Changes:
    """Decide which section of the new guide is which known one; O(n log n).

    From the top of the tree down, a section is a known one that no other claims when they have
    the same parent and title, or the same parent and content, and only one on each side does;
    where a title repeats below one parent, the order pairs what is left; else the slug decides.
    A retired one is claimed only where no live one fits.
    """
    old = sorted(old, key=lambda known: (known.retired, known.position))
    known_of = _recognised(old, new.sections)
    sections = _settled(new.sections, known_of, {known.slug for known in old})
    pairs = [
        (known_of[draft.slug], section)
        for draft, section in zip(new.sections, sections, strict=True)
        if draft.slug in known_of
    ]
    kept = {known.slug for known, _ in pairs}
    renamed = _slugs(section for known, section in pairs if known.title != section.title)
    changed = _slugs(section for known, section in pairs if known.body != section.body)
    moved = _moved(pairs)
    revived = _slugs(section for known, section in pairs if known.retired)
    touched = {*renamed, *changed, *moved, *revived}
    return Changes(
        sections=sections,
        stayed=_slugs(section for _, section in pairs if section.slug not in touched),
        added=_slugs(section for section in sections if section.slug not in kept),
        renamed=renamed,
        changed=changed,
        moved=moved,
        revived=revived,
        gone=tuple(k.slug for k in old if not k.retired and k.slug not in kept),
    )


class _Traits(NamedTuple):
    """What a section is recognised by; a draft's parent is the known section that it is."""

    slug: str
    parent: Hashable
    title: str
    content: Hashable


def _by_title(traits: _Traits) -> Hashable:
    return traits.parent, traits.title


def _by_content(traits: _Traits) -> Hashable:
    return (traits.parent, traits.content) if traits.content else None


def _by_slug(traits: _Traits) -> Hashable:
    return traits.slug


def _recognised(
    old: Sequence[KnownSection], new: Sequence[SectionDraft]
) -> dict[str, KnownSection]:
    """Map the slugs of drafts to the known sections that they are."""
    known_of: dict[str, KnownSection] = {}
    old_content = _contents([known for known in old if not known.retired])
    new_content = _contents(new)
    unclaimed = {
        known: _Traits(known.slug, known.parent_slug, known.title, old_content.get(known.slug))
        for known in old
    }
    for drafts in _generations(new):
        asking = []
        for draft in drafts:
            parent = known_of.get(draft.parent_slug) if draft.parent_slug else None
            # A new parent is no known section, and its children are nobody's by place.
            place = parent.slug if parent else draft.parent_slug and ("new", draft.parent_slug)
            asking.append(_Traits(draft.slug, place, draft.title, new_content.get(draft.slug)))
        _claim(known_of, unclaimed, asking, _by_title)
        _claim(known_of, unclaimed, asking, _by_content)
        _claim(known_of, unclaimed, asking, _by_title, in_order=True)
        _claim(known_of, unclaimed, asking, _by_slug)
    return known_of


def _claim(
    known_of: dict[str, KnownSection],
    unclaimed: dict[KnownSection, _Traits],
    asking: Sequence[_Traits],
    key_of: Callable[[_Traits], Hashable],
    *,
    in_order: bool = False,
) -> None:
    """Move to `known_of` what one asks for and one fits by this key; several only `in_order`."""
    candidates: dict[Hashable, list[KnownSection]] = defaultdict(list)
    for known, traits in unclaimed.items():
        candidates[key_of(traits)].append(known)
    askers: dict[Hashable, list[str]] = defaultdict(list)
    for traits in asking:
        if traits.slug not in known_of:
            askers[key_of(traits)].append(traits.slug)
    for key, slugs in askers.items():
        fitting = candidates.get(key, [])
        live = [known for known in fitting if not known.retired] or fitting
        if key is None or not (in_order or len(slugs) == len(live) == 1):
            continue
        for slug, known in zip(slugs, fitting if in_order else live, strict=False):
            known_of[slug] = known
            del unclaimed[known]


def _contents(sections: Iterable[KnownSection | SectionDraft]) -> dict[str, Hashable]:
    """Return what tells a renamed section: its text or, where it has none, its children."""
    sections = list(sections)
    children: dict[str, list[str]] = defaultdict(list)
    for section in sections:
        if section.parent_slug is not None:
            children[section.parent_slug].append(section.title)
    return {
        section.slug: section.body or tuple(sorted(children.get(section.slug, ())))
        for section in sections
    }


def _generations(sections: Sequence[SectionDraft]) -> Iterator[list[SectionDraft]]:
    """Yield the sections without a parent, then their children, and so on."""
    depth: dict[str | None, int] = {None: -1}
    generations: list[list[SectionDraft]] = []
    for section in sections:
        own = depth[section.slug] = depth[section.parent_slug] + 1
        if own == len(generations):
            generations.append([])
        generations[own].append(section)
    yield from generations


def _settled(
    drafts: Sequence[SectionDraft], known_of: dict[str, KnownSection], known_slugs: set[str]
) -> tuple[SectionDraft, ...]:
    """Give every draft the slug of the section it is, and a new one a slug that no one has."""
    book = SlugBook(known_slugs.union(draft.slug for draft in drafts))
    slug_of_draft: dict[str | None, str | None] = {None: None}
    placed = []
    for draft in drafts:
        parent_slug = slug_of_draft[draft.parent_slug]
        if draft.slug in known_of:
            slug = known_of[draft.slug].slug
        elif draft.slug in known_slugs:
            slug = book.take(qualified(parent_slug, draft.slug))
        else:
            slug = draft.slug
        slug_of_draft[draft.slug] = slug
        placed.append(replace(draft, slug=slug, parent_slug=parent_slug))
    return tuple(placed)


def _moved(pairs: Sequence[tuple[KnownSection, SectionDraft]]) -> tuple[str, ...]:
    """Return those with another parent, and the fewest that explain a new order of siblings."""
    siblings: dict[str | None, list[KnownSection]] = defaultdict(list)
    for known, section in pairs:
        if known.parent_slug == section.parent_slug:
            siblings[section.parent_slug].append(known)
    in_place = {known.slug for row in siblings.values() for known in _longest_rising(row)}
    return _slugs(section for _, section in pairs if section.slug not in in_place)


def _longest_rising(row: Sequence[KnownSection]) -> list[KnownSection]:
    """Return a longest subsequence with rising positions (patience sorting, O(n log n))."""
    ends: list[int] = []
    end_at: list[int] = []
    before: list[int | None] = []
    for index, known in enumerate(row):
        length = bisect_left(ends, known.position)
        ends[length : length + 1] = [known.position]
        end_at[length : length + 1] = [index]
        before.append(end_at[length - 1] if length else None)
    rising = []
    at = end_at[-1] if end_at else None
    while at is not None:
        rising.append(row[at])
        at = before[at]
    return rising


def _slugs(sections: Iterable[SectionDraft]) -> tuple[str, ...]:
    return tuple(section.slug for section in sections)
