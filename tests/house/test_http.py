"""HTTP as browsers and tools expect it: HEAD, one charset, compression, ETag, caching."""

import gzip
import re
from typing import get_args

import pytest
from httpx import ASGITransport, AsyncClient, Response

from cohort.app import create_app
from cohort.http.compression import accepts_gzip
from cohort.people.schemas import Scope
from cohort.settings import Settings
from tests.conftest import MONDAY
from tests.house.stage import Stage, rows_of, undone
from tests.house.table import the_table

READS = [route for route in the_table() if route.startswith("GET ")]
PLAIN = {"accept-encoding": "identity"}
GZIP = {"accept-encoding": "gzip"}
CHALLENGE = "GET /api/v1/forms/challenges/{kind}/{slug}"
EACH_TIME_NEW = {"GET /metrics", "GET /api/v1/cohorts/{cohort_id}/jobs", CHALLENGE}
"""Counts of requests, for one: two answers in a row differ."""
RECORDED = {
    "GET /cohorts/{slug}/figures/{figure}/{form}",
    "GET /cohorts/{slug}/mentorships.csv",
    "GET /cohorts/{slug}/readiness.csv",
}
"""Files of other people's data: who got one is in the record of acts."""

LIVE = "GET /api/v1/cohorts/{cohort_id}/events/stream"
REPEATS_ITS_SECRET = {
    "GET /invitations/{token}",
    "GET /organisers/accept/{token}",
    "GET /api/v1/forms/invitation/{token}",
}
FILES = {
    "GET /api/v1/files/{file_id}",
    "GET /files/{file_id}",
    "GET /api/v1/review_tasks/{task_id}/files/{file_id}",
    "GET /peer_reviews/{task_id}/files/{file_id}",
}
UNCOMPRESSED = {"GET /mailbox/{letter_id}", "GET /favicon.ico", LIVE} | REPEATS_ITS_SECRET | FILES
"""A letter has a secret in its link, icons and files are what they are, a stream cannot wait."""
STREAMED = {"GET /cohorts/{slug}/readiness.csv"}
"""Sent before it is known whole: how long it is, and what tag it has, nobody knows yet."""


def who_may_read(route: str) -> str:
    told = the_table()[route]
    return next((who for who, status in told.items() if status < 300), "anyone")


@pytest.mark.parametrize("route", READS)
async def test_a_read_is_answered_as_browsers_and_tools_expect_it(stage: Stage, route: str) -> None:
    who = who_may_read(route)
    async with stage.platform.sessions() as db:
        before = await rows_of(db)
    plain, small = [await stage.ask(who, route, headers=each) for each in (PLAIN, GZIP)]
    one_charset_is_named(plain)
    what_is_long_is_compressed_and_the_same(route, plain, small)
    for got, headers in ((plain, PLAIN), (small, GZIP)):
        told = await stage.ask(who, route, method="HEAD", headers=headers)
        assert (told.status_code, told.content) == (got.status_code, b"")
        if route not in EACH_TIME_NEW:
            assert told.headers == got.headers
    async with stage.platform.sessions() as db:
        got_files = 2 if route in RECORDED else 0
        assert await rows_of(db) == before | {"acts": before["acts"] + got_files}


def one_charset_is_named(told: Response) -> None:
    kind = told.headers.get("content-type", "")
    assert kind.count("charset") <= 1
    if kind.startswith("text/html"):
        assert kind == "text/html; charset=utf-8"


def what_is_long_is_compressed_and_the_same(route: str, plain: Response, small: Response) -> None:
    assert "content-encoding" not in plain.headers
    for each in (plain, small):
        assert "accept-encoding" in each.headers["vary"].lower()
    if route in STREAMED:
        assert small.headers["content-encoding"] == "gzip"
    elif len(plain.content) < 1024 or route in UNCOMPRESSED:
        assert "content-encoding" not in small.headers
    else:
        assert small.headers["content-encoding"] == "gzip"
        assert int(small.headers["content-length"]) < len(plain.content)
    if route not in EACH_TIME_NEW:
        assert small.content == plain.content


