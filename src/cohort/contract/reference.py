"""The contract as a page shows it: operations and schemas in words, with a request to copy."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FieldShown:
    name: str
    kind: str
    of: str
    """The schema that it is made of, where that has fields of its own."""
    says: str
    must: bool


@dataclass(frozen=True, slots=True)
class AnswerShown:
    status: str
    says: str
    schema: str
    codes: dict[str, str]
    """The codes of a refusal, each with its title."""


@dataclass(frozen=True, slots=True)
class OperationShown:
    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[FieldShown]
    body: str
    answers: list[AnswerShown]
    curl: str
    example: str


@dataclass(frozen=True, slots=True)
class SchemaShown:
    name: str
    says: str
    fields: list[FieldShown]
    example: str


@dataclass(frozen=True, slots=True)
class SubjectShown:
    name: str
    says: str
    operations: list[OperationShown]
    schemas: list[SchemaShown]


def subjects_of(document: Document, site: str) -> list[SubjectShown]:
    return [subject_of(document, tag, site) for tag in document["tags"]]


def subject_of(document: Document, tag: Document, site: str) -> SubjectShown:
    found = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if tag["name"] in operation["tags"]
    ]
    schemas = document["components"]["schemas"]
    named = sorted(reachable([one for _, _, one in found], schemas))
    return SubjectShown(
        tag["name"],
        tag["description"],
        [operation_of(document, *one, site) for one in found],
        [schema_of(name, schemas[name]) for name in named if "properties" in schemas[name]],
    )


def reachable(part: Any, schemas: Document) -> set[str]:
    """The names of all schemas that a part of the document leads to."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            name = reference_of(one)
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return found


def reference_of(schema: Document) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def operation_of(
    document: Document, path: str, method: str, operation: Document, site: str
) -> OperationShown:
    schemas = document["components"]["schemas"]
    body = next(iter(contents(operation.get("requestBody", {}))), {})
    taken = reference_of(body)
    answers = [answer_of(document, *one) for one in sorted(operation["responses"].items())]
    given = next((one.schema for one in answers if one.schema in schemas), "")
    return OperationShown(
        operation["operationId"],
        method.upper(),
        path,
        operation["summary"],
        operation["description"],
        [
            field_of(one["name"], one["schema"] | one, schemas, must=one["required"])
            for one in operation.get("parameters", [])
        ],
        taken,
        answers,
        curl_of(path, method, operation, schemas.get(taken, {}), site),
        pretty(schemas[given]["examples"][0]) if given else "",
    )


def contents(part: Document) -> list[Document]:
    return [content["schema"] for content in part.get("content", {}).values()]


def answer_of(document: Document, status: str, response: Document) -> AnswerShown:
    shown = document["components"]["examples"]
    codes = {
        code: shown[code]["summary"]
        for content in response.get("content", {}).values()
        for code in content.get("examples", {})
    }
    schema = next(iter(contents(response)), {})
    return AnswerShown(
        status, response["description"], "" if codes else reference_of(schema), codes
    )


def curl_of(path: str, method: str, operation: Document, body: Document, site: str) -> str:
    """One command; ids are to be filled in, the token comes from `POST /api/v1/logins`."""
    verb = "" if method == "get" or (method == "post" and body) else f"-X {method.upper()} "
    parts = [f"curl {verb}{shlex.quote(site + path)}"]
    if operation["security"] != [{}]:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    parts += [
        "-H " + shlex.quote(f"{one['name']}: {one['example']}")
        for one in operation.get("parameters", [])
        if one["in"] == "header" and one["required"]
    ]
    if body:
        parts.append("-H 'Content-Type: application/json'")
        parts.append("-d " + shlex.quote(pretty(body["examples"][0])))
    return " \\\n  ".join(parts)


def schema_of(name: str, schema: Document) -> SchemaShown:
    must = schema.get("required", [])
    fields = [
        field_of(field, shown, {}, must=field in must)
        for field, shown in schema["properties"].items()
    ]
    return SchemaShown(name, schema.get("description", ""), fields, pretty(schema["examples"][0]))


def field_of(name: str, schema: Document, schemas: Document, *, must: bool) -> FieldShown:
    of = next(iter(names_in(schema)), "")
    enum = schemas.get(of, {}).get("enum")
    kind = f"one of {', '.join(enum)}" if enum else kind_of(schema)
    return FieldShown(name, kind, of, schema.get("description", ""), must)


def names_in(schema: Document) -> Iterator[str]:
    """The schemas that a field is made of, whether alone, in a list, or where it is not null."""
    if name := reference_of(schema):
        yield name
    for inner in schema.get("anyOf", ()):
        yield from names_in(inner)
    if schema.get("items"):
        yield from names_in(schema["items"])


def kind_of(schema: Document) -> str:
    if choices := schema.get("anyOf"):
        return " or ".join(kind_of(one) for one in choices)
    if name := reference_of(schema):
        return name
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}" + limits_of(schema, "Items")
    kind = schema.get("format") or {"null": "null"}.get(str(schema.get("type")))
    return (kind or schema.get("type", "any JSON")) + limits_of(schema, "Length")


def limits_of(schema: Document, counted: str) -> str:
    unit = {"Length": " characters", "Items": ""}[counted]
    least, most = schema.get(f"min{counted}"), schema.get(f"max{counted}")
    if least is None and most is None:
        unit, least, most = "", schema.get("minimum"), schema.get("maximum")
    said = [f"at least {least}" if least is not None else "", f"at most {most}" if most else ""]
    told = " and ".join(one for one in said if one)
    return f", {told}{unit}" if told else ""


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
