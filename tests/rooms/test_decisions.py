"""Scores, blind until enough are in; decisions on many; seats that are never given twice."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications.models import Application, ApplicationState
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState, Organiser
from cohort.guides.models import Guide
from cohort.mail import MailboxMessage
from cohort.people.models import Act
from tests.conftest import MONDAY, Cast, Someone
from tests.rooms.cohort_world import PROFILE, applied
from tests.world import a_cohort

TEN = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo", "Iris", "Jon"]


@pytest.fixture
async def spring(db: AsyncSession, olga: Someone, summer: Cohort) -> Cohort:
    """Another cohort of Olga's, which starts on the same day."""
    guide = await db.get_one(Guide, summer.guide_id)
    spring = await a_cohort(db, guide, olga.person, now=MONDAY)
    await db.commit()
    return spring


@pytest.fixture
async def otto(enter: Cast, db: AsyncSession, summer: Cohort) -> Someone:
    """Runs the summer with Olga."""
    otto = await enter("Otto")
    db.add(Organiser(cohort_id=summer.id, person_id=otto.person.id, since=MONDAY))
    await db.commit()
    return otto


async def decided(who: Someone, cohort: Cohort, *ids: str, **form: Any) -> list[dict[str, Any]]:
    answer = await who.post(
        f"/api/v1/cohorts/{cohort.id}/decisions", json={"application_ids": ids, **form}
    )
    assert answer.status_code == 200, answer.text
    outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
    return outcomes


async def states_of(db: AsyncSession, cohort: Cohort) -> list[str]:
    found = select(Application.state).where(Application.cohort_id == cohort.id)
    return [state.value for state in await db.scalars(found.order_by(Application.created_at))]


async def seats_are_right(db: AsyncSession, cohort: Cohort) -> int:
    """As many seats are counted as are taken, and never more than there are."""
    active = select(func.count()).where(
        Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE
    )
    taken, seats = (
        await db.execute(select(Cohort.taken, Cohort.seats).where(Cohort.id == cohort.id))
    ).one()
    assert await db.scalar(active) == taken
    assert taken <= seats
    return int(taken)


async def everyone_applied(enter: Cast, cohort: Cohort, clock: Any, *names: str) -> dict[str, str]:
    ids = {}
    for name in names:
        ids[name] = (await applied(await enter(name), cohort))["id"]
        clock.turn(seconds=1)
    return ids


async def test_nobody_sees_a_score_before_enough_are_in(
    enter: Cast, olga: Someone, otto: Someone, summer: Cohort
) -> None:
    application = await applied(await enter("Ada"), summer)
    review = f"/api/v1/applications/{application['id']}/review"
    listing = f"/api/v1/cohorts/{summer.id}/applications"

    await olga.put(review, json={"score": 2, "note": "Hm."})
    await olga.put(review, json={"score": 4, "note": "Read again."})
    for_otto = (await otto.get(f"{review}s")).json()["items"]
    [before] = (await otto.get(listing)).json()["items"]
    await otto.put(review, json={"score": 5})
    late = await olga.put(review, json={"score": 1})
    repeated = await olga.put(review, json={"score": 4, "note": "Read again."})
    for_both = [(await one.get(f"{review}s")).json()["items"] for one in (olga, otto)]
    [after] = (await otto.get(listing)).json()["items"]

    assert for_otto == []
    assert (before["reviews"], before["mean"]) == (1, None)
    assert (late.status_code, late.json()["code"]) == (409, "reviews_revealed")
    assert repeated.status_code == 200
    assert for_both[0] == for_both[1]
    assert sorted(one["score"] for one in for_both[0]) == [4, 5]
    assert (after["reviews"], after["mean"]) == (2, 4.5)


async def test_two_who_score_at_once_do_not_read_each_other_first(
    enter: Cast, olga: Someone, otto: Someone, summer: Cohort
) -> None:
    """Once both are in, neither can change hers: whichever way the four requests fall."""
    application = await applied(await enter("Ada"), summer)
    review = f"/api/v1/applications/{application['id']}/review"
    sent = [(olga, 1), (otto, 2), (olga, 3), (otto, 4)]

    answers = await asyncio.gather(*(who.put(review, json={"score": n}) for who, n in sent))
    shown = (await olga.get(f"{review}s")).json()["items"]
    more = await olga.put(review, json={"score": 5})

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len(shown) == 2
    assert more.status_code == 409


