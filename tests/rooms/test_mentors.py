"""Mentors: Grace signs up, Olga decides, and strangers try to."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, CohortState
from cohort.mentors import confirming
from cohort.mentors.models import Mentor, MentorState, UnconfirmedMentor
from cohort.people.models import Act, Person
from tests.conftest import MONDAY, Cast, Someone, TurnableClock
from tests.rooms.mentor_forms import GRACE, PROFILE, link_to_confirm, mails
from tests.world import a_cohort, a_guide, enrolled, mentoring

RunJobs = Callable[[], Awaitable[None]]


@pytest.fixture
def sign_up(cohort: Cohort) -> str:
    return f"/api/v1/cohorts/{cohort.id}/mentors"


async def test_grace_signs_up_without_an_account_and_confirms_by_mail(
    anyone: AsyncClient, sign_up: str, olga: Someone, db: AsyncSession, run_jobs: RunJobs
) -> None:
    """Before the link was opened, nobody has an account, and no organiser is bothered."""
    answer = await anyone.post(sign_up, json=GRACE)
    assert answer.status_code == 202
    await run_jobs()
    assert (await olga.get(sign_up)).json()["items"] == []
    assert await mails(db, "olga@example.org") == []
    assert await db.scalar(select(func.count()).where(Person.name == GRACE["name"])) == 0

    link = await link_to_confirm(db, "grace@example.org")
    assert "I was there once." in (await anyone.get(link)).text
    confirmed = await anyone.post(link)
    assert confirmed.headers["location"].startswith("/password/")
    assert (await anyone.post(link)).status_code == 409
    chosen = {"password": "a sentence that is long"}
    assert (await anyone.post(confirmed.headers["location"], data=chosen)).status_code == 303

    (listed,) = (await olga.get(sign_up)).json()["items"]
    assert (listed["state"], listed["name"]) == ("pending", "Grace Example")
    assert listed["is_confirmed"]
    await run_jobs()
    (told,) = await mails(db, "olga@example.org")
    assert f"/mentors/{listed['id']}" in told.text


async def test_signed_in_she_is_the_mentor_herself(
    enter: Cast, sign_up: str, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    answer = await ada.post(sign_up, json=PROFILE | {"email": "someone.else@example.org"})

    assert answer.status_code == 202
    assert await db.scalar(select(Mentor.person_id)) == ada.person.id


async def test_a_known_address_is_not_told_apart_and_its_owner_decides(
    anyone: AsyncClient, enter: Cast, sign_up: str, db: AsyncSession, run_jobs: RunJobs
) -> None:
    """What Eve typed for Ada is Ada's to confirm, and changes nothing of her account."""
    ada = await enter("Ada")
    new = await anyone.post(sign_up, json=GRACE)
    known = await anyone.post(sign_up, json=GRACE | {"email": "ada@example.org", "name": "Eve"})

    assert (new.status_code, new.json()) == (known.status_code, known.json())
    assert await db.scalar(select(func.count()).select_from(Mentor)) == 0
    await run_jobs()
    link = await link_to_confirm(db, "ada@example.org")
    assert (await anyone.post(link)).status_code == 303
    assert await db.scalar(select(Mentor.person_id)) == ada.person.id
    assert await db.scalar(select(Person.name).where(Person.id == ada.person.id)) == "Ada Example"


async def test_of_two_forms_that_are_both_confirmed_the_first_stands(
    anyone: AsyncClient, sign_up: str, db: AsyncSession, run_jobs: RunJobs, clock: TurnableClock
) -> None:
    for capacity in (2, 9):
        clock.turn(minutes=1)
        await anyone.post(sign_up, json=GRACE | {"capacity": capacity})
        await run_jobs()
        link = await link_to_confirm(db, "grace@example.org")
        assert (await anyone.post(link)).status_code == 303
    assert list(await db.scalars(select(Mentor.capacity))) == [2]


async def test_a_form_that_nobody_confirms_goes(
    anyone: AsyncClient, sign_up: str, db: AsyncSession, run_jobs: RunJobs, clock: TurnableClock
) -> None:
    await anyone.post(sign_up, json=GRACE)
    await run_jobs()
    link = await link_to_confirm(db, "grace@example.org")
    clock.turn(days=3)
    assert (await anyone.get(link)).status_code == 409
    assert (await anyone.post(link)).status_code == 409
    await confirming.forget_unconfirmed(db, now=clock(), after=confirming.CONFIRM_WITHIN)
    assert await db.scalar(select(func.count()).select_from(UnconfirmedMentor)) == 0


