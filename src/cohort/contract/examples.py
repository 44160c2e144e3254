"""An example of each schema, put together from those of its fields.

A field without an example of its own takes the one of its namesake: first in the schemas of the
same subject (`CohortOut` looks at `CohortIn`), then in any other.
"""

import re
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Schema = dict[str, Any]

OF_FORMATS = {
    "date": "2027-03-01",
    "date-time": "2027-03-01T09:00:00Z",
    "time": "18:00:00",
    "uri": "https://example.org",
    "password": "a long sentence",
}
OF_TYPES: dict[str, Any] = {"boolean": True, "integer": 1, "number": 0.5, "object": {}}
USUAL = {
    "name": "Ada Example",
    "title": "Serve a model behind an API",
    "researcher": "Ada Example",
    "mentor": "Grace Example",
    "slug": "machine-translation",
    "code": "no_room",
    "score": 0.82,
    "best_score": 0.9,
    "gap": 0.0,
    "reason": "You both work on machine translation, and share three hours a week.",
    "version": 3,
    "instance": "/api/v1/cohorts",
}
PATTERNED = ("pattern", "format", "enum", "const", "$ref")


def add_examples(schemas: dict[str, Schema]) -> None:
    maker = Examples(schemas)
    for name, schema in schemas.items():
        if "properties" in schema and "examples" not in schema:
            schema["examples"] = [maker.whole(name)]


class Examples:
    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.schemas = schemas
        self.namesakes = {("", field): example for field, example in USUAL.items()}
        for name, schema in schemas.items():
            for field, shown in schema.get("properties", {}).items():
                if shown.get("examples") and not any(one in shown for one in PATTERNED):
                    example = shown["examples"][0]
                    self.namesakes.setdefault((subject(name), field), example)
                    self.namesakes.setdefault(("", field), example)

    def whole(self, name: str, above: frozenset[str] = frozenset()) -> Any:
        schema = self.schemas[name]
        if schema.get("examples"):
            return schema["examples"][0]
        if "properties" not in schema:
            return self.value(schema, "", name, above)
        return {
            field: self.value(shown, field, name, above | {name})
            for field, shown in schema["properties"].items()
        }

    def value(self, schema: Schema, field: str, of: str, above: frozenset[str]) -> Any:
        if schema.get("examples"):
            return schema["examples"][0]
        for choice in schema.get("anyOf", ()):
            if choice.get("type") != "null":
                return self.value(choice, field, of, above)
        if "const" in schema or "enum" in schema:
            return schema["const"] if "const" in schema else schema["enum"][0]
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return None if name in above else self.whole(name, above)
        return self.plain(schema, field, of, above)

    def plain(self, schema: Schema, field: str, of: str, above: frozenset[str]) -> Any:
        for key in ((subject(of), field), ("", field)):
            if key in self.namesakes and fits(self.namesakes[key], schema):
                return self.namesakes[key]
        kind = schema.get("type")
        if kind == "array":
            item = self.value(schema.get("items", {}), field, of, above)
            return [] if item is None else [item]
        if kind == "string":
            return text_for(schema, field, of)
        lowest = schema.get("minimum")
        return lowest if lowest is not None else OF_TYPES.get(str(kind))


def subject(name: str) -> str:
    """`Cohort` of `CohortIn`, `CohortOut` and `CohortChange`."""
    return re.sub(r"(In|Out|Change|ChangeIn|Form)$", "", name)


def fits(example: Any, schema: Schema) -> bool:
    if any(one in schema for one in PATTERNED):
        return False
    if schema.get("type") == "array":
        items = schema.get("items", {})
        return isinstance(example, list) and all(fits(one, items) for one in example)
    kinds: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    if not isinstance(example, kinds.get(str(schema.get("type")), ())):
        return False
    if isinstance(example, bool):  # to Python, it is an integer too
        return schema.get("type") == "boolean"
    numeric = isinstance(example, int | float)
    return not numeric or schema.get("minimum", example) <= example <= schema.get(
        "maximum", example
    )


def text_for(schema: Schema, field: str, of: str) -> str:
    if schema.get("format") == "uuid":
        named = subject(of).lower() if field == "id" else re.sub(r"_ids?$", "", field)
        return str(uuid5(NAMESPACE_URL, named))
    if "format" in schema:
        return OF_FORMATS.get(schema["format"], "")
    return field.replace("_", " ")
