"""Blocks that nobody can tell, and conflicts of interest that organisers see and may lift."""

import re
from typing import Any

from sqlalchemy import insert, select

from cohort.assignment.certificate import verify
from cohort.cohorts.models import Organiser
from cohort.db import unit_of_work
from cohort.mail import MailboxMessage
from cohort.pairing.evidence import unpack
from cohort.wishes.models import KeptApart
from tests.conftest import Cast, Platform, Someone, emptied
from tests.rooms.matching_world import (
    Stage,
    list_oneself,
    open_and_solve,
    pairs_of,
    set_the_stage,
    words,
)


def address(stage: Stage, what: str = "kept_apart") -> str:
    return f"/api/v1/cohorts/{stage.cohort.id}/{what}"


async def block(stage: Stage, who: str, email: str, **more: Any) -> dict[str, Any]:
    body = {"kind": "block", "email": email} | more
    answer = await stage.people[who].post(address(stage), json=body)
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


async def mentor_of(stage: Stage, platform: Platform) -> dict[str, str]:
    """Who is paired with whom, by the ids of enrolments and mentors."""
    round_ = await open_and_solve(stage, platform)
    return {one["enrolment_id"]: one["mentor_id"] for one in await pairs_of(stage, round_["run"])}


def email(who: Someone) -> str:
    return who.person.email


