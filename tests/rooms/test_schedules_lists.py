"""Lists of new dates ask as many statements for many of them as for few."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.people.models import Person
from cohort.schedules.models import CohortRedating, CohortRedatingState, Redating, RedatingState
from cohort.study import service as study
from tests.conftest import MONDAY, Cast
from tests.rooms.study_cast import the_cast
from tests.world import enrolled

A_MOVE = {
    "plan_item_id": "00000000-0000-4000-8000-000000000001",
    "title": "End To End",
    "before": "2026-03-08T22:59:00+00:00",
    "after": "2026-03-15T22:59:00+00:00",
    "why": "Moved from week 1 to week 2, because she is away in week 1.",
    "off_calendar": True,
}


def a_look(cohort: Any, who: Person, days: int) -> CohortRedating:
    at = {"starts_on": cohort.starts_on, "ends_on": cohort.ends_on}
    return CohortRedating(
        cohort_id=cohort.id,
        asked_by=who.id,
        asked_at=MONDAY - timedelta(days=days),
        note="",
        state=CohortRedatingState.APPLIED,
        **at,
        starts_on_before=cohort.starts_on,
        ends_on_before=cohort.ends_on,
    )


async def test_lists_of_new_dates_ask_no_more_statements_for_more_of_them(
    db: AsyncSession, enter: Cast, count_statements: Callable[[], Any]
) -> None:
    cast = await the_cast(db, enter, now=MONDAY)
    first = a_look(cast.cohort, cast.olga.person, 0)
    db.add(first)
    await db.flush()
    shared = {"by_id": cast.olga.person.id, "note": "", "moved": 1, "minutes_over": 0}
    done = {"state": RedatingState.APPLIED, "changes": [A_MOVE], "asked_at": MONDAY}
    db.add(Redating(enrolment_id=cast.enrolment.id, cohort_redating_id=first.id, **shared, **done))
    await db.commit()
    hers = f"/api/v1/enrolments/{cast.enrolment.id}"
    lists = [
        f"{hers}/redatings",
        f"/api/v1/cohorts/{cast.cohort.id}/redatings",
        f"/api/v1/cohort_redatings/{first.id}/plans",
        f"/plan/{cast.enrolment.id}/time",
        "/cohorts/spring/redate",
        f"/cohorts/spring/redate/{first.id}",
    ]

    async def statements() -> list[int]:
        counted = []
        for address in lists:
            async with count_statements() as sent:
                assert (await cast.olga.get(address)).status_code == 200, address
            counted.append(len(sent))
        return counted

    few = await statements()
    for days in (1, 2, 3):
        db.add(a_look(cast.cohort, cast.olga.person, days))
        db.add(Redating(enrolment_id=cast.enrolment.id, **shared, **done))
    for name in ("Ben", "Cleo"):
        other = await enrolled(db, cast.cohort, (await enter(name)).person, now=MONDAY)
        await study.lay_out(db, other.id, now=MONDAY)
        db.add(Redating(enrolment_id=other.id, cohort_redating_id=first.id, **shared, **done))
    await db.commit()
    assert await statements() == few
    assert len((await cast.olga.get(lists[0])).json()["items"]) == 4
    assert len((await cast.olga.get(lists[1])).json()["items"]) == 4
    assert len((await cast.olga.get(lists[2])).json()["items"]) == 3
