"""The YAML front matter of a guide: title, description, author, date and tags."""

import datetime as dt
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from cohort.guides.decoding import GuideUnreadable

MAX_CHARACTERS = 65_536
MAX_DEPTH = 16
MAX_VALUE = 2_000
FIRST_LINE = 2  # front matter begins on the line after the opening '---'
SENTENCES = {
    "string_type": "this key of the front matter holds a list where one text belongs: "
    "write one value.",
    "string_too_long": f"this value is too long; it may have at most {MAX_VALUE:,} characters.",
    "string_unicode": "here is half a character: delete it.",
}


def _text(value: Any) -> Any:
    if value in ("~", "null"):
        return ""
    return " ".join(value.split()) if isinstance(value, str) else value


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("here is an escaped NUL character: delete it.")
    return text


def _day(value: Any) -> Any:
    value = _text(value)
    if not isinstance(value, str):
        return value
    try:
        return dt.datetime.fromisoformat(value).date() if value else None
    except ValueError as error:
        raise ValueError(
            f"'{value[:50]}' is not a date: write it as year-month-day, such as 2025-06-01."
        ) from error


def _listed(value: Any) -> Any:
    """Accept a list of tags, or one text with commas between them."""
    tags = _text(value).split(",") if isinstance(value, str) else value
    return [tag for tag in map(_text, tags) if tag]


Text = Annotated[str, BeforeValidator(_text), AfterValidator(_without_nul)]


class FrontMatter(BaseModel):
    """What a guide says about itself; other keys are left alone."""

    model_config = ConfigDict(frozen=True, str_max_length=MAX_VALUE)

    title: Text = ""
    description: Text = ""
    author: Text = ""
    date: Annotated[dt.date | None, BeforeValidator(_day)] = None
    tags: Annotated[tuple[Text, ...], BeforeValidator(_listed)] = ()


class _Loader(yaml.BaseLoader):
    """YAML whose every value is text, a list or a mapping: no tag of the file makes anything else.

    Refuses what makes a small file large: aliases that multiply, nesting without end.
    """

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if event.anchor is not None:
            raise GuideUnreadable(
                "the front matter uses a YAML anchor or alias ('&' or '*'): write the value out, "
                "or put it in quotes.",
                line=_line(event),
            )
        if self.depth > MAX_DEPTH:
            raise GuideUnreadable(
                f"the front matter nests more than {MAX_DEPTH} levels deep: flatten it.",
                line=_line(event),
            )
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def split_front_matter(text: str) -> tuple[FrontMatter, int]:
    """Return what the front matter says and how many lines it takes (0 without any)."""
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
        loader = _Loader(source)
        node: Any = loader.get_single_node()
        if node is None:
            return FrontMatter()
        _refuse_other_than_keys(node)
        return FrontMatter.model_validate(loader.construct_document(node))
    except yaml.YAMLError as error:
        raise GuideUnreadable(
            f"the front matter is not valid YAML ({_problem(error)}). Correct it, or put the "
            "value in quotes.",
            line=_line_of(error, source),
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        sentence = SENTENCES.get(first["type"]) or str(first["ctx"]["error"])
        raise GuideUnreadable(sentence, line=_line(_node_at(node, first["loc"]))) from error


def _refuse_other_than_keys(node: yaml.Node) -> None:
    if not isinstance(node, yaml.MappingNode):
        raise GuideUnreadable(
            "the front matter is not a list of 'key: value' lines: write for example "
            "'title: My guide'.",
            line=_line(node),
        )
    seen: set[str] = set()
    for key, _ in node.value:
        name = str(key.value)
        if name in seen:
            raise GuideUnreadable(
                f"'{name[:50]}' stands twice in the front matter: keep one.", line=_line(key)
            )
        seen.add(name)


def _node_at(node: yaml.Node, loc: tuple[int | str, ...]) -> yaml.Node:
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            node = next(value for key, value in node.value if key.value == step)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
    return node


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
