"""Applications in a browser without JavaScript: Ada and a stranger apply, Olga decides."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications.models import Application, UnconfirmedApplication
from cohort.cohorts.models import Cohort
from tests.conftest import Cast, Someone
from tests.rooms.cohort_world import PROFILE_FORM, applied, ticked

HERE = "/cohorts/summer/apply"


@pytest.fixture
async def summer(db: AsyncSession, summer: Cohort) -> Cohort:
    """With one seat."""
    summer.seats = 1
    await db.commit()
    return summer


async def test_ada_applies_sees_how_it_stands_changes_it_and_withdraws(
    enter: Cast, summer: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    led = await ada.get("/cohorts/summer/enrol")
    assert (led.status_code, led.headers["location"]) == (303, HERE)
    assert "Apply by the end of Thu 12 Mar 2026" in (await ada.get(HERE)).text

    assert (await ada.post(HERE, data=PROFILE_FORM)).status_code == 303
    shown = (await ada.get(HERE)).text
    assert "The organisers read it" in shown
    assert {"nlp", "speech", "tuesday 17-20"} <= ticked(shown)

    changed = await ada.post(HERE, data=PROFILE_FORM | {"about": "Changed", "version": "1"})
    assert changed.status_code == 303
    stale = await ada.post(HERE, data=PROFILE_FORM | {"version": "1"})
    assert stale.status_code == 422
    application = await db.scalar(select(Application))
    assert application is not None
    assert application.profile["about"] == "Changed"
    assert "Summer" in (await ada.get("/applications")).text

    assert (await ada.post(f"{HERE}/withdrawal")).status_code == 303
    assert "You took it back." in (await ada.get(HERE)).text


async def test_a_stranger_applies_and_a_wrong_field_is_named(
    anyone: AsyncClient, summer: Cohort, db: AsyncSession
) -> None:
    missing = await anyone.post(HERE, data=PROFILE_FORM | {"name": "Nora"})
    assert missing.status_code == 422
    assert "E-mail: This is needed, unless you sign in." in missing.text
    assert {"nlp", "speech"} <= ticked(missing.text)
    sent = await anyone.post(
        HERE, data=PROFILE_FORM | {"name": "Nora", "email": "nora@example.org"}
    )
    assert (sent.status_code, sent.headers["location"]) == (303, "/applications/sent")
    waiting = await db.scalar(select(UnconfirmedApplication))
    assert waiting is not None
    assert waiting.profile["role_goals"] == ["applied-scientist", "ml-engineer"]


async def test_olga_scores_looks_first_and_decides(
    enter: Cast, olga: Someone, summer: Cohort, db: AsyncSession, clock: Any, run_jobs: Any
) -> None:
    ada, ben = await enter("Ada"), await enter("Ben")
    ids = []
    for one in (ada, ben):
        ids.append((await applied(one, summer))["id"])
        clock.turn(seconds=1)
    page, chosen = "/cohorts/summer/applications", {"application_ids": ids}

    review = f"/applications/{ids[0]}"
    assert (await olga.post(review, data={"score": "9"})).status_code == 422
    assert (await olga.post(review, data={"score": "4", "note": "Good."})).status_code == 303
    assert "1 of 2 in" in (await olga.get(review)).text

    nothing = await olga.post(page, data={"decision": "accept"})
    assert nothing.status_code == 422
    looked = await olga.post(page, data={"decision": "accept", "dry_run": "true", **chosen})
    assert "Ada Example: from applied to accepted." in looked.text
    assert "Ben Example: stays applied. Every seat is taken." in looked.text
    assert set(ids) <= ticked(looked.text)

    done = await olga.post(page, data={"decision": "accept", **chosen})
    assert (done.status_code, done.headers["location"]) == (303, page)
    await olga.post(page, data={"decision": "waitlist", "application_ids": ids[1]})
    assert "You are number 1 in line." in (await ben.get(HERE)).text
    assert "You have a seat." in (await ada.get(HERE)).text
    await ada.post(f"{HERE}/withdrawal")
    await run_jobs()
    assert "You have a seat." in (await ben.get(HERE)).text
    assert "Ben Example" in (await olga.get(f"{page}?state=accepted")).text


async def test_the_page_says_when_nobody_can_apply(
    enter: Cast, anyone: AsyncClient, olga: Someone, summer: Cohort, clock: Any
) -> None:
    ada = await enter("Ada")
    clock.turn(days=11)
    for who in (ada, anyone):
        assert "The last day was Thu 12 Mar 2026." in (await who.get(HERE)).text
    late = await ada.post(HERE, data=PROFILE_FORM)
    assert late.status_code == 422
    assert "The last day for applications has passed." in late.text
