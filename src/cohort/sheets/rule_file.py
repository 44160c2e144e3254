"""The rules of a matching as a TOML file."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from cohort.pairing.rules import Aim, Requirements, Rules, Weights

LOOSE = {
    "least_score": "requirements",
    "stickiness": "aim",
    "cover": "aim",
    "objective": "aim",
}
"""Lines that need no table, and are understood in [requirements] and [aim] alike."""
TABLES: Mapping[str, type[BaseModel]] = {
    "weights": Weights,
    "requirements": Requirements,
    "aim": Aim,
}


class BadRules(ValueError):
    """What a file of rules says cannot be followed."""


@dataclass(frozen=True)
class RuleFile:
    """named: the requirements that the file names, and not only inherits."""

    rules: Rules = field(default_factory=Rules)
    named: frozenset[str] = frozenset()


def read_rules(text: str) -> RuleFile:
    """`[weights]`, `[requirements]`, `[aim]`, and lines of their own; the rest has its default.

    Raises BadRules with a sentence.
    """
    try:
        lines = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadRules(f"this is not valid TOML: {error}.") from error
    tables = {name: _table(lines, name) for name in TABLES}
    named = frozenset(tables["requirements"])
    _put_in_their_tables(lines, tables)
    _refuse_unknown(lines, {*TABLES, *LOOSE}, "the rules")
    for name, model in TABLES.items():
        _refuse_unknown(tables[name], set(model.model_fields), f"[{name}]")
    try:
        return RuleFile(Rules.model_validate(tables, strict=True), named - set(LOOSE))
    except ValidationError as error:
        raise BadRules(_sentence(error, tables)) from error


def _table(lines: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = lines.get(name, {})
    if not isinstance(table, dict):
        raise BadRules(f"{name} must be a table: write [{name}] and its lines below.")
    return dict(table)


def _put_in_their_tables(lines: dict[str, Any], tables: dict[str, dict[str, Any]]) -> None:
    places = (lines, tables["requirements"], tables["aim"])
    for name, home in LOOSE.items():
        found = [place for place in places if name in place]
        if len(found) > 1:
            raise BadRules(f"{name} is there twice. Leave one of the two lines out.")
        if found:
            tables[home][name] = found[0].pop(name)


def _refuse_unknown(found: Mapping[str, Any], known: set[str], of: str) -> None:
    for name in found:
        if name not in known:
            raise BadRules(f"“{name}” is not one of {of}: {', '.join(sorted(known))}.")


def _sentence(error: ValidationError, tables: Mapping[str, Any]) -> str:
    first = error.errors(include_url=False)[0]
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input ").rstrip(".")
    table, *rest = map(str, first["loc"])
    found: Any = tables[table]
    for step in rest:
        found = found.get(step, {}) if isinstance(found, dict) else {}
    if len(rest) > 1:  # [weights.own."Years"], and one of its lines
        table, rest = f"{table}.{rest[0]}.{json.dumps(rest[1], ensure_ascii=False)}", rest[2:]
    if not rest or found in ({}, None):
        return f"[{table}] {' '.join(rest)}{' ' if rest else ''}{message[:1].lower()}{message[1:]}."
    return f"{f'[{table}] ' if '.' in table else ''}{rest[0]} is {found!r}; it {message}."
