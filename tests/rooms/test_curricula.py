"""Guides that organisers bring in, draft milestones from, and publish: on pages and by API."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.curricula.models import CurriculumDraft
from cohort.guides.models import Guide
from cohort.quizzes.importing import import_quizzes
from cohort.study import service as study_service
from tests.conftest import MONDAY, Platform, Someone
from tests.house.quizzes import FILE
from tests.rooms.mentorship_world import Spring
from tests.rooms.quiz_world import WITH_PLACEMENT
from tests.world import a_cohort

COURSE = """\
<h1 align="center">Models in production</h1>

![badge](https://example.org/b.svg)

## Contents

- [Week 1](#week-1)

## Week 1

- [ ] Deploy a model
- [ ] Watch it for a week

## Week 2

### Homework

Build a pipeline. <script>alert(1)</script><img src=x onerror=alert(1)>
"""


@pytest.fixture
async def olga(spring: Spring) -> Someone:
    return spring.olga


async def drafted(olga: Someone, **sent: Any) -> dict[str, Any]:
    answer = await olga.post("/api/v1/curriculum_drafts", json={"markdown": COURSE} | sent)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


LINKED = """\
# Linked

[First](01-intro), <a href="/wiki">wiki</a>, [below](#below), [mail](mailto:a@example.org)
and [elsewhere](https://example.com/x). [Pipeline](pipeline.ipynb)

## Homework

Read [the second](../02-deploy/README.md), and [the third].

[the third]: 03-watch
"""


async def test_links_of_a_guide_lead_to_where_it_lies_or_are_text(olga: Someone) -> None:
    nowhere = await drafted(olga, markdown=LINKED)
    text = (await olga.get(f"/curricula/{nowhere['id']}/text")).text
    for dead in ("01-intro", "/wiki", "pipeline.ipynb", "02-deploy", "03-watch"):
        assert f'{dead}"' not in text
    for alive in ("#below", "mailto:a@example.org", "https://example.com/x"):
        assert f'href="{alive}"' in text

    sent = {"markdown": LINKED, "base_address": "https://github.com/example/course"}
    read = await olga.post("/curricula/new", data=sent)
    here = read.headers["location"]
    base = "https://github.com/example/course/blob/HEAD"
    await olga.post(here, data={"version": "1", "slug": "linked", "act": "publish"})
    shown = (await olga.get("/guides/linked")).text
    assert f'href="{base}/01-intro"' in shown
    assert 'href="https://github.com/wiki"' in shown
    guides = (await olga.get("/api/v1/guides")).json()["items"]
    guide = next(one for one in guides if one["slug"] == "linked")
    assert guide["base_address"] == f"{base}/"
    tasks = (await olga.get(f"/api/v1/guides/{guide['id']}/milestones")).json()["items"]
    told = " ".join(one["task"] for one in tasks)
    for whole in ("blob/HEAD/pipeline.ipynb)", "blob/02-deploy/README.md)", "HEAD/03-watch"):
        assert whole in told

    again = await drafted(olga, markdown=LINKED, guide_id=guide["id"])
    assert again["curriculum"]["base_address"] == f"{base}/"
    text = (await olga.get(f"/curricula/{again['id']}/text")).text
    assert f'href="{base}/01-intro"' in text


WHOLE = "This must be a whole web address, such as https://example.org/course."


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("javascript:x()", WHOLE),
        ("ftp://example.org", WHOLE),
        ("course", WHOLE),
        ("http://[", "This is no address on the web; copy it from the browser."),
    ],
)
async def test_a_base_that_is_not_on_the_web_is_refused_at_its_field(
    olga: Someone, address: str, told: str
) -> None:
    sent = {"markdown": LINKED, "base_address": address}
    refused = await olga.post("/curricula/new", data=sent)
    assert refused.status_code == 422
    assert 'href="#field-base_address"' in refused.text
    assert told in refused.text
    by_api = await olga.post("/api/v1/curriculum_drafts", json=sent)
    assert by_api.json()["errors"] == [{"field": "base_address", "message": told}]


async def test_a_course_page_is_brought_in_looked_at_and_removed(
    olga: Someone, db: AsyncSession
) -> None:
    file = {"file": ("README.md", COURSE.encode(), "text/markdown")}
    read = await olga.post("/curricula/new", files=file, data={"markdown": ""})
    assert read.status_code == 303, read.text
    here = read.headers["location"]

    shown = (await olga.get(here)).text
    assert "<h1>Models in production</h1>" in shown
    assert "3 milestones" in shown
    text = (await olga.get(f"{here}/text")).text
    assert "Build a pipeline." in text
    assert "alert(1)" not in text
    assert here in (await olga.get("/curricula")).text

    await olga.post(f"{here}/remove")
    assert (await olga.get(here)).status_code == 404
    assert (await db.scalars(select(CurriculumDraft))).all() == []


async def test_a_guide_of_ten_megabytes_is_refused_with_a_sentence(olga: Someone) -> None:
    large = "# A course\n" + "Many words. " * 850_000
    on_page = await olga.post(
        "/curricula/new", files={"file": ("a.md", large.encode(), "text/markdown")}
    )
    by_api = await olga.post("/api/v1/curriculum_drafts", json={"markdown": large})

    assert on_page.status_code == by_api.status_code == 422
    assert "a guide may have at most 1,000,000. Split it" in on_page.text
    assert "at most 1,000,000" in by_api.json()["errors"][0]["message"]
    nothing = await olga.post("/curricula/new", data={"markdown": ""})
    assert "Choose a file, or paste the text" in nothing.text
    no_text = await olga.post("/curricula/new", files={"file": ("a.md", b"# A\xff", "text/x")})
    assert no_text.status_code == 422


async def test_a_draft_is_its_authors_and_is_changed_as_it_was_read(
    spring: Spring, olga: Someone
) -> None:
    made = await drafted(olga)
    here = f"/api/v1/curriculum_drafts/{made['id']}"
    assert (await spring.ada.get(here)).status_code == 404
    assert [one["title"] for one in made["curriculum"]["milestones"]] == [
        "Deploy a model",
        "Watch it for a week",
        "Homework (Week 2)",
    ]
    changed = made["curriculum"]
    changed["milestones"][0]["requires"] = ["watch-it-for-a-week"]
    changed["milestones"][1]["requires"] = ["deploy-a-model"]

    body = {"curriculum": changed}
    kept = await olga.patch(here, json=body, headers={"if-match": '"1"'})
    late = await olga.patch(here, json=body, headers={"if-match": '"1"'})

    assert kept.status_code == 200, kept.text
    assert late.status_code == 412
    (problem,) = kept.json()["problems"]
    assert "deploy-a-model → watch-it-for-a-week → deploy-a-model" in problem["sentence"]


async def published(olga: Someone, draft_id: str) -> dict[str, Any]:
    answer = await olga.post(f"/api/v1/curriculum_drafts/{draft_id}/publication")
    assert answer.status_code == 201, answer.text
    guide: dict[str, Any] = answer.json()
    return guide


async def test_a_draft_is_edited_on_pages_and_published(olga: Someone) -> None:
    made = await drafted(olga)
    here = f"/curricula/{made['id']}"
    table = {
        "version": "1",
        "slug": "in-production",
        "milestone": ["deploy-a-model", "watch-it-for-a-week", "homework-week-2"],
        "remove": "watch-it-for-a-week",
        "title.homework-week-2": "Build a pipeline",
        "hours.homework-week-2": "6",
        "kind.homework-week-2": "artefact",
    }
    wrong = await olga.post(here, data=table | {"hours.homework-week-2": "900"})
    assert wrong.status_code == 422
    assert "Hours of Homework (Week 2): This must be at most 200." in wrong.text
    assert (await olga.post(here, data=table | {"act": "keep"})).status_code == 303

    one = {
        "version": "2",
        "title": "Build a pipeline",
        "section": "homework",
        "kind": "artefact",
        "hours": "7",
        "task": "Build it.",
        "evidence": "A link.",
        "requires": "deploy-a-model nothing",
        "rubric": "It can be repeated\n- Not yet\n- Runs elsewhere: twice the same",
    }
    where = f"{here}/milestones/homework-week-2"
    few = await olga.post(where, data=one | {"rubric": "It can be repeated\n- Not yet"})
    assert "“It can be repeated” needs at least two levels" in few.text
    assert (await olga.post(where, data=one)).status_code == 303
    assert "- Runs elsewhere: twice the same" in (await olga.get(where)).text

    refused = await olga.post(here, data={"version": "3", "act": "publish"})
    assert refused.headers["location"] == f"{here}#problems"
    assert "There is no milestone “nothing”" in (await olga.get(here)).text
    assert (
        await olga.post(f"/api/v1{here.replace('curricula', 'curriculum_drafts')}/publication")
    ).json()["code"] == "draft_not_ready"
    one |= {"version": "3", "requires": "deploy-a-model"}
    assert (await olga.post(where, data=one)).status_code == 303
    done = await olga.post(here, data={"version": "4", "act": "publish"})

    assert done.headers["location"] == "/guides/in-production/versions"
    read = (await olga.get("/guides/in-production")).text
    assert "<summary><span>Build a pipeline</span>" in read
    assert "<summary><span>Watch it for a week</span>" not in read
    assert (await olga.get(here)).status_code == 404
    taken = await drafted(olga)
    body = taken["curriculum"] | {"slug": "in-production"}
    address = f"/api/v1/curriculum_drafts/{taken['id']}"
    await olga.patch(address, json={"curriculum": body}, headers={"if-match": "*"})
    assert "Another guide has this address" in (await olga.post(f"{address}/publication")).text


async def test_a_guide_goes_out_as_a_file_and_comes_in_as_it_was(olga: Someone) -> None:
    guide = await published(olga, (await drafted(olga))["id"])
    file = await olga.get(f"/api/v1/guides/{guide['id']}/curriculum")
    assert file.headers["content-type"].startswith("application/toml")

    again = await drafted(olga, markdown=None, toml=file.text)

    assert again["problems"] == []
    assert (await olga.get(f"/curricula/{again['id']}/file")).text == file.text
    bad = await olga.post("/curricula/new", files={"file": ("a.toml", b"title = ", "text/plain")})
    assert "The file is not valid TOML" in bad.text


async def test_a_file_with_a_circle_is_told_where_it_goes_round(olga: Someone) -> None:
    made = await drafted(olga)
    file = (await olga.get(f"/curricula/{made['id']}/file")).text
    for slug, other in (
        ("deploy-a-model", "homework-week-2"),
        ("homework-week-2", "deploy-a-model"),
    ):
        before, own, after = file.rpartition(f'slug = "{slug}"\n')
        file = f'{before}{own}requires = ["{other}"]\n{after}'

    begun = await drafted(olga, markdown=None, toml=file)
    round_it = "in a circle: deploy-a-model → homework-week-2 → deploy-a-model"
    assert [one["field"] for one in begun["problems"]] == ["requires"]
    assert round_it in begun["problems"][0]["sentence"]
    refused = await olga.post(f"/api/v1/curriculum_drafts/{begun['id']}/publication")
    assert (refused.status_code, refused.json()["code"]) == (409, "draft_not_ready")
    assert round_it in refused.json()["detail"]
    sent = {"file": ("circle.toml", file.encode(), "application/toml")}
    brought = await olga.post("/curricula/new", files=sent)
    assert round_it in (await olga.get(brought.headers["location"])).text


async def test_an_exam_is_corrected_in_a_draft_and_readiness_counts_by_it(
    spring: Spring, olga: Someone, db: AsyncSession
) -> None:
    studied = await db.get_one(Guide, spring.cohort.guide_id)
    await import_quizzes(db, studied, WITH_PLACEMENT, now=MONDAY)
    studied.exam = {
        "title": "Machine Learning Engineer",
        "year": 2024,
        "source": "https://example.org/exam",
        "sections": [
            {"slug": "models", "title": "Models", "weight": 70},
            {"slug": "serving", "title": "Serving", "weight": 30},
        ],
    }
    await db.commit()
    draft = await drafted(olga, markdown=None, guide_id=str(studied.id))
    here = f"/curricula/{draft['id']}"
    assert "Sections of the exam, 100% together" in (await olga.get(here)).text
    typed = {"version": "1", "act": "publish", "exam.title": "Engineer", "exam.year": "2027"}
    typed |= {"exam.source": "https://example.org/2027", "exam.title.models": "Models"}
    typed |= {"exam.title.serving": "Serving them", "exam.weight.serving": "30"}
    wrong = await olga.post(here, data=typed | {"exam.weight.models": "60"})
    assert wrong.status_code == 422
    assert "together, not 100" in wrong.text
    none = await olga.post(here, data=typed | {"exam.weight.models": "none"})
    assert 'href="#field-exam.weight.models"' in none.text

    typed |= {"exam.weight.models": "45", "exam.weight.serving": "55"}
    assert (await olga.post(here, data=typed)).status_code == 303
    readiness = f"/api/v1/enrolments/{spring.enrolment.id}/readiness"

    async def weights() -> list[tuple[str, int]]:
        told = (await spring.ada.get(readiness)).json()
        return [(one["title"], one["weight"]) for one in told["sections"]]

    assert await weights() == [("Models", 70), ("Serving", 30)]
    newest = (await olga.get("/api/v1/guides")).json()["items"]
    (to,) = [one["id"] for one in newest if one["version"] == 2]
    move = {"from_guide_id": str(studied.id), "to_guide_id": to}
    moved = await olga.post(f"/api/v1/cohorts/{spring.cohort.id}/guide_moves", json=move)
    assert moved.status_code == 200
    assert await weights() == [("Models", 45), ("Serving them", 55)]


async def next_version(olga: Someone, old: str) -> dict[str, Any]:
    """Of two drafts of it, one."""
    draft = await drafted(olga, markdown=None, guide_id=old)
    kept, dropped, gone = draft["curriculum"]["milestones"]
    assert (dropped["slug"], gone["slug"]) == ("drift-monitor", "mock-exam")
    new = kept | {"slug": "after-it", "title": "After it", "requires": ["end-to-end"]}
    extra = kept | {"slug": "extra", "title": "Extra", "is_optional": True}
    kept |= {"hours": 30, "instead_of": ["after-it"]}
    changed = draft["curriculum"] | {"milestones": [new, kept, extra]}
    address = f"/api/v1/curriculum_drafts/{draft['id']}"
    await olga.patch(address, json={"curriculum": changed}, headers={"if-match": "*"})
    rival = await drafted(olga, markdown=None, guide_id=old)
    guide = await published(olga, draft["id"])
    assert guide["slug"].endswith("-v2")
    late = await olga.post(f"/api/v1/curriculum_drafts/{rival['id']}/publication")
    assert late.json()["code"] == "newer_guide"
    return guide


CHANGES = {
    "after-it": ("added", [], 0),
    "extra": ("added", [], 0),
    "drift-monitor": ("removed", [], 1),
    "mock-exam": ("removed", [], 0),
    "end-to-end": ("changed", ["hours", "what it counts instead of"], 1),
}


async def test_nobody_follows_a_guide_that_only_other_peoples_cohorts_study(
    spring: Spring, olga: Someone, db: AsyncSession
) -> None:
    other = Guide(slug="other", title="Other", description="", author="", tags=[])
    other.imported_at = MONDAY
    db.add(other)
    await db.flush()
    await a_cohort(db, other, spring.grace.person, now=MONDAY, slug="hers")
    await db.commit()
    sent = {"markdown": COURSE, "guide_id": str(other.id)}
    refused = await olga.post("/api/v1/curriculum_drafts", json=sent)
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["field"] == "guide_id"


async def test_a_cohort_moves_to_a_newer_version_and_keeps_everybodys_work(
    spring: Spring, olga: Someone, platform: Platform, db: AsyncSession
) -> None:
    await study_service.lay_out(db, spring.enrolment.id, now=MONDAY)
    studied = await db.get_one(Guide, spring.cohort.guide_id)
    await import_quizzes(db, studied, FILE, now=MONDAY)
    await db.commit()
    plan = f"/api/v1/enrolments/{spring.enrolment.id}/plan"
    before = {one["milestone"]["slug"]: one for one in (await spring.ada.get(plan)).json()["items"]}
    handed_in = before["end-to-end"]["id"]
    sent = await spring.ada.post(
        f"/api/v1/plan_items/{handed_in}/submissions", json={"text": "It runs.", "links": []}
    )
    assert sent.status_code == 201, sent.text
    started = f"/api/v1/plan_items/{before['drift-monitor']['id']}/submissions"
    assert (await spring.ada.post(started, json={"text": "Half."})).status_code == 201

    old = str(spring.cohort.guide_id)
    guide = await next_version(olga, old)
    cohort = f"/api/v1/cohorts/{spring.cohort.id}"
    shown = await olga.get(f"{cohort}/guide_change", params={"to": guide["id"]})
    told = shown.json()["milestones"]
    assert {one["slug"]: (one["what"], one["fields"], one["started"]) for one in told} == CHANGES
    page = await olga.get(f"/cohorts/{spring.cohort.slug}/guide", params={"to": guide["id"]})
    assert "Work in it stays" in page.text
    assert (
        f"/guides/{(await olga.get(f'/api/v1/guides/{old}')).json()['slug']}/versions" in page.text
    )
    assert (await spring.ada.get(plan)).json()["items"][0]["milestone"]["hours"] == 20
    move = {"from_guide_id": old, "to_guide_id": guide["id"]}
    assert (await olga.post(f"{cohort}/guide_moves", json=move)).status_code == 200
    again = await olga.post(f"{cohort}/guide_moves", json=move)
    assert again.json()["code"] == "guide_moved"
    await platform.run_jobs()

    # Quizzes belong to all versions of a guide.
    quizzes = f"/api/v1/enrolments/{spring.enrolment.id}/quizzes"
    assert [one["slug"] for one in (await spring.ada.get(quizzes)).json()] == ["all", "mock"]
    after = {one["milestone"]["slug"]: one for one in (await spring.ada.get(plan)).json()["items"]}
    assert set(after) == {"end-to-end", "drift-monitor", "after-it", "extra"}
    assert after["extra"]["due_at"] == max(one["due_at"] for one in after.values())
    assert after["extra"]["due_at"].startswith(str(spring.cohort.ends_on))
    assert after["end-to-end"]["id"] == handed_in
    assert after["end-to-end"]["state"] == "submitted"
    assert after["end-to-end"]["due_at"] == before["end-to-end"]["due_at"]
    assert after["end-to-end"]["milestone"]["hours"] == 30

    verdict = {"verdict": "passed", "comment": "Good."}
    review = f"/api/v1/submissions/{sent.json()['id']}/review"
    assert (await olga.post(review, json=verdict)).status_code == 201
    last = (await spring.ada.get(plan)).json()["items"]
    assert {one["milestone"]["slug"]: one["state"] for one in last} == {
        "end-to-end": "passed",
        "after-it": "passed",
        "drift-monitor": "submitted",
        "extra": "open",
    }
