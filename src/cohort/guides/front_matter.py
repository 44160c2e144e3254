"""The YAML front matter of a guide: title, description, author, date and tags."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from cohort.guides.decoding import GuideUnreadable

MAX_CHARACTERS = 65_536
MAX_DEPTH = 16
MAX_VALUE = 2_000
FIRST_LINE = 2  # front matter begins on the line after the opening '---'
NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    title: str = ""
    description: str = ""
    author: str = ""
    date: dt.date | None = None
    tags: tuple[str, ...] = ()


def split_front_matter(text: str) -> tuple[FrontMatter, int]:
    """Return what the front matter says and how many lines it takes (0 without any).

    Unknown keys are left alone. Nothing is ever constructed from YAML: the nodes are read as
    text, so that no tag, number or timestamp of the file can do harm.
    """
    lines = text.split("\n", 1)
    if lines[0].rstrip() != "---":
        return FrontMatter(), 0
    block: list[str] = []
    for line in lines[1].split("\n") if len(lines) > 1 else ():
        if line.rstrip() in {"---", "..."}:
            return _read("\n".join(block)), len(block) + 2
        block.append(line)
    raise GuideUnreadable(
        "the front matter opens here with '---' and never closes: put a line '---' after its "
        "last key, or begin the file with its first heading.",
        line=1,
    )


def _read(source: str) -> FrontMatter:
    if len(source) > MAX_CHARACTERS:
        raise GuideUnreadable(
            f"the front matter has {len(source):,} characters; it may have at most "
            f"{MAX_CHARACTERS:,}. Move the text below it.",
            line=1,
        )
    try:
        _refuse_anchors_and_depth(source)
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise GuideUnreadable(
            f"the front matter is not valid YAML ({_problem(error)}). Correct it, or put the "
            "value in quotes.",
            line=_line_of(error, source),
        ) from error
    fields = _fields(node) if node is not None else {}
    return FrontMatter(
        title=_text(fields.get("title")),
        description=_text(fields.get("description")),
        author=_text(fields.get("author")),
        date=_date(fields.get("date")),
        tags=tuple(_tags(fields.get("tags"))),
    )


def _refuse_anchors_and_depth(source: str) -> None:
    """Stop what makes small YAML large: aliases that multiply, nesting that exhausts the stack."""
    depth = 0
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        if getattr(event, "anchor", None) is not None:
            raise GuideUnreadable(
                "the front matter uses a YAML anchor or alias ('&' or '*'): write the value out, "
                "or put it in quotes.",
                line=_line(event),
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise GuideUnreadable(
                f"the front matter nests more than {MAX_DEPTH} levels deep: flatten it.",
                line=_line(event),
            )


def _fields(node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise GuideUnreadable(
            "the front matter is not a list of 'key: value' lines: write for example "
            "'title: My guide'.",
            line=_line(node),
        )
    fields: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in fields:
            raise GuideUnreadable(
                f"'{name[:50]}' stands twice in the front matter: keep one.", line=_line(key)
            )
        fields[name] = value
    return fields


def _text(node: yaml.Node | None) -> str:
    if node is None or node.tag == NULL:
        return ""
    if not isinstance(node, yaml.ScalarNode):
        raise GuideUnreadable(
            "this key of the front matter holds a list where one text belongs: write one value.",
            line=_line(node),
        )
    value = " ".join(str(node.value).split())
    if len(value) > MAX_VALUE:
        raise GuideUnreadable(
            f"this value has {len(value):,} characters; it may have at most {MAX_VALUE:,}.",
            line=_line(node),
        )
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise GuideUnreadable("here is half a character: delete it.", line=_line(node))
    if "\0" in value:
        raise GuideUnreadable("here is an escaped NUL character: delete it.", line=_line(node))
    return value


def _date(node: yaml.Node | None) -> dt.date | None:
    value = _text(node)
    if node is None or not value:
        return None
    try:
        return dt.datetime.fromisoformat(value).date()
    except ValueError as error:
        raise GuideUnreadable(
            f"'{value[:50]}' is not a date: write it as year-month-day, such as 2025-06-01.",
            line=_line(node),
        ) from error


def _tags(node: yaml.Node | None) -> Iterator[str]:
    """Accept a list of tags, or one text with commas between them."""
    if isinstance(node, yaml.SequenceNode):
        yield from filter(None, map(_text, node.value))
    else:
        yield from filter(None, (tag.strip() for tag in _text(node).split(",")))


def _line(at: yaml.Node | yaml.Event) -> int:
    return at.start_mark.line + FIRST_LINE if at.start_mark else FIRST_LINE


def _line_of(error: yaml.YAMLError, source: str) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + FIRST_LINE
    return source.count("\n", 0, getattr(error, "position", 0)) + FIRST_LINE


def _problem(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    return str(problem)
