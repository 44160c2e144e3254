"""Zoe had Mia as a mentor last year: the list says so, and the two are not paired again."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.matching.models import Override, OverrideKind, Pair
from cohort.sheets.workbook import write_book
from tests.conftest import Someone
from tests.rooms.import_world import Bring

WEEKLY = "Tue 17-20"
PAST = [["Mentee", "Mentor", "Until"], ["zoe@example.org", "Mia Sand", "2025-06-30"]]
BOOK = write_book(
    "xlsx",
    {
        "Researchers": [
            ["Name", "E-mail", "Domains", "Goal", "Languages", "Hours"],
            ["Zoe", "zoe@example.org", "Speech", "ML engineer", "en", WEEKLY],
        ],
        "Mentors": [
            ["Name", "E-mail", "Domains", "Roles", "Languages", "Hours"],
            ["Mia Sand", "mia@example.org", "Speech", "ML engineer", "en", WEEKLY],
        ],
        "Past pairs": PAST,
    },
)
RunJobs = Callable[[], Awaitable[None]]


async def test_past_pairs_come_with_the_people_and_are_not_paired_again(
    bring: Bring, db: AsyncSession, cohort: Cohort, olga: Someone, run_jobs: RunJobs
) -> None:
    looked_at = (await bring(BOOK, "both", file_name="p.xlsx")).json()
    assert [(one["side"], one["outcome"]) for one in looked_at["rows"]] == [
        ("researcher", "new"),
        ("mentor", "new"),
        ("pair", "new"),
    ]
    await bring(BOOK, "both", file_name="p.xlsx", dry_run=False)
    again = (await bring(BOOK, "both", file_name="p.xlsx", dry_run=False)).json()
    assert (again["counts"]["same"], sum(again["counts"].values())) == (3, 3)
    veto = (await db.scalars(select(Override))).one()
    assert (veto.kind, veto.reason) == (OverrideKind.VETO, "They were a pair until 2025-06-30.")

    opened = await olga.post(f"/api/v1/cohorts/{cohort.id}/rounds")
    assert opened.status_code == 201, opened.text
    await run_jobs()
    assert (await db.scalars(select(Pair))).all() == []


async def test_pairs_alone_name_people_who_are_here_and_others_do_nothing(
    bring: Bring, db: AsyncSession
) -> None:
    await bring(BOOK, "both", file_name="p.xlsx", dry_run=False)
    listed = "Mentee,Mentor,Comment\nzoe,MIA@example.org,\nNobody,Mia Sand,\nZoe,,\n"
    told = (await bring(listed, "past_pairs")).json()
    assert [one["outcome"] for one in told["rows"]] == ["same", "not_here", "refused"]
    assert "one of the two is not named" in told["rows"][2]["reason"]
    headless = await bring("Mentee,Comment\nZoe,\n", "past_pairs")
    assert headless.status_code == 422
    assert "no column Mentor" in headless.text


async def test_a_pin_is_not_overturned_by_a_list(
    bring: Bring, db: AsyncSession, cohort: Cohort, olga: Someone
) -> None:
    await bring(BOOK, "both", file_name="p.xlsx", dry_run=False)
    veto = (await db.scalars(select(Override))).one()
    pair = {"enrolment_id": str(veto.enrolment_id), "mentor_id": str(veto.mentor_id)}
    pin = pair | {"kind": "pin", "reason": "They asked for it.", "replace": True}
    pinned = await olga.post(f"/api/v1/cohorts/{cohort.id}/overrides", json=pin)
    assert pinned.status_code == 201
    again = (await bring(BOOK, "both", file_name="p.xlsx")).json()
    assert [one["outcome"] for one in again["rows"]] == ["same", "same", "refused"]
