"""Who may do what: the table of authorization.txt, held against every route."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar

from tests.house.routes import handlers_of, the_application
from tests.house.stage import Stage, undone
from tests.house.table import the_table


def routes_of(app: Litestar) -> set[str]:
    return {
        f"{method} {re.sub(r':[a-z]+}', '}', path)}"
        for path, handler in handlers_of(app)
        for method in handler.http_methods
    }


def test_the_table_has_every_route_and_no_other() -> None:
    nowhere = {"GET /api/{path}"}  # says that there is nothing
    assert set(the_table()) == routes_of(the_application()) - nowhere


@pytest.mark.parametrize("route", [one for one in the_table() if not one.startswith("GET")])
async def test_each_of_the_cast_may_do_what_the_table_says(stage: Stage, route: str) -> None:
    expected, answered = the_table()[route], {}
    for who in expected:
        async with undone(stage.platform):
            answered[who] = (await stage.ask(who, route)).status_code
    assert answered == expected


OPENED = "UPDATE invitations SET opened_at"
USED = "UPDATE api_keys SET last_used_at"
RECORDED = "INSERT INTO acts"
SHEETS = {
    "GET /cohorts/{slug}/readiness.csv",
    "GET /cohorts/{slug}/mentorships.csv",
    "GET /cohorts/{slug}/figures/{figure}/{form}",
}
"""Files of what others did: that someone got one is kept, once each."""


@pytest.mark.parametrize("route", [one for one in the_table() if one.startswith("GET")])
async def test_each_of_the_cast_reads_what_the_table_says_and_writes_nothing(
    stage: Stage, count_statements: Callable[[], Any], route: str
) -> None:
    """A read has no transaction that could take back what it wrote; that an invitation was opened
    or a key used is written in one of its own, and so is who got a file of others' data."""
    expected, answered = the_table()[route], {}
    async with count_statements() as statements:
        for who in expected:
            answer = await stage.ask(who, route)
            answered[who] = answer.status_code
            if who == "anyone" and answer.status_code == 303:
                assert answer.headers["location"].startswith("/login?next=")
    assert answered == expected
    written = [one for one in statements if not one.startswith("SELECT")]
    assert [one for one in written if not one.startswith((OPENED, USED, RECORDED))] == []
    recorded = [one for one in written if one.startswith(RECORDED)]
    assert len(recorded) == (list(answered.values()).count(200) if route in SHEETS else 0)


@pytest.mark.parametrize(
    "route", [one for one in the_table() if "{cohort_id}" in one or "/cohorts/{slug}" in one]
)
async def test_a_draft_is_not_there_for_those_who_do_not_run_it(stage: Stage, route: str) -> None:
    draft = {"cohort_id": stage.ids["draft_id"], "slug": "draft"}
    for who in ("newcomer", "researcher", "organiser"):
        async with undone(stage.platform):
            assert (await stage.ask(who, route, ids=draft)).status_code == 404, who


@pytest.mark.parametrize(
    ("who", "route", "field", "sent"),
    [
        ("organiser", "POST /api/v1/cohorts/{cohort_id}/overrides", "enrolment_id", None),
        ("organiser", "POST /api/v1/cohorts/{cohort_id}/overrides", "mentor_id", None),
        ("researcher", "PUT /api/v1/enrolments/{enrolment_id}/wishes", "mentor_ids/0", "mentor_id"),
        ("mentor", "PUT /api/v1/mentors/{mentor_id}/wishes", "enrolment_ids/0", "enrolment_id"),
    ],
    ids=str,
)
async def test_a_body_cannot_name_what_is_of_another_cohort(
    stage: Stage, who: str, route: str, field: str, sent: str | None
) -> None:
    theirs = {
        "enrolment_id": str(stage.ids["enrolment_elsewhere"]),
        "mentor_id": str(stage.ids["mentor_elsewhere"]),
    }
    body = stage.request(route)["json"]
    body = body | ({field.partition("/")[0]: [theirs[sent]]} if sent else {field: theirs[field]})
    async with undone(stage.platform):
        answer = await stage.ask(who, route, json=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_a_key_opens_no_page_not_even_one_that_is_there_for_all(stage: Stage) -> None:
    """Public pages know who looks at them; a key's owner is nobody there."""
    home = await stage.ask("key", "GET /")
    assert "Spring 2026" not in home.text
    async with undone(stage.platform):
        form = dict(stage.request("POST /mentors/join/{slug}")["data"]) | {"name": ""}
        joined = await stage.ask("key", "POST /mentors/join/{slug}", data=form)
    assert joined.status_code == 422


async def test_who_has_not_confirmed_her_address_stays_outside(stage: Stage) -> None:
    async with undone(stage.platform):
        assert (await stage.ask("anyone", "POST /api/v1/people")).status_code == 202
        eve = {"email": "eve@example.org", "password": "correct horse battery"}
        answer = await stage.ask("anyone", "POST /api/v1/logins", json=eve)
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_password")
