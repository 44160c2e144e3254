"""People meet before anybody decides: who meets whom, what they say, and what that changes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from cohort.cohorts.models import Enrolment, EnrolmentState, Organiser
from cohort.db import unit_of_work
from cohort.introductions.models import Introduction
from cohort.jobs.outbox import Job
from cohort.mail import MailboxMessage
from cohort.matching.models import Round, RoundState
from cohort.mentors.models import Mentor
from cohort.people.models import Person
from tests.conftest import Cast, Platform, Someone
from tests.rooms.matching_world import (
    Stage,
    keep_runs,
    open_and_solve,
    pairs_of,
    read_round,
    set_the_stage,
    words,
)


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def solved(stage: Stage, **how: Any) -> dict[str, Any]:
    address = f"/api/v1/cohorts/{stage.cohort.id}/introduction_rounds"
    opened = await stage.olga.post(address, json=how)
    assert opened.status_code == 201, opened.text
    await keep_runs(stage.platform)
    return await read_round(stage, opened.json()["id"])


async def publish(stage: Stage, round_: dict[str, Any]) -> None:
    published = await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    assert published.status_code == 200, published.text


async def introduced(stage: Stage, **how: Any) -> dict[tuple[str, str], str]:
    """The ids of the introductions, by the first names of the two."""
    await publish(stage, await solved(stage, **how))
    made = await in_cohort(stage)
    return {(one["researcher"].split()[0], one["mentor"].split()[0]): one["id"] for one in made}


async def in_cohort(stage: Stage) -> list[dict[str, Any]]:
    address = f"/api/v1/cohorts/{stage.cohort.id}/introductions"
    found: list[dict[str, Any]] = (await stage.olga.get(address)).json()["items"]
    return found


async def says(who: Someone, introduction: str, answer: str, note: str = "") -> Any:
    address = f"/api/v1/introductions/{introduction}/answer"
    return await who.put(address, json={"answer": answer, "note": note})


def names(pairs: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(one["researcher"].split()[0], one["mentor"].split()[0]) for one in pairs}


EVERY = {("Ada", "Grace"), ("Ada", "Robin"), ("Ben", "Grace"), ("Ben", "Robin")}


async def test_each_researcher_meets_several_mentors_and_the_choice_is_proved(
    stage: Stage, platform: Platform
) -> None:
    round_ = await solved(stage, per_researcher=2)

    run = round_["run"]
    assert (round_["kind"], round_["per_researcher"], run["gap"]) == ("introductions", 2, 0)
    assert names(await pairs_of(stage, run)) == EVERY
    again = await stage.olga.post(
        f"/api/v1/cohorts/{stage.cohort.id}/introduction_rounds", json={"per_researcher": 2}
    )
    assert again.json()["id"] == round_["id"]


async def test_everybody_meets_somebody_before_anybody_meets_two(
    stage: Stage, platform: Platform
) -> None:
    """With one talk for each mentor, two talks are all there are: one for each researcher."""
    async with unit_of_work(platform.sessions) as db:
        of_robin = update(Mentor).where(Mentor.id == stage.robin.id)
        await db.execute(of_robin.values(domains=stage.grace.domains))
    run = (await solved(stage, per_researcher=2, per_mentor=1))["run"]

    pairs = await pairs_of(stage, run)
    assert {one["researcher"] for one in pairs} == {"Ada Example", "Ben Example"}
    assert len({one["mentor"] for one in pairs}) == 2


async def test_both_hear_whom_to_meet_and_why_once_and_are_reminded(
    stage: Stage, platform: Platform
) -> None:
    made = await introduced(stage, per_researcher=2)
    assert set(made) == EVERY
    await platform.run_jobs()

    async with platform.sessions() as db:
        mails = (await db.scalars(select(MailboxMessage))).all()
        (later,) = await db.scalars(select(Job).where(Job.name == "introductions.remind_all"))
        pairs = (await db.execute(select(Introduction.reason))).all()
    to_ada = [one for one in mails if one.to == stage.people["Ada"].person.email]
    assert [one.subject for one in to_ada] == ["Mentors for you to meet"]
    assert "Grace Example" in to_ada[0].text
    assert "Robin Example" in to_ada[0].text
    assert len([one for one in mails if "for you to meet" in one.subject]) == 4
    assert len(pairs) == 4
    assert later.due_at - platform.clock() > timedelta(days=4)

    await says(stage.people["Ada"], made["Ada", "Grace"], "gladly")
    await says(stage.people["Ada"], made["Ada", "Robin"], "could_work")
    async with unit_of_work(platform.sessions) as db:
        await db.execute(update(Job).where(Job.id == later.id).values(due_at=platform.clock()))
    await platform.run_jobs()
    async with platform.sessions() as db:
        asked = select(MailboxMessage.to).where(MailboxMessage.subject == "How did your talks go?")
        reminded = set((await db.scalars(asked)).all())
    assert reminded == {stage.people[one].person.email for one in ("Ben", "Grace", "Robin")}


async def test_neither_reads_what_the_other_one_said(stage: Stage) -> None:
    made = await introduced(stage, per_researcher=2)
    talk, ada, grace = made["Ada", "Grace"], stage.people["Ada"], stage.people["Grace"]

    said = await says(ada, talk, "rather_not", "She talked all the time.")

    assert (said.status_code, said.json()["researcher_answer"]) == (200, "rather_not")
    hers = await grace.get(f"/api/v1/introductions/{talk}")
    assert (hers.json()["researcher_answer"], hers.json()["researcher_note"]) == (None, None)
    listed = (await grace.get("/api/v1/introductions")).json()["items"]
    assert {one["researcher_answer"] for one in listed} == {None}
    assert "talked all the time" not in (await grace.get("/introductions")).text
    (seen,) = [one for one in await in_cohort(stage) if one["id"] == talk]
    assert (seen["researcher_answer"], seen["researcher_note"]) == (
        "rather_not",
        "She talked all the time.",
    )
    stranger = await stage.people["Ben"].get(f"/api/v1/introductions/{talk}")
    assert stranger.status_code == 404
    organiser = await says(stage.olga, talk, "gladly")
    assert organiser.status_code == 403
    page = words(await stage.olga.get("/cohorts/spring/introductions"))
    assert "Rather not" in page
    assert "She talked all the time." in page

    async with unit_of_work(stage.platform.sessions) as db:
        now = stage.platform.clock()
        db.add(Organiser(cohort_id=stage.cohort.id, person_id=grace.person.id, since=now))
    as_organiser = await grace.get(f"/api/v1/cohorts/{stage.cohort.id}/introductions")
    (seen,) = [one for one in as_organiser.json()["items"] if one["id"] == talk]
    assert (seen["researcher_answer"], seen["researcher_note"]) == (None, None)
    page = words(await grace.get("/cohorts/spring/introductions"))
    assert "Ada Example" in page
    assert "She talked all the time." not in page


async def test_nobody_is_given_the_address_of_somebody_who_has_not_confirmed(
    stage: Stage, platform: Platform
) -> None:
    await publish(stage, await solved(stage, per_researcher=2))
    ben = stage.people["Ben"].person
    async with unit_of_work(platform.sessions) as db:
        typed = {"is_placeholder": True, "verified_at": None, "password_hash": None}
        await db.execute(update(Person).where(Person.id == ben.id).values(typed))
    await platform.run_jobs()

    async with platform.sessions() as db:
        heard = (await db.scalars(select(MailboxMessage.text))).all()
    meet = [text for text in heard if "please meet" in text]
    assert len(meet) == 3
    assert all(ben.email not in text for text in meet)
    assert ben.email not in (await stage.people["Grace"].get("/introductions")).text


async def test_who_would_rather_not_is_no_pair_and_no_reason_tells_why(stage: Stage) -> None:
    before = names(await pairs_of(stage, (await open_and_solve(stage, stage.platform))["run"]))
    assert before == {("Ada", "Grace"), ("Ben", "Robin")}
    newest = (await stage.olga.get(f"/api/v1/cohorts/{stage.cohort.id}/rounds")).json()["items"]
    async with unit_of_work(stage.platform.sessions) as db:
        await supersede(db, newest[0]["id"])
    made = await introduced(stage, per_researcher=2)
    await says(stage.people["Grace"], made["Ada", "Grace"], "rather_not")

    final = await open_and_solve(stage, stage.platform)

    pairs = await pairs_of(stage, final["run"])
    assert names(pairs) == {("Ada", "Robin"), ("Ben", "Grace")}
    assert all("talk" not in one["reason"] and "not" not in one["reason"] for one in pairs)


async def supersede(db: Any, round_id: str) -> None:
    its = update(Round).where(Round.id == UUID(round_id))
    await db.execute(its.values(state=RoundState.SUPERSEDED))


async def test_a_yes_of_both_raises_the_score_and_the_more_so_the_gladder(stage: Stage) -> None:
    made = await introduced(stage, per_researcher=2)
    talk, scores = made["Ada", "Grace"], []

    for hers, theirs in (
        ("could_work", None),
        ("gladly", None),
        ("gladly", "could_work"),
        ("gladly", "gladly"),
    ):
        await says(stage.people["Ada"], talk, hers)
        if theirs:
            await says(stage.people["Grace"], talk, theirs)
        run = (await open_and_solve(stage, stage.platform))["run"]
        (pair,) = [one for one in await pairs_of(stage, run) if one["researcher"] == "Ada Example"]
        (wishes,) = [one["score"] for one in pair["factors"] if one["name"] == "wishes"]
        scores.append((pair["score"], wishes))

    assert [wishes for _, wishes in scores] == [0.625, 0.75, 0.875, 1.0]
    assert [score for score, _ in scores] == sorted({score for score, _ in scores})


async def test_after_the_pairs_are_published_an_answer_comes_too_late(stage: Stage) -> None:
    made = await introduced(stage, per_researcher=2)
    await publish(stage, await open_and_solve(stage, stage.platform))

    late = await says(stage.people["Ada"], made["Ada", "Grace"], "gladly")
    off = await stage.people["Ada"].post(
        f"/api/v1/introductions/{made['Ada', 'Grace']}/cancellation"
    )

    assert (late.status_code, late.json()["code"]) == (409, "introduction_over")
    assert off.status_code == 409
    assert "Over: the pairs are published" in words(await stage.people["Ada"].get("/introductions"))


async def test_a_talk_that_is_called_off_is_told_to_the_other_one_and_marks_nobody_down(
    stage: Stage, platform: Platform
) -> None:
    made = await introduced(stage, per_researcher=2)
    talk = made["Ada", "Grace"]
    await platform.run_jobs()

    for _ in range(2):
        off = await stage.people["Grace"].post(f"/api/v1/introductions/{talk}/cancellation")
        assert (off.status_code, off.json()["state"]) == (200, "cancelled")
    await platform.run_jobs()

    async with platform.sessions() as db:
        told = select(MailboxMessage.to).where(MailboxMessage.subject.contains("is called off"))
        assert (await db.scalars(told)).all() == [stage.people["Ada"].person.email]
    refused = await says(stage.people["Ada"], talk, "gladly")
    assert (refused.status_code, refused.json()["code"]) == (409, "introduction_over")
    run = (await open_and_solve(stage, platform))["run"]
    assert ("Ada", "Grace") in names(await pairs_of(stage, run))


async def test_while_a_round_is_open_there_is_no_other_kind(stage: Stage) -> None:
    cohort = f"/api/v1/cohorts/{stage.cohort.id}"
    await open_and_solve(stage, stage.platform)
    none = await stage.olga.post(f"{cohort}/introduction_rounds", json={"per_researcher": 2})
    too_many = await stage.olga.post(f"{cohort}/introduction_rounds", json={"per_researcher": 6})
    assert (none.status_code, none.json()["code"]) == (409, "round_is_open")
    assert (too_many.status_code, too_many.json()["errors"][0]["field"]) == (422, "per_researcher")
    (open_one,) = (await stage.olga.get(f"{cohort}/rounds")).json()["items"]
    await publish(stage, open_one)

    await solved(stage, per_researcher=1)
    other = await stage.olga.post(f"{cohort}/rounds")
    assert (other.status_code, other.json()["code"]) == (409, "round_is_open")


async def test_nobody_is_introduced_twice_nor_to_someone_who_has_left(
    stage: Stage, platform: Platform
) -> None:
    await introduced(stage, per_researcher=1)
    second = await solved(stage, per_researcher=2)
    found = names(await pairs_of(stage, second["run"]))
    assert found == {("Ada", "Robin"), ("Ben", "Grace")}
    async with unit_of_work(platform.sessions) as db:
        gone = update(Enrolment).where(Enrolment.id == stage.ben.id)
        await db.execute(gone.values(state=EnrolmentState.WITHDRAWN))

    await publish(stage, second)

    made = names(await in_cohort(stage))
    assert made == {("Ada", "Grace"), ("Ada", "Robin"), ("Ben", "Robin")}
    (left,) = [one for one in await in_cohort(stage) if one["researcher"] == "Ben Example"]
    assert left["state"] == "cancelled"


async def test_the_page_asks_for_an_answer_and_keeps_it(stage: Stage) -> None:
    made = await introduced(stage, per_researcher=1)
    ada, talk = stage.people["Ada"], made["Ada", "Grace"]

    empty = await ada.post(f"/introductions/{talk}/answer", data={"note": "Hm."})
    sent = await ada.post(f"/introductions/{talk}/answer", data={"answer": "gladly", "note": "!"})

    assert "You are introduced to 1 person" in words(await stage.people["Grace"].get("/"))
    assert "You are introduced" not in words(await ada.get("/"))
    assert empty.status_code == 422
    assert 'value="Hm."' in empty.text
    assert sent.status_code == 303
    page = await ada.get("/introductions")
    assert "You have answered" in words(page)
    assert page.text.count(" checked") == 1
    opened = await stage.olga.post("/cohorts/spring/introductions", data={"per_researcher": "0"})
    assert opened.status_code == 422
    opened = await stage.olga.post(
        "/cohorts/spring/introductions", data={"per_researcher": "1", "per_mentor": ""}
    )
    assert opened.status_code == 303
    await keep_runs(stage.platform)
    assert "round of introductions" in words(await stage.olga.get(opened.headers["location"]))


async def test_pairs_that_only_meet_are_neither_locked_nor_balanced(stage: Stage) -> None:
    round_ = await solved(stage, per_researcher=2)
    run_id = round_["run"]["id"]

    locked = await stage.olga.post(
        f"/api/v1/runs/{run_id}/pin_sets", json={"kind": "lock", "reason": "They fit."}
    )
    balanced = await stage.olga.post(
        f"/api/v1/rounds/{round_['id']}/balance", json={"run_id": run_id, "placing": 1}
    )

    assert (locked.status_code, locked.json()["code"]) == (409, "cannot_pin")
    assert (balanced.status_code, balanced.json()["code"]) == (409, "look_again")


async def test_after_a_no_the_last_matching_says_who_is_next_and_not_the_introductions(
    stage: Stage,
) -> None:
    await publish(stage, await open_and_solve(stage, stage.platform))
    await publish(stage, await solved(stage, per_researcher=2))

    for who in ("Ada", "Ben"):
        (proposal,) = (await stage.people[who].get("/api/v1/proposals")).json()["items"]
        said = await stage.people[who].post(
            f"/api/v1/proposals/{proposal['id']}/refusal", json={"note": "No time."}
        )
        assert said.status_code == 200
    await keep_runs(stage.platform)

    offered = (await stage.people["Ada"].get("/api/v1/proposals")).json()["items"]
    assert [one["mentor"]["name"] for one in offered if one["state"] == "open"] == ["Robin Example"]