@pytest.mark.parametrize("score", [0, 6, "4", None, 3.5])
async def test_a_score_is_a_whole_number_from_one_to_five(
    enter: Cast, olga: Someone, summer: Cohort, score: Any
) -> None:
    application = await applied(await enter("Ada"), summer)
    address = f"/api/v1/applications/{application['id']}/review"
    refused = await olga.put(address, json={"score": score})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "score"


async def test_nobody_scores_or_decides_her_own(olga: Someone, summer: Cohort) -> None:
    application = await applied(olga, summer)
    address = f"/api/v1/applications/{application['id']}/review"
    assert (await olga.put(address, json={"score": 5})).status_code == 403
    [outcome] = await decided(olga, summer, application["id"], decision="accept")
    assert outcome["after"] == "applied"
    assert outcome["refusal"] == "Nobody decides on an application of her own."


async def test_the_best_mean_comes_first_page_by_page(
    enter: Cast, olga: Someone, otto: Someone, summer: Cohort, clock: Any
) -> None:
    ids = await everyone_applied(enter, summer, clock, *TEN[:6])
    scores = {"Ada": (3, 3), "Ben": (5, 4), "Cleo": (5, None), "Dan": (1, 2), "Eva": (4, 5)}
    for name, given in scores.items():
        for who, score in zip((olga, otto), given, strict=True):
            if score is not None:
                await who.put(f"/api/v1/applications/{ids[name]}/review", json={"score": score})

    address, cursor, names = f"/api/v1/cohorts/{summer.id}/applications", None, []
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        part = (await olga.get(address, params=params)).json()
        names += [one["person"]["name"].split()[0] for one in part["items"]]
        cursor = part["next"]
        if cursor is None:
            break

    assert names == ["Ben", "Eva", "Ada", "Dan", "Cleo", "Finn"]


async def test_a_listing_takes_as_many_statements_for_many_as_for_one(
    enter: Cast, olga: Someone, summer: Cohort, clock: Any, count_statements: Any
) -> None:
    counts = []
    for names in (TEN[:1], TEN[1:6]):
        await everyone_applied(enter, summer, clock, *names)
        async with count_statements() as statements:
            await olga.get(f"/api/v1/cohorts/{summer.id}/applications")
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_an_accepted_one_gets_a_seat_a_plan_and_a_mail(
    enter: Cast, olga: Someone, summer: Cohort, db: AsyncSession, run_jobs: Any
) -> None:
    ada = await enter("Ada")
    application = await applied(ada, summer)

    await decided(olga, summer, application["id"], decision="accept")
    again = await decided(olga, summer, application["id"], decision="accept")
    await run_jobs()

    assert again[0]["before"] == again[0]["after"] == "accepted"
    [enrolment] = (await ada.get("/api/v1/enrolments")).json()["items"]
    assert {name: enrolment[name] for name in PROFILE} == PROFILE
    assert await seats_are_right(db, summer) == 1
    subjects = list(await db.scalars(select(MailboxMessage.subject)))
    assert sorted(subjects) == ["You have a seat in Summer", "You have applied to Summer"]
    verbs = list(await db.scalars(select(Act.verb).where(Act.verb.like("application%"))))
    assert verbs == ["application.accept"]


async def test_a_dry_run_says_the_same_and_keeps_nothing(
    enter: Cast, olga: Someone, summer: Cohort, db: AsyncSession, clock: Any, run_jobs: Any
) -> None:
    ids = await everyone_applied(enter, summer, clock, "Ada", "Ben", "Cleo")
    await run_jobs()
    mails = await db.scalar(select(func.count()).select_from(MailboxMessage))

    tried = await decided(olga, summer, *ids.values(), decision="accept", dry_run=True)
    await run_jobs()
    assert await states_of(db, summer) == ["applied"] * 3
    assert await seats_are_right(db, summer) == 0
    assert await db.scalar(select(func.count()).select_from(MailboxMessage)) == mails
    done = await decided(olga, summer, *ids.values(), decision="accept")

    assert tried == done
    assert [one["after"] for one in done] == ["accepted", "accepted", "applied"]
    assert "Every seat is taken" in done[2]["refusal"]
    assert await seats_are_right(db, summer) == 2