async def test_signing_up_again_while_signed_in_changes_nothing(
    enter: Cast, sign_up: str, db: AsyncSession, run_jobs: RunJobs
) -> None:
    ada = await enter("Ada")
    await ada.post(sign_up, json=PROFILE)
    assert (await ada.post(sign_up, json=PROFILE | {"capacity": 9})).status_code == 202

    assert list(await db.scalars(select(Mentor.capacity))) == [2]
    await run_jobs()
    assert len(await mails(db, "olga@example.org")) == 1


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("consent", False, "consent"),
        ("capacity", 21, "capacity"),
        ("capacity", 2**70, "capacity"),
        ("came_from", "moon", "came_from"),
        ("domains", [], "domains"),
        ("domains", ["nlp", "astrology"], "domains/1"),
        ("roles", ["nlp"], "roles/0"),
        ("skills", ["nlp"], "skills/0"),
        ("contexts", ["nlp"], "contexts/0"),
        ("languages", ["xx"], "languages/0"),
        ("time_zone", "Mars/Olympus", "time_zone"),
        ("motivation", "\x00", "motivation"),
        ("motivation", " ", "motivation"),
        ("name", None, "name"),
        ("email", "not an address", "email"),
        ("favourite_colour", "teal", "favourite_colour"),
    ],
)
async def test_what_is_wrong_is_said_at_the_field(
    *, anyone: AsyncClient, sign_up: str, db: AsyncSession, field: str, value: Any, at: str
) -> None:
    refused = await anyone.post(sign_up, json=GRACE | {field: value})

    assert refused.status_code == 422
    assert at in {error["field"] for error in refused.json()["errors"]}
    assert await db.scalar(select(Mentor.id)) is None


@pytest.mark.parametrize("state", [CohortState.DRAFT, CohortState.COMPLETED, CohortState.ARCHIVED])
async def test_only_open_and_running_cohorts_take_mentors(
    anyone: AsyncClient, cohort: Cohort, sign_up: str, db: AsyncSession, state: CohortState
) -> None:
    (await db.get_one(Cohort, cohort.id)).state = state
    await db.commit()
    assert (await anyone.post(sign_up, json=GRACE)).status_code == 404


async def test_an_api_key_needs_the_scope_to_sign_up(
    enter: Cast, sign_up: str, anyone: AsyncClient
) -> None:
    ada = await enter("Ada")
    wish = {"name": "script", "scopes": ["cohorts:read"]}
    secret = (await ada.post("/api/v1/api_keys", json=wish)).json()["secret"]
    headers = {"authorization": f"Bearer {secret}"}
    assert (await anyone.post(sign_up, json=PROFILE, headers=headers)).status_code == 403


async def test_olga_approves_once_and_grace_is_told_once(
    enter: Cast, olga: Someone, cohort: Cohort, db: AsyncSession, run_jobs: RunJobs
) -> None:
    grace = await enter("Grace")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY, state=MentorState.PENDING)
    await db.commit()

    for _ in range(2):
        approved = await olga.post(f"/api/v1/mentors/{mentor.id}/approval")
        assert (approved.status_code, approved.json()["state"]) == (200, "approved")

    await run_jobs()
    assert len(await mails(db, "grace@example.org")) == 1
    assert list(await db.scalars(select(Act.verb))) == ["mentor.approve"]
    late = await olga.post(f"/api/v1/mentors/{mentor.id}/refusal", json={"note": "Too late."})
    assert (late.status_code, late.json()["code"]) == (409, "already_approved")


async def test_olga_declines_with_a_note_and_may_think_again(
    enter: Cast, olga: Someone, cohort: Cohort, db: AsyncSession, run_jobs: RunJobs
) -> None:
    grace = await enter("Grace")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY, state=MentorState.PENDING)
    await db.commit()

    declined = await olga.post(f"/api/v1/mentors/{mentor.id}/refusal", json={"note": "Full."})
    assert declined.json()["state"] == "declined"
    await run_jobs()
    assert "Full." in (await mails(db, "grace@example.org"))[0].text
    approved = await olga.post(f"/api/v1/mentors/{mentor.id}/approval")
    assert (approved.json()["state"], approved.json()["decision_note"]) == ("approved", "")


async def test_who_may_see_and_decide(
    enter: Cast, anyone: AsyncClient, cohort: Cohort, db: AsyncSession, sign_up: str
) -> None:
    grace, eve = await enter("Grace"), await enter("Eve")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY, state=MentorState.PENDING)
    await db.commit()
    address = f"/api/v1/mentors/{mentor.id}"

    assert (await anyone.get(address)).status_code == 401
    assert (await eve.get(address)).status_code == 404
    assert (await eve.post(f"{address}/approval")).status_code == 404
    assert (await eve.post(f"{address}/pause")).status_code == 404
    assert (await eve.get(sign_up)).status_code == 403
    assert (await grace.get(address)).status_code == 200
    assert (await grace.post(f"{address}/approval")).status_code == 403
    assert (await eve.get(f"/api/v1/mentors/{uuid4()}")).status_code == 404


