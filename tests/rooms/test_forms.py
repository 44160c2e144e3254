"""The public forms: what is open, what is asked, and who may send from where."""

import asyncio
import re
from html import unescape
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications.models import UnconfirmedApplication
from cohort.cohorts.models import Cohort, CohortState
from cohort.forms.words import FIELDS, STEPS
from cohort.guides.models import Term
from cohort.mentors.models import UnconfirmedMentor
from tests.conftest import Cast, Someone
from tests.proofs import proof_for
from tests.rooms.cohort_world import MENTOR, PROFILE, PROFILE_FORM

SITE = "https://www.example.org"
FORMS = "/api/v1/forms"
APPLICATION = PROFILE | {"name": "Nora", "email": "nora@example.org"}
FROM_SITE = {"origin": SITE, "sec-fetch-site": "cross-site"}


@pytest.fixture
async def summer(db: AsyncSession, summer: Cohort) -> Cohort:
    """Named by its organisers: one site that shows its forms."""
    await db.execute(update(Cohort).values(allowed_origins=[SITE]))
    await db.commit()
    return summer


async def test_anyone_on_any_site_reads_what_is_open(
    anyone: AsyncClient, summer: Cohort, clock: Any
) -> None:
    answer = await anyone.get(FORMS, headers={"origin": "https://elsewhere.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    listed = [(one["kind"], one["cohort"], one["closes_at"]) for one in answer.json()["items"]]
    assert listed == [
        ("mentor", "summer", None),
        ("researcher", "summer", "2026-03-12T23:00:00Z"),
    ]
    clock.turn(days=11)
    late = (await anyone.get(FORMS)).json()["items"]
    assert [one["kind"] for one in late] == ["mentor"]


async def test_a_draft_is_in_no_list_and_has_no_form(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession
) -> None:
    await db.execute(update(Cohort).values(state=CohortState.DRAFT))
    await db.commit()
    assert (await anyone.get(FORMS)).json()["items"] == []
    for kind, form in (("mentor", MENTOR), ("researcher", APPLICATION)):
        assert (await anyone.get(f"{FORMS}/{kind}/summer")).status_code == 404
        assert (await anyone.post(f"{FORMS}/{kind}/summer", json=form)).status_code == 404


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("kind", "form"), [("mentor", MENTOR), ("researcher", APPLICATION)], ids=str
)
async def test_the_schema_says_what_a_form_needs(
    anyone: AsyncClient, summer: Cohort, kind: str, form: dict[str, Any], language: str
) -> None:
    schema = (await anyone.get(f"{FORMS}/{kind}/summer", params={"language": language})).json()

    assert "Summer" in schema["title"]
    ordered = [name for step in schema["x-steps"] for name in step["fields"]]
    assert list(schema["properties"]) == ordered
    assert all(one["title"] for one in schema["properties"].values())
    assert set(schema["required"]) <= set(form) <= set(ordered)
    assert {"website", "proof"}.isdisjoint(ordered)
    assert "$ref" not in str(schema)
    for name, value in form.items():
        fits(schema["properties"][name], value)


def fits(schema: dict[str, Any], value: Any) -> None:
    """As far as a form goes: choices and limits."""
    if isinstance(value, list):
        assert schema.get("minItems", 0) <= len(value) <= schema["maxItems"]
        for one in value:
            fits(schema["items"], one)
    elif "oneOf" in schema:
        assert value in [one["const"] for one in schema["oneOf"]]
    elif "enum" in schema:
        assert value in schema["enum"]
    elif isinstance(value, str) and "maxLength" in schema:
        assert len(value) <= schema["maxLength"]


async def test_the_words_are_those_of_the_language_asked_for(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession
) -> None:
    translated = {"de": "Sprachverarbeitung"}
    await db.execute(update(Term).where(Term.slug == "nlp").values(translations=translated))
    await db.commit()
    german = (await anyone.get(f"{FORMS}/mentor/summer", params={"language": "de"})).json()
    assert german["properties"]["name"]["title"] == "Ihr Name"
    spoken = {
        one["const"]: one["title"] for one in german["properties"]["languages"]["items"]["oneOf"]
    }
    assert spoken["de"] == "Deutsch"
    offered = german["properties"]["domains"]["items"]["oneOf"]
    assert {"Sprachverarbeitung", "Speech"} <= {one["title"] for one in offered}
    french = await anyone.get(f"{FORMS}/mentor/summer", params={"language": "fr"})
    assert french.status_code == 422


def test_every_field_of_a_form_has_words_in_both_languages() -> None:
    named = {name for steps in STEPS.values() for _, names in steps for name in names}
    assert named == set(FIELDS)
    assert all(len(words) == 2 for words in FIELDS.values())


@pytest.mark.parametrize(
    ("kind", "form", "table"),
    [("mentor", MENTOR, UnconfirmedMentor), ("researcher", APPLICATION, UnconfirmedApplication)],
    ids=["mentor", "researcher"],
)
async def test_a_page_of_a_named_site_sends_the_form_after_a_preflight(
    *,
    anyone: AsyncClient,
    summer: Cohort,
    db: AsyncSession,
    kind: str,
    form: dict[str, Any],
    table: Any,
) -> None:
    address = f"{FORMS}/{kind}/summer"
    asked = {"access-control-request-method": "POST"}
    form = form | {"proof": await proof_for(anyone, f"{kind}/summer")}
    preflight = await anyone.options(address, headers=FROM_SITE | asked)
    sent = await anyone.post(address, json=form, headers=FROM_SITE | {"idempotency-key": "one"})
    again = await anyone.post(address, json=form, headers=FROM_SITE | {"idempotency-key": "one"})

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == SITE
    assert "content-type" in preflight.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in preflight.headers
    for answer in (sent, again):
        assert (answer.status_code, answer.text) == (202, sent.text)
        assert answer.headers["access-control-allow-origin"] == SITE
        assert "Origin" in answer.headers["vary"]
    assert await db.scalar(select(func.count()).select_from(table)) == 1


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.example",
        "http://www.example.org",
        "https://www.example.org.elsewhere.example",
        "https://www.example.org:8443",
        "null",
    ],
)
async def test_a_page_of_another_site_sends_nothing(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession, origin: str
) -> None:
    headers = {"origin": origin, "sec-fetch-site": "cross-site"}
    asked = {"access-control-request-method": "POST"}
    address = f"{FORMS}/researcher/summer"
    preflight = await anyone.options(address, headers=headers | asked)
    sent = await anyone.post(address, json=APPLICATION, headers=headers)

    assert "access-control-allow-origin" not in preflight.headers
    assert (sent.status_code, sent.json()["code"]) == (403, "not_allowed")
    assert "access-control-allow-origin" not in sent.headers
    assert await db.scalar(select(func.count()).select_from(UnconfirmedApplication)) == 0


