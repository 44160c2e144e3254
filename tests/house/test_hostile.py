"""Whatever is sent, the answer is a refusal that says what is wrong, and nothing is kept."""

import base64
import json
import re
from typing import Any

import pytest
from httpx import Response

from cohort.contract.document import document_of
from cohort.db import unit_of_work
from tests.house.routes import handlers_of, operations, the_application
from tests.house.stage import Stage, rows_of, undone

JSON = {"content-type": "application/json"}
CONTRACT = document_of(the_application())
BODIES = {
    f"{method.upper()} {path}": operation["requestBody"]["content"]["application/json"]["schema"]
    for path, method, operation in operations(the_application())
    if "application/json" in operation.get("requestBody", {}).get("content", {})
}
WHO = {
    "POST /api/v1/cohorts": "admin",
    "PUT /api/v1/people/{person_id}/suspension": "admin",
    "PUT /api/v1/people/{person_id}/rights": "admin",
    "POST /api/v1/cohorts/{cohort_id}/enrolments": "newcomer",
    "POST /api/v1/cohorts/{cohort_id}/mentors": "anyone",
    "PATCH /api/v1/mentors/{mentor_id}": "mentor",
    "PATCH /api/v1/enrolments/{enrolment_id}": "researcher",
    "PUT /api/v1/cohorts/{cohort_id}/answers/{side}": "researcher",
    "POST /api/v1/proposals/{proposal_id}/refusal": "researcher",
    "POST /api/v1/plan_items/{item_id}/submissions": "researcher",
    "POST /api/v1/review_tasks/{task_id}/review": "peer",
}
"""Who may send the body; an organiser, where nothing else is said."""

UNREADABLE = {
    "nothing": b"",
    "no json": b"{",
    "two values": b"{} {}",
    "a list": b"[]",
    "a text": b'"text"',
    "null": b"null",
    "not utf-8": b'{"name": "\xff"}',
    "a half character in utf-8": b'{"name": "\xed\xa0\x80"}',
    "utf-16": '{"name": "x"}'.encode("utf-16"),
    "deep": b"[" * 30_000 + b"]" * 30_000,
    "deep in a field": b'{"x":' * 10_000 + b"1" + b"}" * 10_000,
    "not a number": b'{"capacity": NaN}',
    "infinity": b'{"capacity": -Infinity}',
    "endless digits": b'{"capacity": ' + b"9" * 5_000 + b"}",
    "too long": b'{"note": "' + b"x" * 300_000 + b'"}',
    "too deep and too long": b"[" * 100_000 + b"]" * 100_000,
}
OF_NO_TYPE: list[Any] = [
    {"x": 1},
    [[["x"]]],
    2**70,
    -1e308,
    True,
    "\x00",
    "\ud800",
    "x" * 30_000,
    " ",
    "\u202etxt.exe",
]
"""What hardly any field takes; those that do are known by their type."""


async def rows_in(stage: Stage) -> dict[str, int]:
    async with unit_of_work(stage.platform.sessions) as db:
        return await rows_of(db)


