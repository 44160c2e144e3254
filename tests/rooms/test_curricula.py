"""Guides that organisers bring in, draft milestones from, and publish: on pages and by API."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.curricula.models import CurriculumDraft
from tests.conftest import Someone
from tests.rooms.mentorship_world import Spring

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
        "Homework",
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
