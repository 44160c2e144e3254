"""What the two of a proposal may know of the proof of their round, and what they may not."""

import hashlib

from cohort.cohorts.models import Organiser
from cohort.db import unit_of_work
from tests.conftest import MONDAY, Cast, Platform
from tests.rooms.matching_world import open_and_solve, set_the_stage, words


async def test_the_two_read_that_it_is_proved_and_a_seal_that_fits_and_no_figure(
    platform: Platform, enter: Cast
) -> None:
    stage = await set_the_stage(platform, enter)
    round_ = await open_and_solve(stage, platform)
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    ada, grace = stage.people["Ada"], stage.people["Grace"]
    [proposal] = (await ada.get("/api/v1/proposals")).json()["items"]
    address = f"/proposals/{proposal['id']}/verdict"

    hers, theirs = [(await one.get(f"/api/v1{address}")).json() for one in (ada, grace)]

    assert hers == theirs
    assert (hers["how"], hers["proved"]) == ("round", True)
    proof = f"/api/v1/runs/{round_['run']['id']}"
    certificate = (await stage.olga.get(f"{proof}/certificate")).json()
    evidence = (await stage.olga.get(f"{proof}/evidence")).content
    sealed = hashlib.sha256(certificate["seal_salt"].encode() + evidence).hexdigest()
    assert hers["seal"] == certificate["seal"] == sealed
    page = await ada.get(address)
    assert sealed in page.text
    assert "No other way to match the people of this round" in words(page)
    for figure in (certificate["total"], certificate["bound"], certificate["seal_salt"]):
        assert str(figure) not in page.text + str(hers)
    assert f'href="{address}"' in (await ada.get(f"/proposals/{proposal['id']}")).text
    assert (await stage.people["Ben"].get(f"/api/v1{address}")).status_code == 404

    async with unit_of_work(platform.sessions) as db:
        hers_too = Organiser(cohort_id=stage.cohort.id, person_id=ada.person.id, since=MONDAY)
        db.add(hers_too)
    assert (await ada.get(f"{proof}/certificate")).json()["seal_salt"] is None
