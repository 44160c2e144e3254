"""Reviews by the levels of a rubric: what is kept, and what happens when the rubric changes."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.guides.models import Milestone
from cohort.study.models import Review
from tests.rooms.study_cast import PASSED, Cast, the_cast

RUBRIC = [
    {
        "title": "It can be repeated",
        "levels": [
            {"title": "Not yet", "says": ""},
            {"title": "By the author", "says": "On her machine."},
            {"title": "By anybody", "says": "A second machine gives the same figure."},
        ],
    },
    {
        "title": "It is argued",
        "levels": [{"title": "No", "says": ""}, {"title": "Yes", "says": ""}],
    },
]
FOUND = [
    {"criterion": "It can be repeated", "level": "By anybody"},
    {"criterion": "It is argued", "level": "No"},
]


@pytest.fixture
async def cast(db: AsyncSession, enter: Any, clock: Any) -> Cast:
    cast = await the_cast(db, enter, now=clock())
    await set_rubric(db, RUBRIC)
    return cast


async def set_rubric(db: AsyncSession, rubric: list[dict[str, Any]]) -> None:
    milestone = (await db.scalars(select(Milestone).where(Milestone.slug == "end-to-end"))).one()
    milestone.rubric = rubric
    await db.commit()


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', html)
    assert found is not None
    return found[1]


async def test_levels_are_kept_with_the_words_of_the_rubric_and_thanked_for(
    cast: Cast, db: AsyncSession, platform: Any
) -> None:
    handed_in = (await cast.hand_in()).json()["id"]
    rubric = (await cast.max.get(f"/api/v1/submissions/{handed_in}/rubric")).json()
    at = f"/api/v1/submissions/{handed_in}/review"
    half = await cast.max.post(at, json=PASSED | {"levels": FOUND[:1]})
    given = await cast.max.post(
        at, json=PASSED | {"levels": FOUND, "rubric_version": rubric["version"]}
    )
    assert half.status_code == 422
    assert "Choose a level for “It is argued” too." in half.text
    best = given.json()["levels"][0]
    assert (best["level"], best["rank"], best["of"]) == ("By anybody", 3, 3)

    await set_rubric(db, [])
    plan = (await cast.ada.get(f"/api/v1/enrolments/{cast.enrolment.id}/plan")).json()
    shown = [one["newest"]["review"] for one in plan["items"] if one["newest"]]
    assert [one["level"] for one in shown[0]["levels"]] == ["By anybody", "No"]
    assert (await db.scalars(select(Review.rubric))).one() == RUBRIC

    page = await cast.ada.get(f"/plan/{cast.enrolment.id}/{cast.first}")
    assert "A second machine gives the same figure." in page.text
    for _ in range(2):
        thanked = await cast.ada.post(f"/reviews/{shown[0]['id']}/thanks")
        assert thanked.status_code == 303
    platform.clock.turn(minutes=1)
    again = await cast.ada.put(f"/api/v1/reviews/{shown[0]['id']}/thanks")
    assert again.json()["thanked_at"] == "2026-03-02T09:00:00Z"


async def test_a_rubric_that_changes_under_a_reviewer_is_told_and_his_levels_stay(
    cast: Cast, db: AsyncSession
) -> None:
    handed_in = (await cast.hand_in()).json()["id"]
    page = await cast.max.get(f"/plan/{cast.enrolment.id}/{cast.first}")
    filled = {
        "verdict": "passed",
        "comment": "Well argued.",
        "rubric_version": hidden(page.text, "rubric_version"),
        "criterion.1": hidden(page.text, "criterion.1"),
        "level.1": "By anybody",
        "criterion.2": hidden(page.text, "criterion.2"),
    }
    missing = await cast.max.post(f"/review/{handed_in}", data=filled)
    assert missing.status_code == 422
    assert "Choose a level." in missing.text

    await set_rubric(db, [{**RUBRIC[1], "title": "It is reasoned"}, RUBRIC[0]])
    told = await cast.max.post(f"/review/{handed_in}", data=filled | {"level.2": "Yes"})
    assert told.status_code == 409
    assert "The rubric of this milestone was changed" in told.text
    assert "It is argued: Yes" in told.text
    assert "Well argued." in told.text
    assert 'name="level.2" value="By anybody" checked' in told.text
    assert (await db.scalars(select(Review))).all() == []

    filled |= {
        "rubric_version": hidden(told.text, "rubric_version"),
        "criterion.1": "It is reasoned",
        "level.1": "Yes",
        "criterion.2": "It can be repeated",
        "level.2": "By anybody",
    }
    assert (await cast.max.post(f"/review/{handed_in}", data=filled)).status_code == 303
    late = await cast.olga.post(f"/review/{handed_in}", data=filled)
    assert late.status_code == 409
    assert "It is reasoned: Yes" in late.text
