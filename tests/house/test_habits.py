"""Habits that every route of its kind has: repeated safely, read on in a stable order."""

import pytest

from cohort.db import unit_of_work
from cohort.people.schemas import ApiKeyIn
from tests.house.routes import operations, the_application
from tests.house.stage import Stage, a_key, rows_of, undone
from tests.house.table import the_table

REPEATABLE = "POST /api/v1/logins"
"""Each is a login of its own; a test below."""
DOWNLOAD = "POST /api/v1/cohorts/{cohort_id}/exports"
"""A file of this moment; each is made and recorded anew."""
POSTS = [
    route
    for route in the_table()
    if route.startswith("POST /api/") and route not in {REPEATABLE, DOWNLOAD}
]
SECRETS = {
    "POST /api/v1/me/calendar_feed",
    "POST /api/v1/logins/by_link",
    "POST /api/v1/api_keys",
    "POST /api/v1/cohorts/{cohort_id}/webhooks",
    "POST /api/v1/webhooks/{webhook_id}/secret",
}
CHANGES = [route for route in the_table() if route.startswith("PATCH")] + [
    "POST /api/v1/cohorts/{cohort_id}/rules"
]
LISTINGS = [
    path
    for path, method, operation in operations(the_application())
    if method == "get" and "cursor" in [one["name"] for one in operation.get("parameters", [])]
]


def who_may(route: str) -> str:
    return next(who for who, status in the_table()[route].items() if status < 300)


@pytest.mark.parametrize("route", POSTS)
async def test_the_same_key_twice_is_one_act_and_one_answer(stage: Stage, route: str) -> None:
    async with undone(stage.platform):
        who, asked = who_may(route), stage.request(route)
        headers = asked.get("headers", {}) | {"idempotency-key": "once"}
        first = await stage.ask(who, route, headers=headers)
        assert first.status_code < 300, first.text
        kept = await what_is_kept(stage)
        second = await stage.ask(who, route, headers=headers)
        if route in SECRETS:
            assert (second.status_code, second.json()["code"]) == (409, "only_said_once")
        else:
            assert (second.status_code, second.content) == (first.status_code, first.content)
            assert second.headers["idempotent-replayed"] == "true"
            assert second.headers.get("etag") == first.headers.get("etag")
        assert await what_is_kept(stage) == kept
        other = asked.get("json", {}) | {"more": 1}
        third = await stage.ask(who, route, headers=headers, json=other)
        # A key without a person belongs to what was sent with it, and this is something else.
        code = "invalid" if who == "anyone" else "idempotency_key_reused"
        if route == "POST /api/v1/forms/invitation/{token}/refusal":
            # It reads no body, so this is a second no, which is the same no.
            answers = {"idempotent_answers": kept["idempotent_answers"] + 1}
            assert third.status_code == first.status_code
            assert await what_is_kept(stage) == kept | answers
        else:
            assert third.json()["code"] == code


async def test_whoever_lost_the_answer_signs_in_again_with_the_same_key(stage: Stage) -> None:
    async with undone(stage.platform):
        once = {"idempotency-key": "once"}
        tokens = [
            (await stage.ask("anyone", REPEATABLE, headers=once)).json()["token"] for _ in range(2)
        ]
        for token in tokens:
            shown = {"authorization": f"Bearer {token}"}
            assert (await stage.ask("anyone", "GET /api/v1/me", headers=shown)).status_code == 200


async def what_is_kept(stage: Stage) -> dict[str, int]:
    async with stage.platform.sessions() as db:
        return await rows_of(db)


@pytest.mark.parametrize("route", CHANGES)
async def test_a_change_says_what_it_saw(stage: Stage, route: str) -> None:
    who = who_may(route)
    for seen, status in [({}, 428), ({"If-Match": '"999"'}, 412), ({"If-Match": "\xb2"}, 412)]:
        async with undone(stage.platform):
            headers = {name: value.encode("latin-1") for name, value in seen.items()}
            assert (await stage.ask(who, route, headers=headers)).status_code == status
    async with undone(stage.platform):
        done = await stage.ask(who, route)
        assert done.status_code < 300
        again = await stage.ask(who, route)
        assert again.status_code == 412
        assert done.headers["etag"] != stage.request(route)["headers"]["If-Match"]


@pytest.mark.parametrize("path", LISTINGS)
async def test_a_listing_is_read_on_without_gaps_or_repeats(stage: Stage, path: str) -> None:
    """Everything on stage was made at one moment: only the ids tell rows apart."""
    route = f"GET {path}"
    if path == "/api/v1/api_keys":
        await more_keys(stage)
    may = "organiser" if the_table()[route].get("organiser", 200) == 200 else who_may(route)
    for who in ("researcher", may):
        whole = await stage.ask(who, route, params={"limit": "200"})
        if whole.status_code != 200:
            continue
        name = "people" if "people" in whole.json() else "items"
        cursor, seen = None, []
        while True:
            params = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
            part = (await stage.ask(who, route, params=params)).json()
            seen += part[name]
            cursor = part["next"]
            if cursor is None:
                break
        assert seen == whole.json()[name]
        assert whole.json()["next"] is None
    for limit in ("0", "201", "-1"):
        refused = await stage.ask(may, route, params={"limit": limit})
        assert refused.status_code == 422


async def more_keys(stage: Stage) -> None:
    async with unit_of_work(stage.platform.sessions) as db:
        for _ in range(3):
            form = ApiKeyIn(name="more", scopes=["study:read"])
            now = stage.platform.clock()
            await a_key(db, stage.people["organiser"], form, now=now)