async def test_head_is_refused_where_get_is(stage: Stage) -> None:
    organiser = stage.clients["organiser"]
    for path in ("/api/v1/verifications", "/logout"):
        refused = await organiser.head(path)
        assert (refused.status_code, refused.content) == (405, b"")
        assert "HEAD" not in refused.headers["allow"]
    assert (await organiser.head("/nowhere")).status_code == 404
    both = await organiser.put("/api/v1/cohorts")
    assert both.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_options_names_every_method_of_an_address(stage: Stage) -> None:
    for path, methods in {
        f"/api/v1/cohorts/{stage.ids['cohort_id']}": "DELETE, GET, HEAD, OPTIONS, PATCH",
        "/api/v1/cohorts": "GET, HEAD, OPTIONS, POST",
        f"/api/v1/mentors/{stage.ids['mentor_id']}/pause": "DELETE, OPTIONS, POST, PUT",
    }.items():
        told = await stage.clients["organiser"].options(path)
        assert (told.status_code, told.headers["allow"]) == (204, methods)


async def test_static_files_are_compressed_too(stage: Stage) -> None:
    anyone = stage.clients["anyone"]
    for name in ("cohort.css", "app.js"):
        told = await anyone.get(f"/static/{name}", headers={"accept-encoding": "gzip"})
        assert told.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_another_site_makes_a_browser_ask_for_is_not_compressed(
    stage: Stage, site: str
) -> None:
    """Else its length would tell what the page holds, guess by guess (BREACH)."""
    headers = {"accept-encoding": "gzip", "sec-fetch-site": site}
    told = await stage.ask("organiser", "GET /cohorts", headers=headers)
    assert told.status_code == 200
    assert "content-encoding" not in told.headers


def test_gzip_is_sent_to_those_who_accept_it() -> None:
    for yes in ("gzip, deflate, br", "br;q=1.0, GZIP ; q=0.5", "gzip;q=1"):
        assert accepts_gzip(yes), yes
    for no in ("gzip;q=0", "gzip;q=0.000, identity", "identity", "x-gzip-like", ""):
        assert not accepts_gzip(no), no