async def test_a_named_site_reads_what_was_wrong_with_a_form(
    anyone: AsyncClient, summer: Cohort
) -> None:
    wrong = APPLICATION | {"domains": ["alchemy"], "email": "nobody"}
    for change, fields in ((wrong, ["email"]), (wrong | {"email": "n@example.org"}, ["domains/0"])):
        form = change | {"proof": await proof_for(anyone, "researcher/summer")}
        answer = await anyone.post(f"{FORMS}/researcher/summer", json=form, headers=FROM_SITE)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["access-control-allow-origin"] == SITE
        assert [one["field"] for one in answer.json()["errors"]] == fields


async def test_nothing_but_the_forms_can_be_sent_from_a_named_site(
    enter: Cast, summer: Cohort
) -> None:
    olga = await enter("Oda", admin=True)
    for method, path in (
        ("POST", f"/api/v1/cohorts/{summer.id}/moves"),
        ("POST", f"/api/v1/cohorts/{summer.id}/mentors"),
        ("GET", "/api/v1/me"),
    ):
        asked = {"access-control-request-method": method}
        preflight = await olga.options(path, headers=FROM_SITE | asked)
        assert "access-control-allow-origin" not in preflight.headers
        answer = await olga.request(method, path, headers=FROM_SITE, json={})
        assert "access-control-allow-origin" not in answer.headers
        assert method == "GET" or answer.status_code == 403


async def test_a_login_that_comes_along_means_nothing(
    enter: Cast, summer: Cohort, db: AsyncSession
) -> None:
    """Whose browser it is, a form is always that of the address typed into it."""
    ada = await enter("Ada")
    proof = {"proof": await proof_for(ada.http, "researcher/summer")}
    sent = await ada.post(f"{FORMS}/researcher/summer", json=APPLICATION | proof, headers=FROM_SITE)
    assert sent.status_code == 202
    assert (await ada.get("/api/v1/applications")).json()["items"] == []
    assert await db.scalar(select(UnconfirmedApplication.email)) == "nora@example.org"


async def test_an_organiser_names_the_sites(olga: Someone, cohort: Cohort) -> None:
    address = f"/api/v1/cohorts/{cohort.id}"
    for wrong in (
        "www.example.org",
        "ftp://example.org",
        "https://a@b.example",
        "https://x/y",
        "*",
    ):
        refused = await olga.patch(
            address, json={"allowed_origins": [wrong]}, headers={"If-Match": '"1"'}
        )
        assert refused.status_code == 422, wrong
        assert refused.json()["errors"][0]["field"] == "allowed_origins/0"
    sites = {"allowed_origins": "https://WWW.example.org/\r\nhttp://localhost:3000", "version": "1"}
    assert (await olga.post(f"/cohorts/{cohort.slug}/settings", data=sites)).status_code == 303
    kept = (await olga.get(address)).json()["allowed_origins"]
    assert kept == ["https://www.example.org", "http://localhost:3000"]
    assert "http://localhost:3000" in (await olga.get(f"/cohorts/{cohort.slug}/settings")).text


