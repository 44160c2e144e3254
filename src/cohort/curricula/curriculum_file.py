"""A whole curriculum as one readable TOML file, out and in without loss: pure."""

import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from cohort.curricula.schemas import LONGEST_UPLOAD, Curriculum
from cohort.guides.tables import exam_table
from cohort.guides.written_tables import table_lines
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
    parts = [HEAD, *table_lines(content)]
    if exam:
        parts += ["", "[exam]", *table_lines({k: exam[k] for k in exam if k != "sections"})]
        for one in exam["sections"]:
            parts += ["", "[[exam.section]]", *table_lines(one)]
    for name, singular in TABLES.items():
        for row in rows[name]:
            parts += ["", f"[[{singular}]]", *table_lines(row)]
    return "\n".join(parts) + "\n"