def assert_refused(answer: Response, kind: str = "") -> set[str]:
    """The fields that it names."""
    assert 400 <= answer.status_code < 500, (kind, answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["detail"]
    return {one["field"].split("/")[0] for one in told.get("errors", [])}


def good_body(stage: Stage, route: str) -> dict[str, Any]:
    return dict(stage.request(route)["json"])


async def send(stage: Stage, route: str, **sent: Any) -> Response:
    """A body that may be none, from one who may send a good one."""
    headers = stage.request(route).get("headers", {}) | sent.pop("headers", JSON)
    if "json" in sent:
        sent["content"] = json.dumps(sent.pop("json"))
    return await stage.ask(
        WHO.get(route, "organiser"), route, headers=headers, **{"json": None} | sent
    )


@pytest.mark.parametrize("route", BODIES)
async def test_a_body_that_cannot_be_read_is_refused(stage: Stage, route: str) -> None:
    before = await rows_in(stage)
    for kind, body in UNREADABLE.items():
        assert_refused(await send(stage, route, content=body), kind)
    good = json.dumps(good_body(stage, route)).encode()
    twice = good[:-1] + b", " + good[1:]
    answer = await send(stage, route, content=twice)
    assert next(iter(json.loads(good))) in assert_refused(answer)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert_refused(await send(stage, route, content=good, headers={"content-type": kind}))
    assert await rows_in(stage) == before


@pytest.mark.parametrize("route", BODIES)
async def test_every_field_that_does_not_fit_is_named(stage: Stage, route: str) -> None:
    good, schema = good_body(stage, route), schema_of(route)
    before = await rows_in(stage)
    answer = await send(stage, route, json=good | {"is_admin": True})
    assert "is_admin" in assert_refused(answer)
    if needed := set(schema.get("required", [])):
        without = {name: value for name, value in good.items() if name not in needed}
        assert needed <= assert_refused(await send(stage, route, json=without))
    for value in OF_NO_TYPE:
        wrong = [
            name for name, wanted in schema["properties"].items() if not fits(name, wanted, value)
        ]
        if wrong:
            answer = await send(stage, route, json=good | dict.fromkeys(wrong, value))
            # Some are looked at when all others fit, and a body that is too long is not read.
            for name in set(wrong) - assert_refused(answer):
                answer = await send(stage, route, json=good | {name: value})
                assert name in assert_refused(answer), answer.text
    assert await rows_in(stage) == before


def schema_of(route: str) -> dict[str, Any]:
    name = BODIES[route]["$ref"].rpartition("/")[2]
    found: dict[str, Any] = CONTRACT["components"]["schemas"][name]
    return found


def fits(field: str, wanted: dict[str, Any], value: Any) -> bool:
    if field == "password":
        return value in {" ", "\x00", "\u202etxt.exe"} if isinstance(value, str) else False
    kinds = {one.get("type") for one in wanted.get("anyOf", [wanted])}
    if isinstance(value, dict):
        return "object" in kinds
    if isinstance(value, bool):
        return "boolean" in kinds
    return value == " " and "string" in kinds and "minLength" not in wanted


QUERIES = [
    (path, one["name"])
    for path, method, operation in operations(the_application())
    if method == "get"
    for one in operation.get("parameters", [])
    if one["in"] == "query"
]
CURSORS = {
    "empty": "",
    "no base64": "?!",
    "no json": "eA==",
    "a naive time": "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwgIngiXQ==",
    "infinity": "SW5maW5pdHk=",
    "a huge number": "MWU0MDA=",
    "negative": "LTE=",
    "an object": "eyJhIjogMSwgImIiOiAyfQ==",
    "nul": "\x00",
    "too long": "x" * 300,
}


@pytest.mark.parametrize(("path", "name"), QUERIES)
async def test_a_query_that_does_not_fit_is_named(stage: Stage, path: str, name: str) -> None:
    garbage = ["", "\x00", "-1", "9" * 30, "1e3", "NaN", "x" * 300, "\ud7ff\u202e", "[]"]
    for value in CURSORS.values() if name == "cursor" else garbage:
        if value == "1e3" and name in {"after", "first_row", "first_column"}:
            continue  # a way to write 1000, which fits
        if name in {"q", "researcher", "mentor"} and value.isprintable() and len(value) <= 100:
            continue  # a name may have anything in it
        answer = await stage.ask(who_reads(path), f"GET {path}", method="GET", params={name: value})
        assert name in assert_refused(answer)


NEEDED = [
    (path, one["name"])
    for path, method, operation in operations(the_application())
    if method == "get"
    for one in operation.get("parameters", [])
    if one["in"] == "query" and one["required"]
]


@pytest.mark.parametrize(("path", "name"), NEEDED)
async def test_a_query_that_is_left_out_is_named(stage: Stage, path: str, name: str) -> None:
    answer = await stage.ask(who_reads(path), f"GET {path}", method="GET", params={})
    assert name in assert_refused(answer)
    assert answer.status_code == 422


EDGES = [("0001-01-01T00:00:00+00:00", 0), ("9999-12-31T23:59:59-23:59", 2**128 - 1)]


@pytest.mark.parametrize("path", [path for path, name in QUERIES if name == "cursor"])
async def test_the_cursor_of_another_listing_harms_nobody(stage: Stage, path: str) -> None:
    other = [b64(["2026-03-02T09:00:00+00:00", "0" * 32]), b64(7), b64(0), b64(2**31 - 1)]
    orders = ("", "created_at", "began_at", "submitted_at", "id")
    edges = [b64([one, at, f"{number:032x}"]) for one in orders for at, number in EDGES]
    for cursor in other + edges:
        answer = await stage.ask(who_reads(path), f"GET {path}", params={"cursor": cursor})
        if answer.status_code != 200:
            assert "cursor" in assert_refused(answer)


def who_reads(path: str) -> str:
    """Whom a list is for: organisers, but for all people and for what is one's own."""
    if path.endswith("/tries"):
        return "researcher"
    if path.endswith("/entries"):
        return "mentor"
    return "admin" if path == "/api/v1/people" else "organiser"


def b64(place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


FORMS = [
    f"{method} {re.sub(r':[a-z]+}', '}', path)}"
    for path, handler in handlers_of(the_application())
    for method in handler.http_methods
    if method == "POST" and not path.startswith("/api/")
]
ODD_FORMS: dict[str, tuple[str, bytes]] = {
    "json": ("application/json", b'{"name": "x"}'),
    "text": ("text/plain", b"name=x"),
    "nul": ("application/x-www-form-urlencoded", b"%00=%00&name=%00&note=%00&version=%00"),
    "not utf-8": ("application/x-www-form-urlencoded", b"name=%ff&note=%ff&email=%ff"),
    "odd digits": ("application/x-www-form-urlencoded", "version=\u00b2&capacity=\u00b2".encode()),
    "many digits": ("application/x-www-form-urlencoded", b"version=" + b"9" * 5000),
    "too long": ("application/x-www-form-urlencoded", b"note=" + b"x" * 300_000),
    "many fields": ("application/x-www-form-urlencoded", b"x=1&" * 5_000),
    "no boundary": ("multipart/form-data", b"--x"),
    "no end": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
    "a file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="note"; filename="a"\r\n\r\nb\r\n--x--\r\n',
    ),
}


@pytest.mark.parametrize("route", FORMS)
async def test_a_page_answers_odd_forms_with_a_page(stage: Stage, route: str) -> None:
    who = {"POST /cohorts/new": "admin", "POST /mentoring/{mentor_id}/places": "mentor"}
    for kind, (content_type, body) in ODD_FORMS.items():
        async with undone(stage.platform):
            sent = {"headers": {"content-type": content_type}, "content": body, "data": None}
            answer = await stage.ask(who.get(route, "organiser"), route, **sent)
        assert answer.status_code < 500, (kind, answer.status_code)
        if answer.status_code != 303 and "content-disposition" not in answer.headers:
            assert answer.headers["content-type"].startswith("text/html"), kind


@pytest.mark.parametrize("path", ["/cohorts/%00", "/guides/%00", "/guides/%ff", "/verify/%00"])
async def test_an_odd_address_is_not_there(stage: Stage, path: str) -> None:
    assert (await stage.clients["organiser"].get(path)).status_code < 500


@pytest.mark.parametrize("key", ["", "x" * 201, "\xff", "\u00a0"], ids=ascii)
async def test_an_odd_key_is_refused_or_honoured(stage: Stage, key: str) -> None:
    headers = {"idempotency-key": key.encode("latin-1")}
    async with undone(stage.platform):
        answer = await stage.ask(
            "organiser", "POST /api/v1/cohorts/{cohort_id}/rounds", headers=headers
        )
    if answer.status_code != 201:
        assert "Idempotency-Key" in assert_refused(answer)
