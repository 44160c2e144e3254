"""A spreadsheet of people comes into Olga's cohort: looked at first, then all of them, once."""

import asyncio
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState, Enrolment
from cohort.exchange.models import ImportedPerson
from cohort.guides.models import Guide
from cohort.jobs.outbox import Job, enqueue_each
from cohort.mail import MailboxMessage
from cohort.mentors.models import Mentor, MentorState
from cohort.people.models import Act, Person
from cohort.sheets.workbook import write_book
from cohort.study.models import PlanItem
from tests.conftest import MONDAY, Cast, Someone, TurnableClock
from tests.house.requests import STUDYING
from tests.rooms.import_world import Bring
from tests.rooms.matching_world import words
from tests.world import a_cohort, enrolled

RESEARCHERS = """Name,E-mail,Domains,Goal,Time zone,Availability,Stage
Zoë Vogt,Zoe@Example.org,Machine translation; Folk music,ml-engineer,Europe/Berlin,Tue 17-20,PhD
Bo Lind,bo@example.org,Robotics,,,,
"""
MENTORS = [
    ["Name", "E-mail", "Roles", "Strengths", "Max mentees", "Background"],
    ["Mia Sand", "mia@example.org", "ml-engineer", "Serving", 2, "Postdoc"],
]
RunJobs = Callable[[], Awaitable[None]]


async def count(db: AsyncSession, table: type[Any]) -> int:
    return await db.scalar(select(func.count()).select_from(table)) or 0


async def test_a_dry_run_says_what_would_happen_and_keeps_nothing(
    bring: Bring, db: AsyncSession
) -> None:
    before = await count(db, Person)
    answer = await bring(RESEARCHERS)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["dry_run"], told["counts"]["new"], sum(told["counts"].values())) == (True, 2, 2)
    assert [(row["row"], row["email"], row["outcome"]) for row in told["rows"]] == [
        (2, "zoe@example.org", "new"),
        (3, "bo@example.org", "new"),
    ]
    assert "“Folk music” (row 2, column" in " ".join(told["notes"])
    [folk] = told["own_terms"]
    assert (folk["kind"], folk["title"], folk["near"]) == ("domain", "Folk music", [])
    assert "people.csv: 1 say nothing of “stage”: “researcher” was taken." in told["notes"]
    assert '"Goal" = "role_goals"' in told["mapping"]
    assert (await count(db, Person), await count(db, Enrolment)) == (before, 0)


async def test_people_come_in_once_with_a_plan_and_a_mail_however_often_it_is_sent(
    bring: Bring, db: AsyncSession, cohort: Cohort, run_jobs: RunJobs
) -> None:
    preview = (await bring(RESEARCHERS)).json()
    done = (await bring(RESEARCHERS, dry_run=False)).json()
    assert done == preview | {"dry_run": False}
    again = (await bring(RESEARCHERS, dry_run=False)).json()
    assert again["counts"] == preview["counts"] | {"new": 0, "same": 2}
    await run_jobs()

    zoe, bo = (await db.scalars(select(Enrolment).order_by(Enrolment.time_zone.desc()))).all()
    assert (zoe.domains[:1], zoe.role_goals) == (["machine-translation"], ["ml-engineer"])
    assert zoe.weekly_hours == [{"day": "tuesday", "start": "17:00", "end": "20:00"}]
    assert (bo.domains, bo.time_zone, bo.role_goals) == (["robotics"], cohort.time_zone, [])
    assert await count(db, PlanItem) == 6
    await db.refresh(cohort)
    assert cohort.taken == 2
    mails = (await db.scalars(select(MailboxMessage))).all()
    assert sorted(mail.to for mail in mails) == ["bo@example.org", "zoe@example.org"]
    assert all(re.search(r"/imported/[\w-]{20,}", mail.text) for mail in mails)
    assert all("Olga Example has entered you in Spring 2026" in mail.text for mail in mails)
    acts = (await db.scalars(select(Act).where(Act.verb == "cohort.import"))).all()
    assert [act.detail for act in acts] == [{"agreed": True, "new": 2, "changed": 0}]


async def test_a_workbook_with_both_sides_brings_mentors_who_are_approved(
    bring: Bring, db: AsyncSession, run_jobs: RunJobs
) -> None:
    rows = [line.split(",") for line in RESEARCHERS.splitlines()]
    book = write_book("xlsx", {"Mentees": rows, "Mentors": MENTORS})
    told = (await bring(book, "both", file_name="people.xlsx", dry_run=False)).json()
    assert [(row["side"], row["name"]) for row in told["rows"]] == [
        ("researcher", "Zoë Vogt"),
        ("researcher", "Bo Lind"),
        ("mentor", "Mia Sand"),
    ]
    mentor = (await db.scalars(select(Mentor))).one()
    assert (mentor.state, mentor.capacity, mentor.skills) == (MentorState.APPROVED, 2, ["serving"])
    assert mentor.consented_at is None
    await run_jobs()