async def test_whoever_is_blocked_by_address_is_not_matched_until_it_is_taken_back(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    ada, grace, robin = str(stage.ada.id), str(stage.grace.id), str(stage.robin.id)
    assert (await mentor_of(stage, platform))[ada] == grace

    kept = await block(stage, "Grace", email(stage.people["Ada"]).upper())
    assert kept == await block(stage, "Grace", email(stage.people["Ada"]))
    assert (await mentor_of(stage, platform))[ada] == robin
    for who in ("Ada", "Olga"):
        reader = stage.people.get(who, stage.olga)
        assert (await reader.get(address(stage))).json()["items"] == []
        assert (await reader.delete(f"/api/v1/kept_apart/{kept['id']}")).status_code == 404
    gone = await stage.people["Grace"].delete(f"/api/v1/kept_apart/{kept['id']}")
    assert gone.status_code == 204
    assert (await mentor_of(stage, platform))[ada] == grace


async def test_a_block_holds_where_the_other_one_changes_her_address(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    ada = stage.people["Ada"]
    await block(stage, "Grace", email(ada))
    await ada.post("/api/v1/me/address", json={"email": "lovelace@example.org"})
    await platform.run_jobs()
    async with platform.sessions() as db:
        mail = select(MailboxMessage.text).where(MailboxMessage.to == "lovelace@example.org")
        found = re.search(r"/address/([\w-]+)", await db.scalar(mail) or "")
    assert found
    assert (await ada.post("/api/v1/addresses", json={"token": found[1]})).status_code == 200
    assert (await mentor_of(stage, platform))[str(stage.ada.id)] == str(stage.robin.id)


async def test_nobody_is_kept_apart_from_more_than_two_hundred(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    grace = stage.people["Grace"]
    first = await block(stage, "Grace", "n0@example.org")
    async with unit_of_work(platform.sessions) as db:
        said = {"cohort_id": stage.cohort.id, "by_id": grace.person.id, "kind": "block"}
        others = [f"n{k}@example.org" for k in range(1, 200)]
        rows = [said | {"email": e, "label": e, "created_at": platform.clock()} for e in others]
        await db.execute(insert(KeptApart), rows)
    assert await block(stage, "Grace", "n0@example.org") == first
    body = {"kind": "block", "email": "one.more@example.org"}
    refused = await grace.post(address(stage), json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_kept_apart")
    page = await grace.post("/cohorts/spring/kept_apart", data=body)
    assert "You are kept apart from 200 people here." in page.text


async def test_a_block_between_run_and_publication_skips_the_pair(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    round_ = await open_and_solve(stage, platform)
    await block(stage, "Ada", email(stage.people["Grace"]))
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")

    skipped = {one["enrolment_id"]: one["skipped"] for one in await pairs_of(stage, round_["run"])}
    assert skipped == {str(stage.ada.id): "The two are to be kept apart.", str(stage.ben.id): None}


async def test_the_organisers_never_read_who_blocked_whom(platform: Platform, enter: Cast) -> None:
    read = []
    for by, of in (("Ada", "Grace"), ("Grace", "Ada")):
        await emptied(platform)
        stage = await set_the_stage(platform, enter)
        await block(stage, by, email(stage.people[of]))
        round_ = await open_and_solve(stage, platform)
        (listed,) = (await stage.olga.get(address(stage, "conflicts"))).json()["items"]
        page = words(await stage.olga.get("/cohorts/spring/conflicts"))
        asked = {"enrolment_id": str(stage.ada.id), "mentor_id": str(stage.grace.id)}
        why = await stage.olga.get(f"/api/v1/runs/{round_['run']['id']}/what_if", params=asked)
        told = {name: listed[name] for name in listed if not name.endswith("_id")}
        reasons = [one["reason"] for one in await pairs_of(stage, round_["run"])]
        read.append((told, page, why.status_code, why.json().get("sentence"), sorted(reasons)))
    assert read[0] == read[1]
    assert read[0][0] == {
        "researcher": "Ada Example",
        "mentor": "Grace Example",
        "kind": "kept_apart",
        "detail": "",
        "declared_by": None,
        "may_be_lifted": False,
        "lifted_because": None,
        "lifted_at": None,
    }
    lift = f"{address(stage, 'conflicts')}/{stage.ada.id}/{stage.grace.id}"
    refused = await stage.olga.put(lift, json={"lifted_because": "I would like to."})
    assert refused.json()["code"] == "no_conflict"


async def test_an_organiser_never_reads_that_somebody_keeps_apart_from_her(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    ada = stage.people["Ada"]
    async with unit_of_work(platform.sessions) as db:
        db.add(
            Organiser(cohort_id=stage.cohort.id, person_id=ada.person.id, since=platform.clock())
        )
    first = await open_and_solve(stage, platform)
    said = {"kind": "conflict", "email": email(stage.people["Robin"]), "note": "One paper."}
    assert (await ada.post(address(stage), json=said)).status_code == 201
    await block(stage, "Grace", email(ada))
    listed = (await ada.get(address(stage, "conflicts"))).json()["items"]
    assert [(one["mentor"], one["detail"], one["may_be_lifted"]) for one in listed] == [
        ("Robin Example", "One paper.", False)
    ]
    page = words(await ada.get("/cohorts/spring/conflicts"))
    assert "Another organiser can lift it" in page
    assert "Lift it for" not in page
    of_robin = f"{address(stage, 'conflicts')}/{stage.ada.id}/{stage.robin.id}"
    await stage.olga.put(of_robin, json={"lifted_because": "An old paper."})
    page = words(await ada.get("/cohorts/spring/conflicts"))
    assert "An old paper." in page
    assert "Rule them out again" not in page
    await stage.olga.put(of_robin, json={"lifted_because": None})
    assert len((await stage.olga.get(address(stage, "conflicts"))).json()["items"]) == 2
    for mentor in (stage.grace, stage.robin):
        lift = f"{address(stage, 'conflicts')}/{stage.ada.id}/{mentor.id}"
        refused = await ada.put(lift, json={"lifted_because": "I would like to."})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")

    second = (await open_and_solve(stage, platform))["run"]["id"]
    compared = f"/runs/{second}/compare?with={first['run']['id']}"
    matrix, both = f"/api/v1/runs/{second}/matrix", "Ada Example and Grace Example are kept apart"
    seen = []
    for reader in (ada, stage.olga):
        cells = (await reader.get(matrix)).json()["cells"]
        seen.append({why for row in cells for cell in row for why in cell["ruled_out"]})
        assert (both in words(await reader.get(compared))) is (reader is stage.olga)
    assert seen == [{"not_told"}, {"block", "conflict_of_interest"}]
    asked = {"enrolment_id": str(stage.ada.id), "mentor_id": str(stage.grace.id)}
    why = await ada.get(f"/api/v1/runs/{second}/what_if", params=asked)
    assert "apart" not in why.text


async def test_no_act_of_an_organiser_tells_her_who_keeps_apart_from_her(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    ada = stage.people["Ada"]
    async with unit_of_work(platform.sessions) as db:
        db.add(
            Organiser(cohort_id=stage.cohort.id, person_id=ada.person.id, since=platform.clock())
        )
    await block(stage, "Robin", email(ada))
    round_ = await open_and_solve(stage, platform)
    run = f"/api/v1/runs/{round_['run']['id']}"

    swap = f"{run}/swaps/{stage.ada.id}/{stage.ben.id}"
    swaps = [(await who.get(swap)).json()["detail"] for who in (ada, stage.olga)]
    assert ["they are kept apart" in one for one in swaps] == [False, True]
    assert "Ada Example and Robin Example cannot be a pair: you are one of the two" in swaps[0]
    for who, hidden in ((ada, True), (stage.olga, False)):
        kept = unpack((await who.get(f"{run}/evidence")).content)
        row = list(kept.problem.researcher_ids).index(str(stage.ada.id))
        assert verify(kept.problem, kept.solution).holds
        assert kept.problem.forbidden[row].sum() == 1
        why = {name for name, removes in kept.removed.items() if removes[row].any()}
        assert why == ({"not_told"} if hidden else {"block"})

    await block(stage, "Grace", email(ada))
    lock = {"kind": "lock", "reason": "They met.", "dry_run": True}
    refused = await ada.post(f"{run}/pin_sets", json=lock)
    untold = "one of them runs this cohort, so the reason is not told"
    assert (refused.status_code, untold in refused.json()["detail"]) == (409, True)
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    skipped = {one["enrolment_id"]: one["skipped"] for one in await pairs_of(stage, round_["run"])}
    assert "so why is not told" in skipped[str(stage.ada.id)]
    pin = {"kind": "pin", "reason": "They met.", **stage.pair(stage.ada, stage.grace)}
    await stage.olga.post(address(stage, "overrides"), json=pin)
    failed = (await open_and_solve(stage, platform))["run"]
    assert (failed["state"], untold in failed["error"]) == ("failed", True)


async def test_conflicts_are_found_declared_and_lifted_with_a_reason(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    ada, grace = stage.people["Ada"], str(stage.grace.id)
    said = {"kind": "conflict", "email": email(stage.people["Grace"]), "note": "One paper."}
    assert (await ada.post(address(stage), json=said)).status_code == 201
    shared = {"organisations": ["northwind  ROBOTICS"]}
    version = {"If-Match": (await ada.get(f"/api/v1/enrolments/{stage.ada.id}")).headers["ETag"]}
    await ada.patch(f"/api/v1/enrolments/{stage.ada.id}", json=shared, headers=version)

    found = (await stage.olga.get(address(stage, "conflicts"))).json()["items"]
    assert [(one["mentor"], one["kind"], one["detail"], one["declared_by"]) for one in found] == [
        ("Grace Example", "declared", "One paper.", "researcher"),
        ("Grace Example", "organisation", "Northwind Robotics", None),
        ("Robin Example", "organisation", "Northwind Robotics", None),
    ]
    assert str(stage.ada.id) not in await mentor_of(stage, platform)

    here = f"/cohorts/spring/conflicts/{stage.ada.id}/{grace}"
    lifted = await stage.olga.post(here, data={"lifted_because": "They never met."})
    assert lifted.status_code == 303
    assert "They never met." in (await stage.olga.get("/cohorts/spring/conflicts")).text
    assert (await mentor_of(stage, platform))[str(stage.ada.id)] == grace
    await stage.olga.post(here, data={"restore": "yes"})
    assert str(stage.ada.id) not in await mentor_of(stage, platform)


async def test_names_are_blocked_only_where_they_are_seen(platform: Platform, enter: Cast) -> None:
    stage = await set_the_stage(platform, enter)
    ada, by_id = stage.people["Ada"], {"kind": "block", "mentor_id": str(stage.grace.id)}
    refused = await ada.post(address(stage), json=by_id)
    assert refused.json()["errors"][0]["field"] == "mentor_id"

    await list_oneself(stage, "Grace")
    blocked = await ada.post("/cohorts/spring/kept_apart", data=by_id)
    assert blocked.status_code == 303
    page = (await ada.get("/cohorts/spring/kept_apart")).text
    assert "Grace Example" in page
    assert email(stage.people["Grace"]) not in page
    itself = await ada.post(address(stage), json={"kind": "block", "email": email(ada)})
    assert itself.status_code == 422
    both = await ada.post(address(stage), json=by_id | {"email": "a@example.org"})
    assert both.status_code == 422