async def test_the_waitlist_moves_up_when_a_seat_is_given_back(
    enter: Cast, olga: Someone, summer: Cohort, db: AsyncSession, clock: Any, run_jobs: Any
) -> None:
    ids = await everyone_applied(enter, summer, clock, *TEN[:5])
    await decided(olga, summer, ids["Ada"], ids["Ben"], decision="accept")
    # In the order of the request, not of the applications.
    await decided(olga, summer, ids["Eva"], ids["Cleo"], ids["Dan"], decision="waitlist")
    await run_jobs()
    assert await states_of(db, summer) == ["accepted", "accepted", *["waitlisted"] * 3]

    await withdraw(db, summer, ids["Ada"], enter)
    await run_jobs()

    assert await states_of(db, summer) == [
        "withdrawn",
        "accepted",
        "waitlisted",
        "waitlisted",
        "accepted",
    ]
    assert await seats_are_right(db, summer) == 2
    mails = select(MailboxMessage.subject).where(MailboxMessage.to == "eva@example.org")
    assert set(await db.scalars(mails)) == {
        "You have applied to Summer",
        "You are on the waitlist of Summer",
        "You have a seat in Summer",
    }


async def withdraw(db: AsyncSession, cohort: Cohort, application_id: str, enter: Cast) -> None:
    """By an organiser, on the enrolment: as if its owner had left."""
    of_it = select(Application.person_id).where(Application.id == application_id)
    enrolment = select(Enrolment.id).where(
        Enrolment.cohort_id == cohort.id, Enrolment.person_id == of_it.scalar_subquery()
    )
    amy = await enter("Amy", admin=True)
    answer = await amy.post(f"/api/v1/enrolments/{await db.scalar(enrolment)}/withdrawal")
    assert answer.status_code == 200


async def test_more_seats_go_to_the_waitlist_and_no_further(
    enter: Cast, olga: Someone, summer: Cohort, db: AsyncSession, clock: Any, run_jobs: Any
) -> None:
    ids = await everyone_applied(enter, summer, clock, *TEN[:6])
    await decided(olga, summer, *list(ids.values())[:2], decision="accept")
    await decided(olga, summer, *list(ids.values())[2:5], decision="waitlist")
    version = (await olga.get(f"/api/v1/cohorts/{summer.id}")).headers["etag"]

    more = await olga.patch(
        f"/api/v1/cohorts/{summer.id}", json={"seats": 4}, headers={"If-Match": version}
    )
    await run_jobs()

    assert more.status_code == 200
    assert await states_of(db, summer) == [*["accepted"] * 4, "waitlisted", "applied"]
    assert await seats_are_right(db, summer) == 4


async def test_an_accepted_one_who_withdraws_gives_the_seat_to_the_next(
    enter: Cast, olga: Someone, summer: Cohort, db: AsyncSession, run_jobs: Any
) -> None:
    await db.execute(update(Cohort).values(seats=1))
    await db.commit()
    ada, ben = await enter("Ada"), await enter("Ben")
    first, second = [await applied(one, summer) for one in (ada, ben)]
    await decided(olga, summer, first["id"], decision="accept")
    await decided(olga, summer, second["id"], decision="waitlist")
    await run_jobs()

    for _ in range(2):
        answer = await ada.post(f"/api/v1/applications/{first['id']}/withdrawal")
        assert answer.json()["state"] == "withdrawn"
        await run_jobs()

    after = (await ben.get(f"/api/v1/applications/{second['id']}")).json()
    assert after["state"] == "accepted"
    assert await seats_are_right(db, summer) == 1


async def test_whoever_accepts_at_once_never_oversells(
    enter: Cast, olga: Someone, otto: Someone, summer: Cohort, db: AsyncSession, clock: Any
) -> None:
    ids = list((await everyone_applied(enter, summer, clock, *TEN)).values())

    await asyncio.gather(
        *(
            decided(who, summer, *ids[start : start + 3], decision="accept")
            for start in range(0, 9, 2)
            for who in (olga, otto)
        )
    )

    assert await seats_are_right(db, summer) == 2
    assert (await states_of(db, summer)).count("accepted") == 2


async def test_withdrawals_and_decisions_at_once_leave_no_seat_empty_while_someone_waits(
    *,
    enter: Cast,
    olga: Someone,
    otto: Someone,
    summer: Cohort,
    db: AsyncSession,
    clock: Any,
    run_jobs: Any,
) -> None:
    people, ids = [await enter(name) for name in TEN[:8]], []
    for one in people:
        ids.append((await applied(one, summer))["id"])
        clock.turn(seconds=1)
    await decided(olga, summer, *ids[:2], decision="accept")
    await decided(olga, summer, *ids[2:6], decision="waitlist")
    await run_jobs()

    answers = await asyncio.gather(
        *(
            one.post(f"/api/v1/applications/{its_id}/withdrawal")
            for one, its_id in zip(people[:4], ids[:4], strict=True)
        ),
        decided(olga, summer, ids[6], decision="accept"),
        decided(otto, summer, ids[7], decision="waitlist"),
        decided(otto, summer, ids[4], decision="decline"),
        run_jobs(),
    )
    await run_jobs()

    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    taken = await seats_are_right(db, summer)
    states = await states_of(db, summer)
    assert states[:4] == ["withdrawn"] * 4
    assert states.count("accepted") == taken
    assert taken == 2 or "waitlisted" not in states