async def test_every_fault_is_told_by_row_and_nobody_comes(bring: Bring, db: AsyncSession) -> None:
    before = await count(db, Person)
    wrong = "Name,E-mail,Time zone\nAda,ada@,Europe/Berlin\nBo,bo@example.org,Nowhere\nCy,,\n"
    wrong += "Dan,dan@example.org,\n"
    looked_at = (await bring(wrong)).json()
    assert (looked_at["counts"]["refused"], looked_at["counts"]["new"]) == (3, 1)
    reasons = [row["reason"] for row in looked_at["rows"]]
    for reason, part in zip(
        reasons,
        (
            'people.csv, row 2, column "E-mail": “ada@” is no address.',
            'people.csv, row 3, column "Time zone": “Nowhere” is no time zone',
            'people.csv, row 4, column "E-mail": there is none.',
            "",
        ),
        strict=True,
    ):
        assert reason.startswith(part)
    answer = await bring(wrong, dry_run=False)
    assert answer.status_code == 422
    assert [error["message"] for error in answer.json()["errors"]] == reasons[:3]
    assert await count(db, Person) == before


async def test_nobody_is_imported_unless_the_organiser_says_that_they_agreed(bring: Bring) -> None:
    refused = await bring(RESEARCHERS, dry_run=False, agreed=False)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "agreed"


async def test_what_the_file_says_anew_replaces_what_nobody_has_confirmed(
    bring: Bring, db: AsyncSession
) -> None:
    await bring(RESEARCHERS, dry_run=False)
    newer = RESEARCHERS.replace("Robotics", "Speech").replace("Bo Lind", "Bo A. Lind")
    told = (await bring(newer, dry_run=False)).json()
    assert [row["fields"] for row in told["rows"]] == [[], ["name", "domains"]]
    assert (told["counts"]["same"], told["counts"]["changed"]) == (1, 1)
    bo = (await db.scalars(select(Person).where(Person.email == "bo@example.org"))).one()
    assert bo.name == "Bo A. Lind"


async def test_a_cohort_takes_no_more_people_than_it_has_seats(
    bring: Bring, db: AsyncSession, cohort: Cohort
) -> None:
    cohort.seats = 1
    await db.commit()
    preview = (await bring(RESEARCHERS)).json()
    assert preview["notes"][0].startswith("2 new researchers need more than the 1 free seats.")
    answer = await bring(RESEARCHERS, dry_run=False)
    assert (answer.status_code, answer.json()["code"]) == (409, "cohort_full")
    assert await count(db, Enrolment) == 0


async def test_whoever_is_there_keeps_name_and_profile(
    bring: Bring, db: AsyncSession, cohort: Cohort, enter: Cast, run_jobs: RunJobs
) -> None:
    ada = await enter("Ada")
    await enrolled(db, cohort, ada.person, now=MONDAY, domains=["speech"])
    await db.commit()
    file = f"Name,E-mail,Domains\nEvil,{ada.person.email},Robotics\n"
    told = (await bring(file, dry_run=False)).json()
    assert [row["outcome"] for row in told["rows"]] == ["there_already"]
    enrolment = (await db.scalars(select(Enrolment))).one()
    assert enrolment.domains == ["speech"]
    await run_jobs()
    assert await count(db, MailboxMessage) == 0


async def test_whoever_has_applied_is_decided_there_and_not_seated_here(
    db: AsyncSession, summer: Cohort, olga: Someone, enter: Cast
) -> None:
    bo = await enter("Bo")
    applied = await bo.post(f"/api/v1/cohorts/{summer.id}/applications", json=STUDYING)
    assert applied.status_code == 202, applied.text
    raw = b64encode(RESEARCHERS.encode()).decode()
    sent = {"file_name": "p.csv", "content": raw, "holds": "researchers", "agreed": True}
    told = await olga.post(f"/api/v1/cohorts/{summer.id}/imports", json=sent | {"dry_run": False})
    assert [row["outcome"] for row in told.json()["rows"]] == ["new", "applied"]
    applications = (await olga.get(f"/cohorts/{summer.slug}/applications")).text
    assert "1 seat more is taken without an application, by an import" in applications
    listed = (await olga.get(f"/api/v1/cohorts/{summer.id}/enrolments")).json()["items"]
    assert [(one["person"]["name"], one["is_confirmed"]) for one in listed] == [("Zoë Vogt", False)]


