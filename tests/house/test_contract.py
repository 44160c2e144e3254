"""The contract says what is enforced, and shows it: every operation, every schema, every code."""

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from litestar import Litestar
from pydantic import BaseModel

from cohort import rooms
from cohort.cli.openapi import contract
from cohort.contract.document import document_of
from cohort.contract.schemas import PydanticSchemas
from cohort.http.fields import Strict
from cohort.http.patterns import EXPECTED
from tests.house.routes import handlers_of, operations, the_application

ROOT = Path(__file__).parents[2]
assert rooms.API  # every schema is imported


@pytest.fixture(scope="module")
def app() -> Litestar:
    return the_application()


def test_the_contract_changes_only_on_purpose() -> None:
    """When it fails on purpose: `cohort openapi > docs/openapi.json`, and read the difference."""
    assert json.loads((ROOT / "docs" / "openapi.json").read_text()) == json.loads(contract())


def test_every_operation_has_a_name_of_its_own_and_words_for_people(app: Litestar) -> None:
    named = operations(app)
    names = [operation["operationId"] for _, _, operation in named]
    assert sorted(names) == sorted(set(names))
    for path, method, operation in named:
        assert operation["tags"] or not path.startswith("/api/"), f"{method} {path}"
        assert 2 < len(operation["summary"]) <= 100, operation["summary"]
        assert operation["description"].startswith(operation["summary"][:20])


def test_every_operation_says_how_it_refuses_and_shows_each_code(app: Litestar) -> None:
    shown = document_of(app)["components"]["examples"]
    used = set()
    for path, method, operation in operations(app):
        refusals = {status for status in operation["responses"] if status >= "4"}
        assert {"400", "422", "503"} <= refusals, f"{method} {path}"
        for status in refusals:
            (answer,) = operation["responses"][status]["content"].values()
            for code in answer["examples"]:
                assert shown[code]["value"]["status"] == int(status)
                used.add(code)
    assert used == set(shown)


def test_what_only_some_may_ask_names_its_scope_and_refuses_others(app: Litestar) -> None:
    for path, method, operation in operations(app):
        is_public = operation["security"] == [{}]
        assert is_public != ("API key" in operation["description"]), f"{method} {path}"
        assert is_public or {"401", "403"} <= set(operation["responses"]), f"{method} {path}"


def test_headers_are_named_where_they_are_read(app: Litestar) -> None:
    repeatable = {
        handler.fn.__name__ for _, handler in handlers_of(app) if handler.opt.get("repeatable")
    }
    for path, method, operation in operations(app):
        headers = {one["name"]: one for one in operation.get("parameters", [])}
        assert ("Idempotency-Key" in headers) == (
            method == "post" and operation["operationId"] not in repeatable
        )
        assert ("If-Match" in headers) == ("428" in operation["responses"]), f"{method} {path}"
        assert headers.get("If-Match", {"required": True})["required"]
        assert method != "patch" or "If-Match" in headers, f"{method} {path}"


def schemas() -> dict[str, Any]:
    shown: dict[str, Any] = document_of(the_application())["components"]["schemas"]
    return shown


def test_every_schema_has_a_name_that_people_use_and_every_object_an_example() -> None:
    shown = schemas()
    assert len(shown) > 100
    assert [name for name, schema in shown.items() if schema["title"] != name] == []
    assert [name for name in shown if not name.isalnum()] == []
    assert [
        name for name, one in shown.items() if "properties" in one and not one["examples"]
    ] == []


def models() -> dict[str, type[BaseModel]]:
    app = the_application()
    document_of(app)
    return {model.__name__: model for model in app.plugins.get(PydanticSchemas).models}


@pytest.mark.parametrize("name", sorted(models()))
def test_the_example_of_a_schema_is_one(name: str) -> None:
    """What is read is taken as it is; what is answered has every field, and no other."""
    model, (example,) = models_of_all[name], shown_of_all[name]["examples"]
    if issubclass(model, Strict):
        model.model_validate_json(json.dumps(example), strict=True)
    else:
        model.model_validate(example, by_alias=True)
        assert set(example) == set(shown_of_all[name]["properties"])


models_of_all, shown_of_all = models(), schemas()


def test_every_pattern_has_words_for_who_misses_it() -> None:
    """“Not in the form that we expect” helps nobody."""

    def patterns(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(its := part.get("pattern"), str) and part.get("format") != "date":
                yield its
            part = list(part.values())
        if isinstance(part, list):
            for one in part:
                yield from patterns(one)

    told = json.loads(contract())
    found = set(patterns([told["components"]["schemas"], told["paths"]]))
    # A time of the day is read as such, and refused as such; its pattern is for readers.
    assert found - EXPECTED.keys() == {r"^([01]\d|2[0-3]):[0-5]\d$"}
    assert all(sentence.endswith(".") for sentence in EXPECTED.values())


def test_what_is_read_refuses_what_it_does_not_know() -> None:
    for name, model in models_of_all.items():
        closed = shown_of_all[name].get("additionalProperties")
        assert (closed is False) == (model.model_config.get("extra") == "forbid"), name


async def test_the_reference_shows_every_operation_and_each_of_its_links_leads_somewhere(
    anyone: AsyncClient, app: Litestar
) -> None:
    index = (await anyone.get("/api/docs")).text
    links = dict.fromkeys(re.findall(r'href="(/api/docs/\w+)#', index))
    pages = {link: (await anyone.get(link)).text for link in links}
    for path, _, operation in operations(app):
        for tag in operation["tags"]:
            assert f'href="/api/docs/{tag}#{operation["operationId"]}"' in index
            assert escape(path) in pages[f"/api/docs/{tag}"]
    for link, text in pages.items():
        anchors = set(re.findall(r'id="([\w-]+)"', text))
        assert set(re.findall(r'href="#([\w-]+)"', text)) <= anchors, link
    assert (await anyone.get("/api/docs/nothing")).status_code == 404


async def test_the_contract_is_served_as_it_is_printed(anyone: AsyncClient) -> None:
    served = (await anyone.get("/api/openapi.json")).json()
    assert (await anyone.get("/api")).json() == served, "whoever asks for no page in particular"
    assert served["paths"] == json.loads(contract())["paths"]


def test_clients_find_a_name_for_every_choice_and_every_answer(app: Litestar) -> None:
    """Generators number what has none: `pair_out_fit_type_0`, `is_live_response_200`."""
    choices = [
        f"{name}.{field}"
        for name, schema in schemas().items()
        for field, shown in schema.get("properties", {}).items()
        for choice in shown.get("anyOf", ())
        if "enum" in choice and "title" not in choice
    ]
    sent = [
        f"{path} {parameter['name']}"
        for path, _, operation in operations(app)
        for parameter in operation.get("parameters", ())
        if "anyOf" in parameter["schema"] or isinstance(parameter["schema"].get("type"), list)
    ]
    answered = [
        f"{method} {path}"
        for path, method, operation in operations(app)
        for answer in operation["responses"].values()
        for content in answer.get("content", {}).values()
        if content.get("schema", {}).get("type") == "object"
    ]
    assert choices == sent == answered == []