@pytest.mark.parametrize("route", READS)
async def test_who_has_the_page_or_list_is_not_sent_it_again(stage: Stage, route: str) -> None:
    who = who_may_read(route)
    first = await stage.ask(who, route, headers=PLAIN)
    tag = first.headers.get("etag")
    if tag is None or not tag.startswith("W/"):
        # No page, no list: a version, a redirect, a secret, or a state of this moment.
        assert first.headers["cache-control"] == "no-store"
        assert first.status_code != 200 or route in NO_TAG or tag is not None
        return
    assert first.headers["cache-control"] == KEPT.get(route, "private, no-cache")
    for method in ("GET", "HEAD"):
        again = await stage.ask(who, route, method=method, headers=GZIP | {"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert "content-type" not in again.headers
        assert "content-length" not in again.headers


@pytest.mark.parametrize("route", ["GET /cohorts", "GET /api/v1/cohorts"])
async def test_a_tag_is_known_in_every_way_that_it_may_be_named(stage: Stage, route: str) -> None:
    first = await stage.ask("organiser", route)
    tag = first.headers["etag"]
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = await stage.ask("organiser", route, headers={"if-none-match": known})
        assert again.status_code == 304
    other = await stage.ask("organiser", route, headers={"if-none-match": 'W/"other"'})
    assert (other.status_code, other.content) == (200, first.content)


KEPT = {
    "GET /api/v1/forms": "public, max-age=60",
    "GET /api/v1/forms/mentor/{slug}": "public, max-age=60",
    "GET /api/v1/forms/researcher/{slug}": "public, max-age=60",
    "GET /api/v1/taxonomies/{kind}": "public, max-age=300",
    "GET /favicon.ico": "max-age=86400, public",
    "GET /robots.txt": "max-age=86400, public",
}
NO_TAG = STREAMED | {
    LIVE,
    CHALLENGE,
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /mailbox/{letter_id}",
    *REPEATS_ITS_SECRET,
    *FILES,
}


async def test_a_sentence_that_is_said_once_is_not_kept_with_its_page(stage: Stage) -> None:
    told = await stage.clients["anyone"].get("/login", headers={"cookie": "cohort_notice=Hello"})
    assert "Hello" in told.text
    assert told.headers["cache-control"] == "no-store"
    assert "etag" not in told.headers


async def test_static_files_are_kept_for_ever_by_the_name_of_their_state_alone(
    stage: Stage,
) -> None:
    anyone = stage.clients["anyone"]
    page = (await anyone.get("/login")).text
    (address,) = re.findall(r"/static/cohort\.css\?v=\w+", page)
    for path, kept in {
        address: "public, max-age=31536000, immutable",
        "/static/cohort.css": "private, no-cache",
        # Another process, older or newer than this one, wrote the page.
        "/static/cohort.css?v=0123456789ab": "private, no-cache",
        "/static/gone.css?v=0123456789ab": "no-store",
    }.items():
        assert (await anyone.get(path)).headers["cache-control"] == kept, path
    again = await anyone.get(
        address, headers={"if-none-match": (await anyone.get(address)).headers["etag"]}
    )
    assert again.status_code == 304
    assert again.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_replay_is_compressed_once_and_for_those_who_accept_it(stage: Stage) -> None:
    route = "POST /api/v1/cohorts/{cohort_id}/rounds"
    replays = []
    for coding in ("gzip", "identity", "gzip"):
        headers = {"idempotency-key": "compressed once", "accept-encoding": coding}
        replays.append(await stage.ask("organiser", route, headers=headers))
    assert [one.status_code for one in replays] == [201] * 3
    assert len({one.content for one in replays}) == 1
    assert gzip.compress(b"")[:2] not in {one.content[:2] for one in replays}


async def test_an_answer_with_a_secret_is_neither_compressed_nor_kept(stage: Stage) -> None:
    made = await stage.clients["organiser"].post(
        "/api/v1/api_keys",
        json={"name": "\N{DUCK}" * 200, "scopes": list(get_args(Scope))},
        headers={"accept-encoding": "gzip"},
    )
    assert made.status_code == 201
    assert len(made.content) > 1024
    assert "content-encoding" not in made.headers
    assert made.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("route", [route for route in READS if "{token}" in route])
async def test_a_page_behind_a_secret_address_gives_no_secret_away(
    stage: Stage, route: str
) -> None:
    """It does not repeat the secret, or is neither compressed nor kept (BREACH)."""
    token = str(stage.request(route)["ids"]["token"])
    told = await stage.ask("anyone", route, headers={"accept-encoding": "gzip"})
    if token in told.text:
        assert "content-encoding" not in told.headers
        assert told.headers["cache-control"] == "no-store"


async def test_addresses_that_browsers_and_tools_try_are_answered(stage: Stage) -> None:
    anyone = stage.clients["anyone"]
    icon = await anyone.get("/favicon.ico")
    assert icon.headers["content-type"] == "image/x-icon"
    assert icon.content[:4] == b"\0\0\1\0"
    robots = await anyone.get("/robots.txt")
    assert robots.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Disallow: /api/" in robots.text
    changed = await anyone.get("/.well-known/change-password")
    assert (changed.status_code, changed.headers["location"]) == (302, "/forgotten")


async def test_finders_of_a_fault_are_told_whom_to_tell(migrated: Settings) -> None:
    told = migrated.model_copy(update={"security_contact": "mailto:security@example.org"})
    app = create_app(told, clock=lambda: MONDAY)
    async with (
        app.lifespan(),
        AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1:8000") as client,
    ):
        answer = await client.get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "Contact: mailto:security@example.org",
        "Expires: 2026-08-29T00:00:00Z",
        "Preferred-Languages: en",
        "Canonical: http://127.0.0.1:8000/.well-known/security.txt",
    ]


async def test_signing_out_empties_what_the_browser_kept(stage: Stage) -> None:
    async with undone(stage.platform):
        told = await stage.ask("peer", "POST /logout")
    assert told.status_code == 303
    assert told.headers["clear-site-data"] == '"cache"'
