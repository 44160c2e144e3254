"""Leafing through those who let themselves be found, and ranking up to five of them."""

from typing import Any

from sqlalchemy import update

from cohort.db import unit_of_work
from cohort.mentors.models import Mentor, MentorState
from cohort.people.models import Person
from tests.conftest import MONDAY, Cast, Platform, Someone
from tests.rooms.matching_world import Stage, list_oneself, set_the_stage, words
from tests.world import mentoring


async def found(who: Someone, stage: Stage, others: str, **filters: str) -> list[dict[str, Any]]:
    answer = await who.get(f"/api/v1/cohorts/{stage.cohort.id}/listed_{others}", params=filters)
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def names(who: Someone, stage: Stage, others: str, **filters: str) -> list[str]:
    return [one["name"].split()[0] for one in await found(who, stage, others, **filters)]


async def test_nobody_is_found_who_has_not_said_so_and_nobody_says_it_for_another(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    ada, grace = stage.people["Ada"], stage.people["Grace"]
    assert await names(ada, stage, "mentors") == []
    assert await names(grace, stage, "researchers") == []
    address = f"/api/v1/mentors/{stage.grace.id}/listing"
    assert (await stage.olga.put(address, json={"is_listed": True})).status_code == 403

    await list_oneself(stage, "Grace", "Robin", "Ada")
    assert sorted(await names(ada, stage, "mentors")) == ["Grace", "Robin"]
    assert await names(grace, stage, "researchers") == ["Ada"]
    (card,) = await found(ada, stage, "mentors", domain="nlp")
    assert card["name"] == "Grace Example"
    assert {"email", "weekly_hours", "capacity"}.isdisjoint(card)
    assert await names(ada, stage, "mentors", role="ml-engineer", language="de") == []
    assert len(await names(ada, stage, "mentors", skill="pipelines")) == 2
    assert await names(grace, stage, "researchers", domain="robotics") == []


async def test_who_is_paused_suspended_imported_or_not_approved_is_not_found(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    people = {name: await enter(name) for name in ("Paul", "Sue", "Ivy", "Pia")}
    async with unit_of_work(platform.sessions) as db:
        states: dict[str, dict[str, Any]] = {
            "Paul": {"paused_at": MONDAY},
            "Pia": {"state": MentorState.PENDING},
        }
        for name, one in people.items():
            changes = {"is_listed": True} | states.get(name, {})
            await mentoring(db, stage.cohort, one.person, now=MONDAY, **changes)
        for name, value in {
            "Sue": {"suspended_at": MONDAY},
            "Ivy": {"is_placeholder": True, "password_hash": None, "verified_at": None},
        }.items():
            its = Person.id == people[name].person.id
            await db.execute(update(Person).where(its).values(**value))

    await list_oneself(stage, "Robin")
    assert await names(stage.people["Ada"], stage, "mentors") == ["Robin"]


async def test_reasons_stand_with_their_wishes_and_only_organisers_read_them(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    address = f"/api/v1/enrolments/{stage.ada.id}/wishes"
    two = {"mentor_ids": [str(stage.robin.id), str(stage.grace.id)]}
    ada = stage.people["Ada"]

    kept = await ada.put(address, json=two | {"reasons": ["Robots.", ""]})
    assert kept.json() == two | {"reasons": ["Robots.", ""]}
    assert (await stage.olga.get(address)).json() == kept.json()
    assert (await stage.people["Robin"].get(address)).status_code == 404
    refused = await ada.put(address, json=two | {"reasons": ["Robots."]})
    assert refused.json()["errors"][0]["field"] == "reasons"
    assert (await ada.get(address)).json() == kept.json()


async def test_a_list_is_ranked_with_buttons_alone(platform: Platform, enter: Cast) -> None:
    stage = await set_the_stage(platform, enter)
    await list_oneself(stage, "Grace", "Robin")
    ada, here = stage.people["Ada"], f"/plan/{stage.ada.id}/wishes"
    grace, robin = str(stage.grace.id), str(stage.robin.id)

    async def send(**data: Any) -> list[str]:
        assert (await ada.post(here, data=data)).status_code == 303
        answer = await ada.get(f"/api/v1/enrolments/{stage.ada.id}/wishes")
        ids: list[str] = answer.json()["mentor_ids"]
        return ids

    assert await send(act=f"add:{grace}") == [grace]
    assert await send(act=f"add:{grace}") == [grace]
    assert await send(act=f"add:{robin}") == [grace, robin]
    on_page = {"wish": [grace, robin], f"reason-{robin}": "Robots."}
    assert await send(act=f"up:{robin}", **on_page) == [robin, grace]
    assert await send(act=f"up:{robin}", **on_page | {"wish": [robin, grace]}) == [robin, grace]
    page = words(await ada.get(here))
    assert page.index("1. Robin Example") < page.index("Robots.") < page.index("2. Grace Example")
    assert await send(act=f"remove:{robin}", wish=[robin, grace]) == [grace]
    refused = await ada.post(here, data={"act": "burn:it"})
    assert (refused.status_code, "We do not know this act" in refused.text) == (422, True)


async def test_a_sixth_is_refused_with_a_sentence(platform: Platform, enter: Cast) -> None:
    stage = await set_the_stage(platform, enter)
    await stage.more(enter, researchers=0, mentors=4)
    async with platform.sessions() as db:
        mentors = [str(one) for one in await db.scalars(Mentor.__table__.select())]
    ada, here = stage.people["Ada"], f"/plan/{stage.ada.id}/wishes"
    assert len(mentors) == 6

    for one in mentors[:5]:
        await ada.post(here, data={"act": f"add:{one}"})
    refused = await ada.post(here, data={"act": f"add:{mentors[5]}"})
    assert refused.status_code == 422
    assert "You have ranked 5 already. Remove one of them first." in refused.text
    over_api = await ada.put(
        f"/api/v1/enrolments/{stage.ada.id}/wishes", json={"mentor_ids": mentors}
    )
    assert over_api.json()["errors"][0]["field"] == "mentor_ids"


async def test_who_hides_later_stays_wished_for_without_a_name(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    await list_oneself(stage, "Ada", "Grace")
    grace, here = stage.people["Grace"], f"/mentoring/{stage.grace.id}/wishes"
    await grace.post(here, data={"act": f"add:{stage.ada.id}"})
    assert "1. Ada" in words(await grace.get(here))

    hidden = await stage.people["Ada"].post(f"/plan/{stage.ada.id}/listing", data={})
    assert hidden.status_code == 303
    page = words(await grace.get(here))
    assert "Ada" not in page
    assert "Somebody who is not in the list any more" in page
    for_olga = words(await stage.olga.get(here))
    assert "Ada" in for_olga
    assert "Add to my wishes" not in for_olga
    ids = (await grace.get(f"/api/v1/mentors/{stage.grace.id}/wishes")).json()["enrolment_ids"]
    assert ids == [str(stage.ada.id)]