async def test_a_proof_is_taken_once_for_its_own_form_within_ten_minutes(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession, clock: Any
) -> None:
    address = f"{FORMS}/researcher/summer"
    proof = await proof_for(anyone, "researcher/summer")
    of_mentors = await proof_for(anyone, "mentor/summer")
    late = await proof_for(anyone, "researcher/summer")

    first = await anyone.post(address, json=APPLICATION | {"proof": proof})
    tampered = proof[:-8] + ("A" if proof[-8] != "A" else "B") + proof[-7:]
    others = [proof, of_mentors, tampered, "", "bm90aGluZw==", "{", None, "\N{SNOWMAN}"]
    refused = [await anyone.post(address, json=APPLICATION | {"proof": one}) for one in others]
    clock.turn(minutes=10)
    refused.append(await anyone.post(address, json=APPLICATION | {"proof": late}))

    assert first.status_code == 202
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(422, "no_proof")}
    assert await db.scalar(select(func.count()).select_from(UnconfirmedApplication)) == 1


async def test_two_who_send_one_proof_at_once_count_once(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession
) -> None:
    form = APPLICATION | {"proof": await proof_for(anyone, "researcher/summer")}
    answers = await asyncio.gather(
        *(anyone.post(f"{FORMS}/researcher/summer", json=form) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [202, 422, 422, 422]
    assert await db.scalar(select(func.count()).select_from(UnconfirmedApplication)) == 1


async def test_a_program_that_fills_what_people_do_not_see_is_thanked_and_forgotten(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession
) -> None:
    form = APPLICATION | {"website": "https://buy.example"}
    answer = await anyone.post(f"{FORMS}/researcher/summer", json=form)
    assert answer.status_code == 202
    assert await db.scalar(select(func.count()).select_from(UnconfirmedApplication)) == 0


MENTOR_PAGE = "/mentors/join/summer"
MENTOR_TYPED = MENTOR | {"capacity": "2", "consent": "yes"}


@pytest.mark.parametrize(
    ("page", "typed"),
    [(MENTOR_PAGE, MENTOR_TYPED), ("/cohorts/summer/apply", PROFILE_FORM | {"name": "Nora"})],
    ids=["mentor", "researcher"],
)
async def test_a_page_shows_what_was_typed_before_it_is_sent(
    *, anyone: AsyncClient, summer: Cohort, db: AsyncSession, page: str, typed: dict[str, Any]
) -> None:
    typed = typed | {"email": "nora@example.org"}
    wrong = await anyone.post(page, data=typed | {"email": "nora", "step": "summary"})
    shown = await anyone.post(page, data=typed | {"step": "summary"})
    changing = await anyone.post(page, data=typed | {"step": "change", "domains": []})

    assert wrong.status_code == 422
    assert (shown.status_code, "Nothing is sent yet" in shown.text) == (200, True)
    carried = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown.text))
    assert "step" not in carried
    assert (changing.status_code, 'value="nora@example.org"' in changing.text) == (200, True)
    waiting = select(func.count()).select_from(UnconfirmedApplication)
    asked = select(func.count()).select_from(UnconfirmedMentor)
    assert (await db.scalar(waiting) or 0) + (await db.scalar(asked) or 0) == 0
    assert (
        await anyone.post(page, data=typed | {"website": "https://x.example"})
    ).status_code == 303
    assert (await db.scalar(waiting) or 0) + (await db.scalar(asked) or 0) == 0
    sent = await anyone.post(
        page, data=typed | {name: unescape(carried[name]) for name in ("name", "email")}
    )
    assert sent.status_code == 303
    assert (await db.scalar(waiting) or 0) + (await db.scalar(asked) or 0) == 1


async def test_pages_take_few_forms_without_a_proof_and_more_with_one(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession
) -> None:
    answers = [
        await anyone.post(MENTOR_PAGE, data=MENTOR_TYPED | {"email": f"m{n}@example.org"})
        for n in range(21)
    ]
    proof = await proof_for(anyone, "mentor/summer")
    proven = [await anyone.post(MENTOR_PAGE, data=MENTOR_TYPED | {"proof": proof}) for _ in "12"]

    assert [one.status_code for one in answers] == [303] * 20 + [429]
    assert "That was tried too often" in answers[-1].text
    assert "m20@example.org" in answers[-1].text
    assert [one.status_code for one in proven] == [303, 429]


async def test_there_is_no_challenge_where_there_is_no_form(
    anyone: AsyncClient, summer: Cohort
) -> None:
    for form in ("mentor/nowhere", "teacher/summer"):
        assert (await anyone.get(f"{FORMS}/challenges/{form}")).status_code == 404