async def test_declined_ones_read_the_organisers_words_and_may_still_be_accepted(
    enter: Cast, olga: Someone, summer: Cohort, db: AsyncSession, run_jobs: Any
) -> None:
    ada = await enter("Ada")
    application = await applied(ada, summer)
    await decided(olga, summer, application["id"], decision="decline", note="Too early.")
    await run_jobs()

    mail = await db.scalar(
        select(MailboxMessage.text).where(MailboxMessage.subject == "Your application to Summer")
    )
    assert mail is not None
    assert "Too early." in mail
    read = (await ada.get(f"/api/v1/applications/{application['id']}")).json()
    assert (read["state"], read["decision_note"]) == ("declined", "Too early.")
    [outcome] = await decided(olga, summer, application["id"], decision="accept")
    assert outcome["after"] == "accepted"


async def test_a_deferred_application_waits_in_the_later_cohort(
    *,
    enter: Cast,
    olga: Someone,
    summer: Cohort,
    spring: Cohort,
    db: AsyncSession,
    clock: Any,
    run_jobs: Any,
) -> None:
    ada = await enter("Ada")
    application = await applied(ada, summer)
    clock.turn(seconds=1)
    nowhere = await olga.post(
        f"/api/v1/cohorts/{summer.id}/decisions",
        json={"application_ids": [application["id"]], "decision": "defer"},
    )
    assert nowhere.json()["errors"][0]["field"] == "to_cohort_id"
    autumn = await autumn_of(db, summer, olga)
    earlier = {"decision": "defer", "to_cohort_id": str(spring.id)}
    refused = await olga.post(
        f"/api/v1/cohorts/{summer.id}/decisions",
        json={"application_ids": [application["id"]], **earlier},
    )
    assert refused.status_code == 422

    await decided(olga, summer, application["id"], decision="defer", to_cohort_id=str(autumn.id))
    await run_jobs()

    own = (await ada.get("/api/v1/applications")).json()["items"]
    assert [(one["cohort_id"], one["state"]) for one in own] == [
        (str(summer.id), "deferred"),
        (str(autumn.id), "applied"),
    ]
    assert own[1]["profile"] == PROFILE
    subjects = list(await db.scalars(select(MailboxMessage.subject)))
    assert "Your application now goes to Autumn" in subjects


async def autumn_of(db: AsyncSession, summer: Cohort, olga: Someone) -> Cohort:
    guide = await db.get_one(Guide, summer.guide_id)
    days = {"starts_on": date(2026, 9, 1), "ends_on": date(2026, 12, 1)}
    autumn = await a_cohort(
        db, guide, olga.person, now=MONDAY, slug="autumn", name="Autumn", **days
    )
    await db.commit()
    return autumn


async def test_what_is_decided_or_of_another_cohort_says_so(
    enter: Cast, olga: Someone, summer: Cohort, spring: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    application = await applied(ada, summer)
    await ada.post(f"/api/v1/applications/{application['id']}/withdrawal")
    [outcome] = await decided(olga, summer, application["id"], decision="accept")
    assert outcome["refusal"] == "This application is withdrawn."
    elsewhere = await olga.post(
        f"/api/v1/cohorts/{spring.id}/decisions",
        json={"application_ids": [application["id"]], "decision": "accept"},
    )
    assert elsewhere.json()["errors"][0]["field"] == "application_ids/0"
    assert await db.scalar(select(Application.state)) is ApplicationState.WITHDRAWN


async def test_who_listens_hears_what_was_applied_for_and_decided_but_of_no_trial(
    olga: Someone, enter: Cast, summer: Cohort, spring: Cohort
) -> None:
    ada, ben = [(await applied(await enter(name), summer))["id"] for name in ("Ada", "Ben")]
    await decided(olga, summer, ada, ben, decision="accept", dry_run=True)
    await decided(olga, summer, ada, decision="decline")
    await decided(olga, summer, ada, decision="decline")

    events = (await olga.get(f"/api/v1/cohorts/{summer.id}/events")).json()["items"]

    assert [(one["type"], one["ids"]) for one in events] == [
        ("application.received", {"application_id": ada}),
        ("application.received", {"application_id": ben}),
        ("application.decided", {"application_id": ada}),
    ]
