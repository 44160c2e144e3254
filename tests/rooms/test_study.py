"""Ada hands in, Max and Olga review, and Sam sees nothing of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import CohortState, Enrolment, EnrolmentState
from cohort.mail import MailboxMessage
from cohort.mentorships.models import Mentorship
from cohort.people.models import Act
from cohort.study import service
from cohort.study.models import Review, Submission
from tests.rooms.study_cast import AGAIN, EVIDENCE, PASSED, Cast, make_due, the_cast
from tests.world import a_cohort, a_guide, enrolled

RunJobs = Callable[[], Awaitable[None]]


@pytest.fixture
async def cast(db: AsyncSession, enter: Any, clock: Any) -> Cast:
    return await the_cast(db, enter, now=clock())


async def review(reviewer: Any, submission_id: str, verdict: Any = PASSED) -> Any:
    return await reviewer.post(f"/api/v1/submissions/{submission_id}/review", json=verdict)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_ada_reads_her_plan_by_date(cast: Cast) -> None:
    plan = (await cast.ada.get(f"/api/v1/enrolments/{cast.enrolment.id}/plan")).json()

    assert (plan["passed"], plan["total"], plan["due"]) == (0, 3, 0)
    assert [item["milestone"]["slug"] for item in plan["items"]] == [
        "end-to-end",
        "drift-monitor",
        "mock-exam",
    ]
    assert plan["items"][0]["due_at"] == "2026-04-26T21:59:00Z"
    assert plan["items"][1]["waits_for"] == ["End To End"]
    assert plan["items"][0]["section"]["slug"] == "bridging"


async def test_what_is_past_its_date_is_late_until_it_is_handed_in(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    await make_due(db, cast.first, now=clock())
    address = f"/api/v1/plan_items/{cast.first}"
    late = (await cast.ada.get(address)).json()
    await cast.hand_in()
    handed_in = (await cast.ada.get(address)).json()

    assert (late["state"], late["is_late"]) == ("open", True)
    assert (handed_in["state"], handed_in["is_late"]) == ("submitted", False)


async def test_evidence_is_handed_in_looked_at_again_and_passed(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    first = (await cast.hand_in()).json()
    clock.turn(minutes=1)
    assert (await review(cast.max, first["id"], AGAIN)).status_code == 201
    second = (await cast.hand_in(EVIDENCE | {"text": "By the control's spread."})).json()
    assert (await review(cast.olga, second["id"])).json()["reviewer_name"] == "Olga Example"

    item = (await cast.ada.get(f"/api/v1/plan_items/{cast.first}")).json()
    listed = await cast.ada.get(f"/api/v1/plan_items/{cast.first}/submissions")

    assert (first["version"], second["version"]) == (1, 2)
    assert (item["state"], item["newest"]["review"]["verdict"]) == ("passed", "passed")
    assert item["passed_at"] is not None
    told = [version["review"]["comment"] for version in listed.json()["items"]]
    assert told == [AGAIN["comment"], PASSED["comment"]]
    acts = (await db.scalars(select(Act).order_by(Act.id))).all()
    assert [(act.verb, act.detail["verdict"]) for act in acts] == [
        ("submission.review", "again"),
        ("submission.review", "passed"),
    ]


async def test_work_may_be_handed_in_before_what_it_builds_on(cast: Cast) -> None:
    assert (await cast.hand_in(item_id=cast.items["drift-monitor"])).status_code == 201


async def test_her_mentor_is_asked_and_she_is_told(
    cast: Cast, run_jobs: RunJobs, db: AsyncSession
) -> None:
    handed_in = (await cast.hand_in()).json()
    await run_jobs()
    await review(cast.max, handed_in["id"], AGAIN)
    await run_jobs()

    mails = (await db.scalars(select(MailboxMessage).order_by(MailboxMessage.sent_at))).all()

    told = {mail.to: mail for mail in mails}
    assert len(mails) == 2
    assert told["max@example.org"].subject == "Ada Example has handed in: End To End"
    assert told["ada@example.org"].subject == "Another look at: End To End"
    assert AGAIN["comment"] in told["ada@example.org"].text
    assert f"/plan/{cast.enrolment.id}/{cast.first}" in told["ada@example.org"].text


async def test_nobody_is_asked_for_what_was_replaced_or_when_there_is_no_mentor(
    cast: Cast, run_jobs: RunJobs, db: AsyncSession, clock: Any
) -> None:
    await cast.hand_in()
    await cast.hand_in({"text": "Better."})
    await run_jobs()
    mentorship = (await db.scalars(select(Mentorship))).one()
    mentorship.ended_at = clock()
    await db.commit()
    await cast.hand_in(item_id=cast.items["mock-exam"])
    await run_jobs()

    subjects = (await db.scalars(select(MailboxMessage.text))).all()

    assert len(subjects) == 1
    assert "version 2" in subjects[0]


async def test_the_same_evidence_twice_is_one_version(cast: Cast) -> None:
    first = (await cast.hand_in()).json()
    second = (await cast.hand_in()).json()

    assert first["id"] == second["id"]


async def test_versions_are_numbered_without_gaps_whatever_comes_at_once(
    cast: Cast, db: AsyncSession
) -> None:
    answers = await asyncio.gather(*(cast.hand_in({"text": f"Try {n}"}) for n in range(8)))

    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 9))


async def test_of_two_reviewers_at_once_one_wins(cast: Cast, db: AsyncSession) -> None:
    handed_in = (await cast.hand_in()).json()["id"]

    answers = await asyncio.gather(
        review(cast.max, handed_in),
        review(cast.olga, handed_in, AGAIN),
        review(cast.max, handed_in),
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"already_reviewed"}
    assert await db.scalar(select(func.count()).select_from(Review)) == 1


async def test_only_the_newest_version_is_reviewed(cast: Cast) -> None:
    first = (await cast.hand_in()).json()["id"]
    await cast.hand_in({"text": "Better."})

    assert refused(await review(cast.max, first)) == (409, "newer_version")


async def test_what_is_passed_needs_nothing_more(cast: Cast, db: AsyncSession) -> None:
    await review(cast.max, (await cast.hand_in()).json()["id"])

    assert refused(await cast.hand_in({"text": "More."})) == (409, "already_passed")
    assert await db.scalar(select(func.count()).select_from(Submission)) == 1


async def test_passing_changes_what_the_matching_sees(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    before = await service.gaps_in(db, cast.cohort.id, now=clock())
    await review(cast.max, (await cast.hand_in()).json()["id"])
    after = await service.gaps_in(db, cast.cohort.id, now=clock())

    assert "pipelines" in before[cast.enrolment.id]
    assert set(after[cast.enrolment.id]) == {"monitoring", "exam-technique"}


async def test_a_stranger_gets_404_not_403(cast: Cast) -> None:
    handed_in = (await cast.hand_in()).json()["id"]
    item = f"/api/v1/plan_items/{cast.first}"
    for answer in (
        await cast.sam.get(f"/api/v1/enrolments/{cast.enrolment.id}/plan"),
        await cast.sam.get(item),
        await cast.sam.get(f"{item}/submissions"),
        await cast.sam.post(f"{item}/submissions", json=EVIDENCE),
        await review(cast.sam, handed_in),
    ):
        assert refused(answer) == (404, "not_found")


async def test_another_cohort_s_organiser_and_researcher_are_strangers(
    cast: Cast, db: AsyncSession, enter: Any, clock: Any
) -> None:
    bea, oleg = await enter("Bea"), await enter("Oleg")
    guide = await a_guide(db, now=clock(), slug="other")
    other = await a_cohort(db, guide, oleg.person, now=clock(), slug="other")
    await enrolled(db, other, bea.person, now=clock())
    await db.commit()
    handed_in = (await cast.hand_in()).json()["id"]

    for someone in (bea, oleg):
        assert refused(await review(someone, handed_in)) == (404, "not_found")
    progress = await oleg.get(f"/api/v1/cohorts/{cast.cohort.id}/progress")
    assert refused(progress) == (403, "not_allowed")
    assert (await oleg.get("/api/v1/reviews/waiting")).json()["items"] == []


async def test_who_sees_may_not_always_act(cast: Cast) -> None:
    handed_in = (await cast.hand_in()).json()["id"]
    submissions = f"/api/v1/plan_items/{cast.first}/submissions"

    assert refused(await review(cast.ada, handed_in)) == (403, "not_allowed")
    assert refused(await cast.max.post(submissions, json=EVIDENCE)) == (403, "not_allowed")
    assert refused(await cast.olga.post(submissions, json=EVIDENCE)) == (403, "not_allowed")


async def test_an_organiser_who_studies_does_not_review_herself(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    enrolment = await enrolled(db, cast.cohort, cast.olga.person, now=clock())
    await service.lay_out(db, enrolment.id, now=clock())
    await db.commit()
    plan = (await cast.olga.get(f"/api/v1/enrolments/{enrolment.id}/plan")).json()
    address = f"/api/v1/plan_items/{plan['items'][0]['id']}/submissions"
    handed_in = (await cast.olga.post(address, json=EVIDENCE)).json()["id"]

    assert refused(await review(cast.olga, handed_in)) == (403, "not_allowed")
    assert (await cast.olga.get("/api/v1/reviews/waiting")).json()["items"] == []


async def test_a_former_mentor_sees_the_plan_no_more(
    cast: Cast, db: AsyncSession, clock: Any
) -> None:
    mentorship = (await db.scalars(select(Mentorship))).one()
    mentorship.ended_at = clock()
    await db.commit()

    plan = await cast.max.get(f"/api/v1/enrolments/{cast.enrolment.id}/plan")

    assert refused(plan) == (404, "not_found")


@pytest.mark.parametrize("choice", ["counts", "nothing"])
async def test_what_is_handed_in_is_her_mentor_s_to_review_whatever_she_shows_of_her_plan(
    cast: Cast, db: AsyncSession, choice: str
) -> None:
    """Her mentor reads no title besides; her choice, of what is hers, leaves no audit row."""
    monitor = cast.items["drift-monitor"]  # builds on the first, which is not passed
    handed_in = (await cast.hand_in(item_id=monitor)).json()["id"]
    whose = f"/api/v1/enrolments/{cast.enrolment.id}"
    for _ in range(2):
        chosen = await cast.ada.put(f"{whose}/mentor_view", json={"mentor_sees": choice})
        assert chosen.status_code == 200
    assert (await cast.ada.get(f"{whose}/mentor_view")).json() == {"mentor_sees": choice}
    assert not list(await db.scalars(select(Act.verb)))

    item = (await cast.max.get(f"/api/v1/plan_items/{monitor}")).json()
    assert (item["newest"]["id"], item["waits_for"]) == (handed_in, [])
    assert (await cast.ada.get(f"/api/v1/plan_items/{monitor}")).json()["waits_for"] != []
    submissions = f"/api/v1/cohorts/{cast.cohort.id}/submissions"
    for listed in (f"/api/v1/plan_items/{monitor}/submissions", submissions):
        (one,) = (await cast.max.get(listed)).json()["items"]
        assert handed_in in {one.get("id"), one.get("submission_id")}
    assert (await cast.sam.get(f"/api/v1/plan_items/{monitor}")).status_code == 404

    page = await cast.max.get(f"/plan/{cast.enrolment.id}/{monitor}")
    assert ("Your review of version 1" in page.text, "End To End" in page.text) == (True, False)
    assert f'href="/plan/{cast.enrolment.id}"' not in page.text
    assert f"/plan/{cast.enrolment.id}/{monitor}" in (await cast.max.get("/review")).text
    assert (await review(cast.max, handed_in)).status_code == 201
    for path in (f"{whose}/plan", f"/api/v1/plan_items/{cast.first}"):
        assert refused(await cast.max.get(path)) == (404, "not_found")
    for who, told in ((cast.ada, ["submission.handed_in", "submission.reviewed"]), (cast.max, [])):
        events = (await who.get(f"/api/v1/cohorts/{cast.cohort.id}/events")).json()["items"]
        assert [one["type"] for one in events if "submission" in one["type"]] == told


@pytest.mark.parametrize("end", ["withdrawn", "archived"])
async def test_a_closed_plan_is_read_but_not_changed(
    cast: Cast, db: AsyncSession, end: str
) -> None:
    handed_in = (await cast.hand_in()).json()["id"]
    if end == "withdrawn":
        (await db.get_one(Enrolment, cast.enrolment.id)).state = EnrolmentState.WITHDRAWN
    else:
        cast.cohort.state = CohortState.ARCHIVED
    await db.commit()

    plan = await cast.ada.get(f"/api/v1/enrolments/{cast.enrolment.id}/plan")

    assert plan.json()["is_frozen"] is True
    assert refused(await cast.hand_in({"text": "More."})) == (409, "plan_frozen")
    assert refused(await review(cast.olga, handed_in)) == (409, "plan_frozen")
    assert (await cast.olga.get("/api/v1/reviews/waiting")).json()["items"] == []


LONG = "word " * 4001
BAD_EVIDENCE = [
    ({}, "text"),
    ({"text": "  ", "links": []}, "text"),
    ({"text": LONG}, "text"),
    ({"text": "a\u0000b"}, "text"),
    ({"text": 7}, "text"),
    ({"links": ["javascript:alert(1)"]}, "links/0"),
    ({"links": ["ftp://example.org"]}, "links/0"),
    ({"links": ["https://example.org"] * 11}, "links"),
    ({"text": "ok", "version": 3}, "version"),
]


@pytest.mark.parametrize(("evidence", "field"), BAD_EVIDENCE)
async def test_bad_evidence_is_refused_at_its_field(
    cast: Cast, db: AsyncSession, evidence: Any, field: str
) -> None:
    answer = await cast.hand_in(evidence)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await db.scalar(select(func.count()).select_from(Submission)) == 0


async def test_the_longest_evidence_fits_in_every_script(cast: Cast) -> None:
    answer = await cast.hand_in({"text": "\N{GRINNING FACE}" * 20_000})

    assert answer.status_code == 201


async def test_another_look_needs_a_reason(cast: Cast) -> None:
    handed_in = (await cast.hand_in()).json()["id"]

    silent = await review(cast.max, handed_in, {"verdict": "again"})
    odd = await review(cast.max, handed_in, {"verdict": "maybe"})

    assert [error["field"] for error in silent.json()["errors"]] == ["comment"]
    assert [error["field"] for error in odd.json()["errors"]] == ["verdict"]


async def test_ids_that_nobody_gave_out_are_not_there(cast: Cast) -> None:
    assert (await cast.ada.get(f"/api/v1/plan_items/{uuid4()}")).status_code == 404
    assert refused(await review(cast.olga, str(uuid4()))) == (404, "not_found")
    assert (await cast.ada.get(f"/api/v1/enrolments/{uuid4()}/plan")).status_code == 404
