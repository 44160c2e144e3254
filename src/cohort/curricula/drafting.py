"""A first proposal of milestones from the text of a guide: pure, and linear in its length.

Task lists and exercises say what to do; a notebook is worked through; a section that says
nothing of the kind, and has none below it, is read. Its author corrects what this guessed.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cohort.curricula.schemas import MOST_MILESTONES, SectionRow
from cohort.guides.html_headings import words_of
from cohort.guides.models import MilestoneKind
from cohort.guides.schemas import MilestoneRow
from cohort.guides.slugs import SlugBook
from cohort.http.fields import without_hidden

WORDS_AN_HOUR = 3_000
"""To read with care, and to write down what it says."""
LEAST_WORDS = 25
MOST_TASK = 4_000
MOST_LINE = 160
SLUG_LENGTH = 60

_TASK = re.compile(r"^\s{0,8}(?:[-*+]|\d{1,4}[.)])\s+\[[ xX]\]\s+(\S.*)$")
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(<?([^\s()<>]{1,1000})>?(?:\s[^()\n]{0,300})?\)")
_ADDRESS = re.compile(r"""(?:\(<?|\bhref\s{0,3}=\s{0,3}["'])([^\s()<>"']{1,1000})""", re.IGNORECASE)
_HREF = re.compile(
    r"""href\s{0,3}=\s{0,3}["']([^\s"'<>]{1,1000})["'][^<>]{0,300}>([^<>]{1,300})</a"""
)
_SAYS_NOTHING = re.compile(
    r"^\W*(?:(?:open|run|view|launch|try|start)\b.{0,30}"
    r"|(?:the )?(?:colab|notebook|link|code|here))\W*$",
    re.IGNORECASE,
)
_NOTEBOOK = re.compile(
    r"\.ipynb\b|//colab\.research\.google\.com/|//colab\.google/|//www\.kaggle\.com/code/"
    r"|//mybinder\.org/|//nbviewer\.",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[*_`~]+")
_WORD = re.compile(r"\w+")
_KIND_WORDS = {
    MilestoneKind.MOCK_EXAM: (
        "(?:mock|practice) (?:exam|test)s?",
        "sample (?:exam|questions)",
    ),
    MilestoneKind.QUIZ: (
        "quiz(?:zes)?",
        "self[- ]test",
        "(?:knowledge check|check your (?:knowledge|understanding))",
    ),
    MilestoneKind.ARTEFACT: ("projects?", "mini-?projects?", "capstone", "build your own"),
    MilestoneKind.EXERCISE: (
        "home-?works?|exercises?|assignments?|challenges?|workshop",
        "labs?|laborator(?:y|ies)|hands[- ]on|practice|practical",
        "problem sets?|coding tasks?|your turn",
    ),
}
_KINDS = [
    (kind, re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE))
    for kind, words in _KIND_WORDS.items()
]
_BESIDE_WORDS = (
    "contents?|table of contents|toc|licen[sc]e|changelog|translations?|star history",
    "contribut(?:e|ing|ions?|ors?)|how to contribute|code of conduct|citation|how to cite",
    "acknowledge?ments?|thanks|sponsors?|credits|community|support|faq|contact",
    "about (?:us|the authors?)|authors?|instructors?",
)
_BESIDE = re.compile(rf"^\W*(?:{'|'.join(_BESIDE_WORDS)})\W*$", re.IGNORECASE)
HOURS = {
    MilestoneKind.READING: 1,
    MilestoneKind.EXERCISE: 2,
    MilestoneKind.ARTEFACT: 8,
    MilestoneKind.QUIZ: 1,
    MilestoneKind.MOCK_EXAM: 3,
}
MOST_HOURS = 40
EVIDENCE = {
    MilestoneKind.READING: "Three things that you take from it, and one question that stays open.",
    MilestoneKind.EXERCISE: "A link to what you did, and two sentences on what was hard.",
    MilestoneKind.ARTEFACT: "A link to what you made, how to run it, and what you would do next.",
    MilestoneKind.QUIZ: "Your result, and what you would answer differently now.",
    MilestoneKind.MOCK_EXAM: "Your result by section, and the two sections to work on next.",
}


@dataclass(frozen=True, slots=True)
class ProposedMilestones:
    milestones: tuple[MilestoneRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    section: SectionRow
    kind: MilestoneKind
    title: str
    task: str
    words: int


def propose(sections: Sequence[SectionRow], taken: Sequence[str] = ()) -> ProposedMilestones:
    """In reading order, with slugs beside those that are `taken`."""
    beside = [one.title for one in sections if _BESIDE.match(one.title)]
    found: list[_Found] = []
    for place, section in enumerate(sections):
        if not _BESIDE.match(section.title):
            below = sections[place + 1 :][:1]
            found += _of_section(section, is_leaf=not below or below[0].level <= section.level)
    book = SlugBook(taken)
    rows = tuple(_row(one, book) for one in found[:MOST_MILESTONES])
    notes = []
    if beside:
        named = ", ".join(f"“{title[:60]}”" for title in beside[:6])
        notes.append(f"No milestones are proposed for what is beside the course: {named}.")
    if len(found) > MOST_MILESTONES:
        notes.append(
            f"The text suggests {len(found):,} milestones. The first {MOST_MILESTONES} are here, "
            "which is as many as a guide may have."
        )
    return ProposedMilestones(rows, tuple(notes))


def _of_section(section: SectionRow, *, is_leaf: bool) -> Iterator[_Found]:
    prose = _without_code(section.body)
    words = len(_WORD.findall(section.body))
    kind = kind_of(section.title)
    tasks = [task for task in map(_task, prose) if task]
    if tasks:
        for task in tasks:
            yield _Found(section, kind_of(task) or kind or MilestoneKind.EXERCISE, task, task, 0)
    elif kind is not None and words:
        yield _Found(section, kind, section.title, _said(section), words)
    elif notebooks := _notebooks(section, prose):
        for address, title in notebooks.items():
            task = (
                f"Work through the notebook: <{address}>"
                if "//" in address
                else (f"Work through the notebook `{address}`.")
            )
            yield _Found(section, MilestoneKind.EXERCISE, title, task, 0)
    elif is_leaf and words >= LEAST_WORDS:
        task = f"Read “{section.title}” in the guide. Note what is new to you, and try it out."
        yield _Found(section, MilestoneKind.READING, section.title, task, words)


def kind_of(title: str) -> MilestoneKind | None:
    return next((kind for kind, words in _KINDS if words.search(title)), None)


def _without_code(body: str) -> list[str]:
    lines: list[str] = []
    fence = ""
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            lines.append(line)
    return lines


def _task(line: str) -> str:
    found = _TASK.match(line[:2_000])
    return readable(found[1]) if found else ""


def _notebooks(section: SectionRow, lines: Sequence[str]) -> dict[str, str]:
    """Addresses of notebooks with their titles."""
    found: dict[str, str] = {}
    for whole in lines:
        line = whole[:10_000]
        here = [one[1] for one in _ADDRESS.finditer(line) if _NOTEBOOK.search(one[1])]
        if here:
            said = {one[2]: one[1] for one in _LINK.finditer(line)}
            said |= {one[1]: one[2] for one in _HREF.finditer(line)}
            for address in here:
                title = readable(said.get(address, ""))
                if not title or _SAYS_NOTHING.match(title):
                    title = _first_cell(line) or section.title
                found.setdefault(address, title)
    return found


def _first_cell(line: str) -> str:
    """Of a row of a table, what stands first."""
    cells = line.strip().split("|")
    return readable(cells[1]) if len(cells) > 2 and not cells[0] else ""


def _said(section: SectionRow) -> str:
    body = section.body.strip()
    if len(body) <= MOST_TASK:
        return body
    return f"Do what “{section.title}” in the guide asks for."


def readable(markdown: str) -> str:
    """One line of words, without marks and addresses."""
    text = words_of(_LINK.sub(r"\1", markdown.replace("![", "[")))
    return " ".join(without_hidden(_MARKS.sub("", text)).split())


def _row(found: _Found, book: SlugBook) -> MilestoneRow:
    title = found.title if len(found.title) <= MOST_LINE else found.title[: MOST_LINE - 1] + "…"
    title = title.replace("=?", "= ?")
    return MilestoneRow(
        slug=book.take(latin_slug(title)),
        section=found.section.slug,
        title=title,
        task=found.task,
        evidence=EVIDENCE[found.kind],
        hours=hours_of(found.kind, found.words),
        kind=found.kind,
    )


def hours_of(kind: MilestoneKind, words: int) -> int:
    """From the length of what is to be read, and what the kind takes by itself."""
    reading = -(-words // WORDS_AN_HOUR)
    least = HOURS[kind]
    return min(
        MOST_HOURS, max(1, reading) if kind is MilestoneKind.READING else least + reading // 2
    )


def latin_slug(title: str) -> str:
    """A name in addresses, of the letters a to z and digits."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))
    if len(slug) > SLUG_LENGTH:
        slug = slug[: SLUG_LENGTH + 1].rpartition("-")[0] or slug[:SLUG_LENGTH]
    return slug or "milestone"