async def test_an_organiser_elsewhere_is_a_stranger_here(
    enter: Cast, cohort: Cohort, db: AsyncSession
) -> None:
    grace, otto = await enter("Grace"), await enter("Otto")
    guide = await a_guide(db, now=MONDAY, slug="other")
    await a_cohort(db, guide, otto.person, now=MONDAY, slug="autumn")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY, state=MentorState.PENDING)
    await db.commit()
    assert (await otto.post(f"/api/v1/mentors/{mentor.id}/approval")).status_code == 404


async def test_grace_changes_her_profile_as_she_read_it(
    enter: Cast, olga: Someone, cohort: Cohort, db: AsyncSession
) -> None:
    grace = await enter("Grace")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY)
    await db.commit()
    address = f"/api/v1/mentors/{mentor.id}"
    tag = (await grace.get(address)).headers["etag"]
    change = {"languages": ["fr"], "capacity": 3}

    assert (await grace.patch(address, json=change)).status_code == 428
    changed = await grace.patch(address, json=change, headers={"if-match": tag})
    assert (changed.json()["languages"], changed.json()["capacity"]) == (["fr"], 3)
    assert changed.json()["skills"] == ["pipelines", "monitoring"]
    stale = await grace.patch(address, json=change, headers={"if-match": tag})
    assert stale.status_code == 412
    olgas = await olga.patch(address, json=change, headers={"if-match": "*"})
    assert olgas.status_code == 403


async def test_capacity_never_goes_below_the_places_in_use(
    enter: Cast, cohort: Cohort, db: AsyncSession
) -> None:
    grace = await enter("Grace")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY, taken=2)
    await db.commit()
    refused = await grace.patch(
        f"/api/v1/mentors/{mentor.id}", json={"capacity": 1}, headers={"if-match": "*"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "capacity_below_taken")
    assert refused.json()["errors"][0]["field"] == "capacity"
    assert await db.scalar(select(Mentor.capacity)) == 2


async def test_wishes_name_researchers_of_this_cohort(
    enter: Cast, cohort: Cohort, db: AsyncSession
) -> None:
    grace, ada = await enter("Grace"), await enter("Ada")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY)
    enrolment = await enrolled(db, cohort, ada.person, now=MONDAY)
    await db.commit()
    address = f"/api/v1/mentors/{mentor.id}/wishes"

    wished = await grace.put(address, json={"enrolment_ids": [str(enrolment.id)]})
    again = await grace.put(address, json={"enrolment_ids": [str(enrolment.id)]})
    assert wished.json() == again.json()
    assert wished.json() == {"enrolment_ids": [str(enrolment.id)], "reasons": [""]}
    strange = {"enrolment_ids": [str(enrolment.id), str(uuid4())]}
    refused = await grace.put(address, json=strange)
    assert refused.json()["errors"][0]["field"] == "enrolment_ids/1"
    assert (await grace.get(address)).json() == wished.json()
    assert (await ada.put(address, json={"enrolment_ids": []})).status_code == 404


async def test_a_pause_begins_and_ends_once(
    enter: Cast, olga: Someone, cohort: Cohort, db: AsyncSession
) -> None:
    grace = await enter("Grace")
    mentor = await mentoring(db, cohort, grace.person, now=MONDAY)
    await db.commit()
    address = f"/api/v1/mentors/{mentor.id}/pause"

    for _ in range(2):
        assert (await grace.post(address)).json()["paused_at"] is not None
    for _ in range(2):
        assert (await olga.delete(address)).json()["paused_at"] is None
    assert list(await db.scalars(select(Act.verb).order_by(Act.id))) == [
        "mentor.pause",
        "mentor.resume",
    ]


async def test_the_list_is_filtered_paged_and_costs_the_same_for_more(
    *,
    enter: Cast,
    olga: Someone,
    cohort: Cohort,
    db: AsyncSession,
    sign_up: str,
    count_statements: Callable[[], Any],
) -> None:
    assert (await olga.get(sign_up)).json() == {"items": [], "next": None}
    states = [MentorState.PENDING, MentorState.APPROVED, MentorState.APPROVED]
    for name, state in zip(["Grace", "Mary", "Joan"], states, strict=True):
        await mentoring(db, cohort, (await enter(name)).person, now=MONDAY, state=state)
    await db.commit()

    approved = (await olga.get(sign_up, params={"state": "approved"})).json()["items"]
    assert {one["name"] for one in approved} == {"Mary Example", "Joan Example"}
    async with count_statements() as for_one:
        first = (await olga.get(sign_up, params={"limit": 1})).json()
    async with count_statements() as for_more:
        rest = (await olga.get(sign_up, params={"cursor": first["next"]})).json()
    assert len(first["items"]) + len(rest["items"]) == 3
    assert len(for_one) == len(for_more)
