"""Inviting people by mail: many at once, nobody twice, and never more seats than there are."""

import asyncio
import re
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Admission, Cohort, CohortState
from cohort.invitations import jobs
from cohort.mail import MailboxMessage
from cohort.people.models import Person
from cohort.questions.models import GivenAnswer
from tests.conftest import Cast, Platform, Someone, TurnableClock
from tests.rooms.cohort_world import PROFILE, PROFILE_FORM, applied
from tests.rooms.mentor_forms import TYPED_GRACE

NORA = PROFILE_FORM | {"name": "Nora Example"}


def invitations(cohort: Cohort) -> str:
    return f"/api/v1/cohorts/{cohort.id}/invitations"


async def invited(who: Someone, cohort: Cohort, *lines: str, **form: Any) -> list[tuple[Any, ...]]:
    asked = {"invited_as": "researcher", "lines": lines} | form
    answer = await who.post(invitations(cohort), json=asked)
    assert answer.status_code == 200, answer.text
    return [(one["email"], one["outcome"], one["reason"]) for one in answer.json()["outcomes"]]


async def listed(who: Someone, cohort: Cohort, **asked: str) -> list[dict[str, Any]]:
    answer = await who.get(invitations(cohort), params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def tokens(db: AsyncSession, address: str) -> list[str]:
    """Of the links mailed there, the newest last."""
    mails = select(MailboxMessage.text).where(MailboxMessage.to == address)
    texts = await db.scalars(mails.order_by(MailboxMessage.sent_at))
    return re.findall(r"/invitations/([\w-]+)", "\n".join(texts))


async def seats_taken(db: AsyncSession, cohort: Cohort) -> int:
    taken = await db.scalar(select(Cohort.taken).where(Cohort.id == cohort.id))
    assert taken is not None
    return taken


async def test_a_list_is_invited_once_and_each_line_says_what_came_of_it(
    olga: Someone, enter: Cast, summer: Cohort, db: AsyncSession, run_jobs: Any
) -> None:
    await applied(await enter("Ben"), summer)
    lines = [
        "Nora Example <Nora@example.org>",
        "ola@example.org",
        "nora@example.org",
        "Ben <ben@example.org>",
        "nobody at example.org",
        "Pia <pia@example..org>",
    ]
    trial = await invited(olga, summer, *lines, dry_run=True)
    await run_jobs()
    assert await listed(olga, summer) == []

    outcomes = await invited(olga, summer, *lines)
    again = await invited(olga, summer, *lines)
    await run_jobs()

    assert trial == outcomes
    assert [(one[0], one[1]) for one in outcomes] == [
        ("nora@example.org", "invited"),
        ("ola@example.org", "invited"),
        ("nora@example.org", "already"),
        ("ben@example.org", "already"),
        (None, "refused"),
        (None, "refused"),
    ]
    assert [one[2] for one in outcomes][2:4] == [
        "This address stands above.",
        "Has applied already: decide among the applications.",
    ]
    assert {one[1] for one in again} == {"already", "refused"}
    assert len(await tokens(db, "nora@example.org")) == 1
    assert [(one["email"], one["name"], one["state"]) for one in await listed(olga, summer)] == [
        ("nora@example.org", "Nora Example", "open"),
        ("ola@example.org", "", "open"),
    ]


async def test_an_answer_without_a_kept_seat_is_an_application_after_the_last_day_too(
    *,
    olga: Someone,
    anyone: AsyncClient,
    summer: Cohort,
    db: AsyncSession,
    run_jobs: Any,
    clock: Any,
) -> None:
    await invited(olga, summer, "Nora <nora@example.org>")
    await run_jobs()
    [token] = await tokens(db, "nora@example.org")
    clock.turn(days=11)

    shown = await anyone.get(f"/invitations/{token}")
    assert 'value="Nora"' in shown.text
    assert (await listed(olga, summer))[0]["opened_at"] is not None
    wrong = await anyone.post(f"/invitations/{token}", data=NORA | {"stage": ""})
    assert wrong.status_code == 422
    answered = await anyone.post(f"/invitations/{token}", data=NORA)
    again = await anyone.post(f"/invitations/{token}", data=NORA)

    assert answered.headers["location"].startswith("/password/")
    assert (again.status_code, "does not work any more" in again.text) == (409, True)
    assert (await listed(olga, summer, state="answered"))[0]["email"] == "nora@example.org"
    applications = (await olga.get(f"/api/v1/cohorts/{summer.id}/applications")).json()["items"]
    assert [(one["person"]["name"], one["state"]) for one in applications] == [
        ("Nora Example", "applied")
    ]
    verified = select(Person.verified_at).where(Person.email == "nora@example.org")
    assert await db.scalar(verified) is not None


async def test_the_invited_choose_a_password_once_and_are_signed_in_with_it(
    *,
    olga: Someone,
    enter: Cast,
    anyone: AsyncClient,
    summer: Cohort,
    db: AsyncSession,
    run_jobs: Any,
) -> None:
    ben = await enter("Ben")
    await invited(olga, summer, "nora@example.org", admits=True)
    await run_jobs()
    [token] = await tokens(db, "nora@example.org")
    anyone.cookies.set("cohort_login", "planted-by-a-stranger")
    answered = await anyone.post(f"/invitations/{token}", data=NORA)
    page, chosen = answered.headers["location"], {"password": "four calm herons wading"}

    weak = await anyone.post(page, data={"password": "nora"})
    assert (weak.status_code, (await anyone.get("/api/v1/me")).status_code) == (422, 401)
    guessed = await ben.post("/password/guessed-by-a-stranger", data=chosen)
    first = await anyone.post(page, data=chosen)
    week = await anyone.get("/week", follow_redirects=True)
    second = await anyone.post(page, data=chosen)
    of_another = await ben.post(page, data=chosen)

    assert (first.status_code, first.headers["location"]) == (303, "/week")
    assert first.cookies["cohort_login"] != "planted-by-a-stranger"
    assert [one.status_code for one in (guessed, second, of_another)] == [409] * 3
    assert not any("cohort_login" in one.cookies for one in (guessed, second, of_another))
    assert (await anyone.get("/api/v1/me")).json()["email"] == "nora@example.org"
    assert (await ben.get("/api/v1/me")).json()["email"] == "ben@example.org"
    assert "you are signed in" in week.text
    logins = (await anyone.get("/api/v1/logins")).json()["items"]
    assert len(logins) == 1


async def test_seats_are_kept_until_somebody_answers_declines_or_the_link_ends(
    *,
    olga: Someone,
    anyone: AsyncClient,
    summer: Cohort,
    db: AsyncSession,
    platform: Platform,
) -> None:
    people = ["a@example.org", "b@example.org", "c@example.org"]
    outcomes = await invited(olga, summer, *people, admits=True)
    await platform.run_jobs()
    assert [one[1] for one in outcomes] == ["invited", "invited", "refused"]
    assert outcomes[2][2] == "No seat is free to be kept for this person."
    assert await seats_taken(db, summer) == 2

    [token_a], [token_b] = await tokens(db, people[0]), await tokens(db, people[1])
    assert (await anyone.post(f"/invitations/{token_a}", data=NORA)).status_code == 303
    assert await seats_taken(db, summer) == 2
    for _ in range(2):  # a second click finds it declined
        declined = await anyone.post(f"/invitations/{token_b}/refusal")
        assert declined.headers["location"] == "/invitations/declined"
        assert await seats_taken(db, summer) == 1
    assert (await anyone.post(f"/invitations/{token_a}/refusal")).status_code == 409
    assert (await invited(olga, summer, people[1]))[0][1:] == (
        "refused",
        "This person declined. Send it again from the list if you were asked to.",
    )

    await invited(olga, summer, people[2], admits=True, days=1)
    assert await seats_taken(db, summer) == 2
    platform.clock.turn(days=1)
    for _ in range(2):
        await jobs.expire(platform.runner.cron)
    assert await seats_taken(db, summer) == 1
    states = {one["email"][0]: one["state"] for one in await listed(olga, summer)}
    assert states == {"a": "answered", "b": "declined", "c": "expired"}
    assert (await invited(olga, summer, people[2], admits=True))[0][1] == "invited"


async def test_an_invitation_is_sent_again_and_taken_back(
    *,
    olga: Someone,
    anyone: AsyncClient,
    summer: Cohort,
    db: AsyncSession,
    run_jobs: Any,
    clock: TurnableClock,
) -> None:
    await invited(olga, summer, "nora@example.org", admits=True)
    await run_jobs()
    clock.turn(minutes=1)  # mails of one moment have no order
    [invitation] = await listed(olga, summer)
    address = f"/api/v1/invitations/{invitation['id']}"
    assert (await olga.post(f"{address}/mails")).status_code == 202
    await run_jobs()
    old, new = await tokens(db, "nora@example.org")
    assert (await anyone.get(f"/invitations/{old}")).status_code == 409
    assert (await anyone.get(f"/invitations/{new}")).status_code == 200

    for _ in range(2):
        revoked = await olga.post(f"{address}/revocation")
        assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    assert await seats_taken(db, summer) == 0
    assert (await anyone.get(f"/invitations/{new}")).status_code == 409
    await olga.post(f"/invitations/{invitation['id']}/mails")
    assert await seats_taken(db, summer) == 1
    await run_jobs()
    newest = (await tokens(db, "nora@example.org"))[-1]
    await anyone.post(f"/invitations/{newest}", data=NORA)
    for act in ("mails", "revocation"):
        refused = await olga.post(f"{address}/{act}")
        assert (refused.status_code, refused.json()["code"]) == (409, "invitation_answered")


@pytest.mark.parametrize(("admits", "state"), [(True, "approved"), (False, "pending")])
async def test_an_invited_mentor_signs_up(
    *,
    olga: Someone,
    anyone: AsyncClient,
    cohort: Cohort,
    db: AsyncSession,
    run_jobs: Any,
    admits: bool,
    state: str,
) -> None:
    await invited(olga, cohort, "grace@example.org", invited_as="mentor", admits=admits)
    await run_jobs()
    [token] = await tokens(db, "grace@example.org")
    refused = await anyone.post(f"/invitations/{token}", data=TYPED_GRACE | {"consent": ""})
    answered = await anyone.post(f"/invitations/{token}", data=TYPED_GRACE)

    assert (refused.status_code, answered.status_code) == (422, 303)
    [grace] = (await olga.get(f"/api/v1/cohorts/{cohort.id}/mentors")).json()["items"]
    assert (grace["name"], grace["state"], grace["is_confirmed"]) == ("Grace Example", state, True)
    again = await invited(olga, cohort, "grace@example.org", invited_as="mentor")
    assert again[0][1] == "already"


async def test_two_who_invite_and_many_who_enrol_at_once_never_oversell(
    olga: Someone, enter: Cast, summer: Cohort, db: AsyncSession
) -> None:
    """Three seats, three asked for by each list and three people who take one themselves."""
    await db.execute(update(Cohort).values(seats=3, admission=Admission.FIRST_COME))
    await db.commit()
    people = [await enter(name) for name in ("Ada", "Ben", "Cleo")]
    lists = [[f"{letter}{n}@example.org" for n in range(3)] for letter in "xy"]
    seats = f"/api/v1/cohorts/{summer.id}/enrolments"
    await asyncio.gather(
        *(
            olga.post(
                invitations(summer),
                json={
                    "invited_as": "researcher",
                    "lines": lines_,
                    "admits": True,
                },
            )
            for lines_ in lists
        ),
        *(one.post(seats, json=PROFILE) for one in people),
    )
    kept = len(await listed(olga, summer))
    enrolled = len((await olga.get(seats)).json()["items"])
    assert kept + enrolled == 3
    assert await seats_taken(db, summer) == 3


async def test_two_who_answer_one_invitation_at_once_count_once(
    *, olga: Someone, anyone: AsyncClient, summer: Cohort, db: AsyncSession, run_jobs: Any
) -> None:
    await invited(olga, summer, "nora@example.org", admits=True)
    await run_jobs()
    [token] = await tokens(db, "nora@example.org")
    answers = await asyncio.gather(
        anyone.post(f"/invitations/{token}", data=NORA),
        anyone.post(f"/invitations/{token}", data=NORA),
        anyone.post(f"/invitations/{token}/refusal"),
    )
    assert sorted(one.status_code for one in answers) == [303, 409, 409]
    count = (await olga.get(f"/api/v1/cohorts/{summer.id}/enrolments")).json()["items"]
    assert await seats_taken(db, summer) == len(count)


async def test_an_organiser_pastes_a_list_into_the_page(
    olga: Someone, summer: Cohort, db: AsyncSession
) -> None:
    page = "/cohorts/summer/invitations"
    sent = {
        "invited_as": "mentor",
        "lines": "Grace <grace@example.org>, Max <max@example.org>\r\nx",
    }
    trial = await olga.post(page, data=sent | {"dry_run": "true"})
    assert "Nothing is sent yet" in trial.text
    assert "Write one address on each line" in trial.text
    assert await listed(olga, summer) == []
    done = await olga.post(page, data=sent)
    assert done.status_code == 303
    assert {one["email"] for one in await listed(olga, summer)} == {
        "grace@example.org",
        "max@example.org",
    }
    assert "Grace" in (await olga.get(page)).text
    nobody = await olga.post(page, data={"invited_as": "mentor", "lines": " "})
    assert nobody.status_code == 422


async def test_nobody_is_invited_to_what_is_over_or_to_a_site_that_is_not_named(
    olga: Someone, summer: Cohort, db: AsyncSession
) -> None:
    asked = {"invited_as": "mentor", "lines": ["grace@example.org"]}
    elsewhere = asked | {"page_url": "https://elsewhere.example/join"}
    refused = await olga.post(invitations(summer), json=elsewhere)
    assert refused.json()["errors"][0]["field"] == "page_url"
    await db.execute(update(Cohort).values(state=CohortState.COMPLETED))
    await db.commit()
    over = await olga.post(invitations(summer), json=asked)
    assert (over.status_code, over.json()["code"]) == (409, "not_joinable")
    assert await db.scalar(select(func.count()).select_from(MailboxMessage)) == 0


SITE = "https://www.example.org"
FROM_SITE = {"origin": SITE, "sec-fetch-site": "cross-site"}


@pytest.mark.parametrize(
    ("side", "answer"),
    [("researcher", PROFILE | {"name": "Nora"}), ("mentor", None)],
    ids=["researcher", "mentor"],
)
async def test_an_invitation_is_answered_on_a_page_of_a_named_site(
    *,
    olga: Someone,
    anyone: AsyncClient,
    summer: Cohort,
    db: AsyncSession,
    run_jobs: Any,
    side: str,
    answer: dict[str, Any] | None,
) -> None:
    answer = answer or TYPED_GRACE | {"capacity": 2, "consent": True}
    await db.execute(update(Cohort).values(allowed_origins=[SITE]))
    await db.commit()
    place = {"invited_as": side, "page_url": f"{SITE}/join?from=mail"}
    await invited(olga, summer, "Nora <nora@example.org>", **place)
    await run_jobs()
    mail = await db.scalar(select(MailboxMessage.text))
    [token] = re.findall(r"https://www.example.org/join\?from=mail&invitation=([\w-]+)", mail or "")

    address = f"/api/v1/forms/invitation/{token}"
    form = await anyone.get(address, params={"language": "de"}, headers=FROM_SITE)
    schema = form.json()
    assert form.headers["cache-control"] == "no-store"
    assert "email" not in schema["properties"]
    assert (schema["properties"]["name"]["default"], schema["x-challenge"]) == ("Nora", None)
    assert set(schema["required"]) <= set(answer) <= set(schema["properties"])
    stranger = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    other = "mentor" if side == "researcher" else "researcher"
    for path, headers, status in (
        (f"{address}/{side}", stranger, 403),
        (f"{address}/{other}", FROM_SITE, 422),
        (f"{address}x/{side}", FROM_SITE, 403),
        (f"{address}/{side}", FROM_SITE, 202),
        (f"{address}/{side}", FROM_SITE, 409),
    ):
        sent = await anyone.post(path, json=answer, headers=headers)
        assert sent.status_code == status, (path, sent.text)
    assert [one["state"] for one in await listed(olga, summer)] == ["answered"]
    await run_jobs()
    mails = select(MailboxMessage.text).where(MailboxMessage.to == "nora@example.org")
    assert "/password/" in "".join(await db.scalars(mails))


@pytest.mark.parametrize(("side", "form"), [("researcher", NORA), ("mentor", TYPED_GRACE)])
async def test_the_invited_answer_the_organisers_own_questions_too(
    *,
    olga: Someone,
    anyone: AsyncClient,
    summer: Cohort,
    db: AsyncSession,
    run_jobs: Any,
    side: str,
    form: dict[str, Any],
) -> None:
    words = {"asks_researchers": "Which one?", "asks_mentors": "Which one?"}
    question = {"name": "Tool", "kind": "choice", "choices": ["PyTorch", "JAX"], **words}
    address = f"/api/v1/cohorts/{summer.id}/questions"
    made = (await olga.post(address, json=question | {"required": True})).json()
    await invited(olga, summer, "nora@example.org", invited_as=side)
    await run_jobs()
    [token] = await tokens(db, "nora@example.org")

    missing = await anyone.post(f"/invitations/{token}", data=form)
    schema = (await anyone.get(f"/api/v1/forms/invitation/{token}")).json()
    kept = await anyone.post(f"/invitations/{token}", data=form | {f"answer-{made['id']}": "JAX"})

    assert (missing.status_code, "Which one? This is needed." in missing.text) == (422, True)
    assert schema["properties"]["answers"]["required"] == ["Tool"]
    assert kept.status_code == 303
    assert await db.scalar(select(GivenAnswer.value)) == "JAX"
