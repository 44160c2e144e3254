"""Every route says who may ask, what it does and how it refuses."""

from pathlib import Path
from typing import get_args

import pytest
from litestar import Litestar

from cohort import rooms
from cohort.errors import Refusal
from cohort.people.auth import GUARDS
from cohort.people.schemas import Scope
from tests.house.routes import handlers_of, the_application

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def app() -> Litestar:
    return the_application()


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
