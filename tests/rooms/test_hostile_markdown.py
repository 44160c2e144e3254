"""Ada hands in what is made to be slow; everybody else is answered meanwhile."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http.prose import KEPT
from cohort.study.models import Submission
from tests.conftest import MONDAY, Cast
from tests.rooms.study_cast import Cast as StudyCast
from tests.rooms.study_cast import the_cast

TEXTS = [f"{number} {'![' * 3_000}" for number in range(30)]


@pytest.fixture
async def cast(db: AsyncSession, enter: Cast) -> StudyCast:
    return await the_cast(db, enter, now=MONDAY)


def rendered() -> int:
    return sum(KEPT.has(text) for text in TEXTS)


async def test_thirty_hostile_versions_are_rendered_once_while_others_are_answered(
    cast: StudyCast, db: AsyncSession
) -> None:
    """By order, not by time: another request is answered between the first text and the last."""
    facts = {"plan_item_id": cast.first, "links": [], "submitted_at": MONDAY}
    db.add_all(Submission(version=n, text=text, **facts) for n, text in enumerate(TEXTS, start=1))
    await db.commit()
    here = f"/plan/{cast.enrolment.id}/{cast.first}"

    # The first request of all builds the application, which takes longer than any text.
    await cast.olga.get("/health/live")
    page = asyncio.create_task(cast.ada.get(here))
    while not rendered() and not page.done():  # noqa: ASYNC110  (a thread fills it, which tells nobody)
        await asyncio.sleep(0)
    other = await cast.olga.get("/health/live")
    assert other.status_code == 200
    assert 0 < rendered() < len(TEXTS)

    answer = await page
    assert (answer.status_code, rendered()) == (200, len(TEXTS))
    assert len(answer.text) < 3 * sum(map(len, TEXTS))
    assert len((await cast.max.get(here)).text) < 3 * sum(map(len, TEXTS))