async def test_a_corrected_mapping_is_followed_and_a_wrong_one_refused(bring: Bring) -> None:
    left_out = (await bring(RESEARCHERS, mapping='[researchers]\nGoal = ""\n')).json()
    assert '"Goal" = ""' in left_out["mapping"]
    refused = await bring(RESEARCHERS, mapping="[people]\n")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "mapping"


@pytest.mark.parametrize("file", [b"PK\x03\x04", b"", b"Shoe\n43\n", b"\xd0\xcf\x11\xe0"])
async def test_what_is_no_list_of_people_is_refused(bring: Bring, file: bytes) -> None:
    answer = await bring(file)
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize("opening", ["[", '{"file_name":'])
async def test_json_that_nests_without_end_is_told_in_a_sentence(
    olga: Someone, cohort: Cohort, opening: str
) -> None:
    answer = await olga.post(
        f"/api/v1/cohorts/{cohort.id}/imports",
        content=opening * 200_000,
        headers={"content-type": "application/json", "idempotency-key": "deep"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.json()["detail"].endswith(".")


async def test_only_organisers_import(bring: Bring, enter: Cast) -> None:
    answer = await bring(RESEARCHERS, by=await enter("Nora"))
    assert answer.status_code == 403


async def test_a_draft_says_in_the_dry_run_that_nobody_can_join_yet(
    bring: Bring, db: AsyncSession, cohort: Cohort
) -> None:
    cohort.state = CohortState.DRAFT
    await db.commit()
    assert (await bring(RESEARCHERS)).json()["notes"][0].startswith("This cohort is draft.")
    refused = await bring(RESEARCHERS, dry_run=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_joinable")


async def test_more_rows_than_one_import_takes_are_refused(bring: Bring) -> None:
    rows = "".join(f"A,a{k}@example.org\n" for k in range(10_001))
    answer = await bring(f"Name,E-mail\n{rows}")
    assert answer.status_code == 422
    assert "more than 10,000 rows" in answer.text


async def test_two_imports_at_once_bring_everybody_once(
    bring: Bring, db: AsyncSession, cohort: Cohort
) -> None:
    answers = await asyncio.gather(*(bring(RESEARCHERS, dry_run=False) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert sorted(answer.json()["counts"]["new"] for answer in answers) == [0, 0, 2]
    await db.refresh(cohort)
    assert (cohort.taken, await count(db, Enrolment)) == (2, 2)


async def test_a_thousand_mails_go_out_in_a_day_and_the_others_later(
    bring: Bring, db: AsyncSession, cohort: Cohort, olga: Someone
) -> None:
    rows = "".join(f"M{k},m{k}@example.org\n" for k in range(1_001))
    told = (await bring(f"Name,E-mail\n{rows}", "mentors", dry_run=False)).json()
    assert told["last_mail_at"] == "2026-03-03T09:00:00Z"
    due = select(Job.due_at, func.count()).where(Job.name == "exchange.ask_to_confirm")
    times = (await db.execute(due.group_by(Job.due_at).order_by(Job.due_at))).all()
    assert [tuple(one) for one in times] == [(MONDAY, 1_000), (MONDAY + timedelta(days=1), 1)]
    more = {"pasted": "Name,E-mail\nN,n@example.org\n", "holds": "mentors"}
    looked = await olga.post(f"/cohorts/{cohort.slug}/import", data=more)
    assert "1,000 mails go out in a day: the last of these on Tue 3 Mar" in words(looked)


async def test_nobody_is_flooded_by_imports(
    db: AsyncSession, cohort: Cohort, olga: Someone, run_jobs: RunJobs, clock: TurnableClock
) -> None:
    guide = await db.get_one(Guide, cohort.guide_id)
    cohorts = [await a_cohort(db, guide, olga.person, now=MONDAY, slug=f"c{k}") for k in range(4)]
    await db.commit()
    for one in cohorts:
        await Bring(one, olga)("Name,E-mail\nMia,mia@example.org\n", "mentors", dry_run=False)

    async def mails() -> int:
        await run_jobs()
        await db.rollback()
        return await count(db, MailboxMessage)

    assert await mails() == 3
    clock.turn(days=1)
    assert await mails() == 4
    mia = (
        await db.scalars(select(ImportedPerson.person_id).order_by(ImportedPerson.mails))
    ).first()
    ids = {"person_id": mia}
    await enqueue_each(db, "exchange.ask_to_confirm", [ids] * 9, now=clock())
    await db.commit()
    assert await mails() == 8
