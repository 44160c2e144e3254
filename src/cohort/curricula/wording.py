"""Words of course pages: what a title says to do, and what stands beside a course. Pure."""

import re

from cohort.guides.html_headings import words_of
from cohort.guides.models import MilestoneKind
from cohort.http.fields import without_hidden

LINK = re.compile(
    r"\[((?:[^\[\]\n]|\[[^\[\]\n]{0,100}\]){1,300})\]"
    r"\(<?([^\s()<>]{1,1000})>?(?:\s[^()\n]{0,300})?\)"
)
_MARKS = re.compile(r"[*`~]+|(?<!\w)_+|_+(?!\w)")
_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")
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
_ADJECTIVES = r"(?:(?:optional|final|weekly|graded|take-home)\s)?"
_NAMED = [
    (
        kind,
        re.compile(
            rf"{_ADJECTIVES}(?:{'|'.join(words)})\s?"
            r"(?:$|[\d#:(–—.-])",
            re.IGNORECASE,
        ),
    )
    for kind, words in _KIND_WORDS.items()
]
_BARE = re.compile(
    rf"(?:the\s)?{_ADJECTIVES}(?:{'|'.join(sum(_KIND_WORDS.values(), ()))})\s?#?\d{{0,3}}\W*",
    re.IGNORECASE,
)
_PART_WORDS = "lecture|lesson|session|module|week|unit|chapter|class|topic|day|part|block"
_NUMBERED = re.compile(rf"(?:{_PART_WORDS})\s?#?\s?\d{{1,3}}\b", re.IGNORECASE)
_PART = re.compile(rf"(?:{_NUMBERED.pattern}|\d{{1,2}}\s?[.):–-])", re.IGNORECASE)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATES = re.compile(
    r"\s?[(\[](?:due\b[^()\[\]]{0,60}|[\d\s/.:,–-]{3,30}"
    rf"|[^()\[\]]{{0,20}}\b(?:{_MONTHS})[a-z]{{0,7}}\b\.?[^()\[\]]{{0,30}})[)\]]",
    re.IGNORECASE,
)
_RESOURCES = re.compile(r"(?:\s?\[[^\[\]]{0,60}\]){1,9}$")
_SAYS_SOMETHING = re.compile(r"[^\W\d_]{2}")
CONTENTS = re.compile(r"^\W*(?:table of )?(?:contents?|toc)\W*$", re.IGNORECASE)
_BESIDE_WORDS = (
    "licen[sc]e|changelog|translations?|star history|news|updates|announcements",
    "contribut(?:e|ing|ions?|ors?)(?: to .{1,40})?|how to contribute|code of conduct",
    "citation|how to cite|acknowledge?ments?|thanks|sponsors?|partners?|credits|community",
    "support|(?:getting )?help|faq|contact(?: us)?|feedback|questions",
    "about(?: (?:us|the authors?|this (?:course|repo(?:sitory)?)))?|authors?|team|maintainers?",
    "(?:course )?(?:instructors?|staff|teaching (?:staff|team|assistants?))",
    "pre-?requisites?|requirements|(?:target )?audience|who is (?:this|it) for.{0,30}",
    "objectives?|timeline|logistics|grading|office hours|pedagogy|running example",
    "course (?:links?|info(?:rmation)?|details|logistics)|useful links|quick links",
    "(?:other|more|related|our other) (?:courses?|curricula)(?: (?:from|by) .{1,40})?",
    "(?:each|every) (?:lesson|module|week) (?:includes|has|contains)|offline access",
    "(?:running|using) the notebooks?|how to (?:use|run|join|register|enrol+|sign up)\b.{0,40}",
    "sign(?:ing)?[- ]?up|registration|for (?:teachers|instructors|students)",
)
_AND = re.compile(r"\s?(?:&|,|/|\band\b)\s?", re.IGNORECASE)
_BESIDE = re.compile(rf"^\W*(?:{'|'.join(_BESIDE_WORDS)})\W*$", re.IGNORECASE)


def is_beside(title: str) -> bool:
    """Whether a section of this title is about the course, and not of it.

    So is “Contributors & course staff”, which names two such things.
    """
    return bool(_BESIDE.match(title)) or all(map(_BESIDE.match, _AND.split(title)))


def kind_of(title: str) -> MilestoneKind | None:
    return next((kind for kind, words in _KINDS if words.search(title)), None)


def named_kind(entry: str) -> MilestoneKind | None:
    """Of an entry that is called so, like “Homework 2”; not of a sentence about homework."""
    return next((kind for kind, words in _NAMED if words.match(entry)), None)


def is_bare_kind(title: str) -> bool:
    """Whether it is called “Homework 2” and does not say about what."""
    return bool(_BARE.fullmatch(title))


def is_part(title: str) -> bool:
    """Whether the title counts: “Module 2: tracking”, “Week 3”, “4. Monitoring”."""
    return bool(_PART.match(title))


def is_lecture(entry: str) -> bool:
    """Whether an entry counts and says what it is about."""
    found = _NUMBERED.match(entry)
    return found is not None and says_something(entry[found.end() :])


def is_bare_part(title: str) -> bool:
    found = _NUMBERED.match(title)
    return found is not None and not says_something(title[found.end() :])


def says_something(text: str) -> bool:
    return bool(_SAYS_SOMETHING.search(_DATES.sub("", text)))


def title_of(text: str) -> str:
    """Without the days of a year that is over, slides and videos, and what opens a list."""
    return _RESOURCES.sub("", _DATES.sub("", text).strip()).rstrip(": ") or text


def readable(markdown: str) -> str:
    """One line of words, without marks and addresses."""
    text = words_of(LINK.sub(r"\1", markdown.replace("![", "[")))
    return " ".join(without_hidden(_MARKS.sub("", text)).split())


def without_code(body: str) -> list[str]:
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
