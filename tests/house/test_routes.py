"""Every route says who may ask, what it does and how it refuses."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from litestar import Litestar
from pydantic import BaseModel

from cohort import rooms
from cohort.app import create_app
from cohort.cli.openapi import contract
from cohort.errors import Refusal
from cohort.http.fields import Strict
from cohort.people.auth import GUARDS
from cohort.people.schemas import Scope
from tests.house.routes import NOWHERE, handlers_of, operations

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def app() -> Litestar:
    return create_app(NOWHERE)


def test_every_route_declares_exactly_one_guard(app: Litestar) -> None:
    for path, handler in handlers_of(app):
        if path.removesuffix("/") in {"/api", "/api/openapi.json", "/api/{path:str}"}:
            continue  # the contract itself, for anyone
        declared = [guard for guard in handler.resolve_guards() if guard in GUARDS]
        assert len(declared) == 1, f"{handler.http_methods} {path}: {declared}"


def test_an_api_key_can_be_scoped_to_every_room_that_takes_one(app: Litestar) -> None:
    needed = {
        f"{handler.opt['room']}:{'read' if handler.http_methods <= {'GET', 'HEAD'} else 'write'}"
        for path, handler in handlers_of(app)
        if handler.opt.get("room") and path.startswith("/api/")
    }
    assert needed
    assert needed <= set(get_args(Scope))


def test_pages_take_no_api_keys(app: Litestar) -> None:
    pages = [one for one in handlers_of(app) if not one[0].startswith("/api/")]
    assert pages
    assert [path for path, handler in pages if handler.opt.get("room")] == []


def test_every_operation_has_a_name_of_its_own_a_description_and_its_refusals(
    app: Litestar,
) -> None:
    names = [operation["operationId"] for _, _, operation in operations(app)]
    assert sorted(names) == sorted(set(names))
    for path, method, operation in operations(app):
        assert operation.get("description"), f"{method} {path}"
        if path.startswith("/api/"):
            assert {"401", "403", "422"} <= set(operation["responses"]), f"{method} {path}"


def bodies() -> list[type[Strict]]:
    found, waiting = [], list(Strict.__subclasses__())
    while waiting:
        schema = waiting.pop()
        waiting += schema.__subclasses__()
        found.append(schema)
    return sorted(found, key=lambda schema: f"{schema.__module__}.{schema.__name__}")


def example_of(schema: type[BaseModel]) -> dict[str, Any]:
    """The example that the contract shows: its own, or one put together from its fields."""
    extra = schema.model_config.get("json_schema_extra")
    if isinstance(extra, dict) and isinstance(extra.get("examples"), list):
        whole: Any = extra["examples"]
        return dict(whole[0])
    example = {}
    for name, field in schema.model_fields.items():
        shown = schema.model_json_schema()["properties"][name].get("examples")
        if shown:
            example[name] = shown[0]
        else:
            assert not field.is_required(), f"{schema.__name__}.{name} shows no example"
    return example


@pytest.mark.parametrize("schema", bodies(), ids=lambda schema: schema.__name__)
def test_the_example_of_every_body_is_one_that_we_take(schema: type[Strict]) -> None:
    schema.model_validate(example_of(schema))


@pytest.mark.parametrize("schema", bodies(), ids=lambda schema: schema.__name__)
def test_every_body_refuses_what_it_does_not_know(schema: type[Strict]) -> None:
    assert schema.model_config.get("extra") == "forbid"
    assert schema.model_config.get("hide_input_in_errors")


def refusals() -> list[type[Refusal]]:
    assert rooms.API
    found, waiting = [], [Refusal]
    while waiting:
        refusal = waiting.pop()
        waiting += refusal.__subclasses__()
        found.append(refusal)
    return found


def test_every_refusal_has_a_code_of_its_own_that_the_docs_explain() -> None:
    codes = [refusal.code for refusal in refusals()]
    assert sorted(codes) == sorted(set(codes))
    told = (ROOT / "docs" / "errors.md").read_text()
    for refusal in refusals()[1:]:
        assert f"| `{refusal.code}` | {refusal.status} |" in told, refusal
    assert told.count("| `") == len(codes) - 1


def test_every_schema_of_the_contract_has_a_name_that_people_use(app: Litestar) -> None:
    """Two classes of one name would be told apart by the modules that they come from."""
    schemas = app.openapi_schema.to_schema()["components"]["schemas"]
    assert len(schemas) > 100
    titles = [schema.get("title", name) for name, schema in schemas.items()]
    assert sorted(titles) == sorted(set(titles))
    assert [name for name in schemas if "schemas" in name or "models" in name] == []


def test_the_contract_changes_only_on_purpose() -> None:
    """When it fails on purpose: `cohort openapi > docs/openapi.json`, and read the difference."""
    assert json.loads((ROOT / "docs" / "openapi.json").read_text()) == json.loads(contract())
