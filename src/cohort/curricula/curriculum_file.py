"""A whole curriculum as one readable TOML file, out and in without loss: pure."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from cohort.curricula.schemas import LONGEST_UPLOAD, Curriculum
from cohort.guides.tables import exam_table
from cohort.http.forms import field_errors

HEAD = """\
# A curriculum of cohort: a guide, what is done with it, and the exam that it prepares for.
# Change it, bring it in again, and look at what is different before you publish it.
"""
TABLES = {"sections": "section", "milestones": "milestone"}
"""In the file, each stands by itself under its singular."""


class FileUnreadable(ValueError):
    """A file that is no curriculum: where, and why, in a sentence."""


def read_file(text: str) -> Curriculum:
    """Raises FileUnreadable."""
    if len(text) > LONGEST_UPLOAD // 4:
        raise FileUnreadable("The file is larger than 3 MB, which no curriculum is.")
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileUnreadable(f"The file is not valid TOML: {error}.") from error
    if "exam" in tables:
        tables["exam"] = exam_table(tables["exam"])
    for plural, singular in TABLES.items():
        if plural in tables:
            raise FileUnreadable(f"Write each of the {plural} as [[{singular}]].")
        if singular in tables:
            tables[plural] = tables.pop(singular)
    try:
        return Curriculum.model_validate(tables)
    except ValidationError as error:
        raise FileUnreadable(_sentence(error, tables)) from error


def _sentence(error: ValidationError, tables: Mapping[str, Any]) -> str:
    """Where it is, by the name of what is written there."""
    first = field_errors(error)[0]
    name, _, rest = first.field.partition("/")
    number, _, field = rest.partition("/")
    if name in TABLES and number.isdigit():
        row = tables[name][int(number)]
        slug = str(row.get("slug", ""))[:80] if isinstance(row, dict) else ""
        where = f"{TABLES[name].capitalize()} {int(number) + 1} (“{slug}”)"
        return f"{where}: {field or 'row'}: {first.message}"
    return f"{first.field or 'The file'}: {first.message}"


def write_file(curriculum: Curriculum) -> str:
    """What `read_file` reads as the same curriculum; what is as always is left out."""
    content = curriculum.model_dump(exclude_defaults=True)
    exam = content.pop("exam", None)
    rows = {name: content.pop(name, []) for name in TABLES}
    parts = [HEAD, *_lines(content)]
    if exam:
        parts += ["", "[exam]", *_lines({k: exam[k] for k in exam if k != "sections"})]
        for one in exam["sections"]:
            parts += ["", "[[exam.section]]", *_lines(one)]
    for name, singular in TABLES.items():
        for row in rows[name]:
            parts += ["", f"[[{singular}]]", *_lines(row)]
    return "\n".join(parts) + "\n"


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    """The short values first, each on its line."""
    for name, value in row.items():
        yield f"{name} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, dict):
        pairs = ", ".join(f"{name} = {_value(one)}" for name, one in value.items())
        return f"{{ {pairs} }}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _list(values: list[Any]) -> str:
    if not any(isinstance(one, dict) for one in values):
        return f"[{', '.join(map(_value, values))}]"
    return "[\n" + "".join(f"  {_value(one)},\n" for one in values) + "]"


def _text(text: str) -> str:
    """As it is read best: several lines between three quotes, else one."""
    if "\n" not in text:
        return f'"{"".join(_escaped(one) for one in text)}"'
    after = [*text[1:], '"']
    lines = (
        one if one == "\n" or (one == '"' and following != '"') else _escaped(one)
        for one, following in zip(text, after, strict=True)
    )
    return f'"""\n{"".join(lines)}"""'


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    if character == "\t" or (ord(character) >= 32 and ord(character) != 127):
        return character
    return f"\\u{ord(character):04x}"
