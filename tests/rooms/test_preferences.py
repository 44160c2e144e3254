"""What matters more to one person: within the rules, in the scores, and read by nobody else."""

import pytest

from tests.conftest import Cast, Platform
from tests.rooms.matching_world import Stage, open_and_solve, pairs_of, set_the_stage, words


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    return await set_the_stage(platform, enter)


async def test_what_matters_moves_the_score_and_its_weights(
    stage: Stage, platform: Platform
) -> None:
    ada, address = stage.people["Ada"], f"/api/v1/enrolments/{stage.ada.id}/preferences"

    async def of_ada() -> tuple[float, dict[str, float], float]:
        round_ = await open_and_solve(stage, platform)
        pairs = await pairs_of(stage, round_["run"])
        (pair,) = [one for one in pairs if one["enrolment_id"] == str(stage.ada.id)]
        weights = {one["name"]: one["weight"] for one in pair["factors"]}
        return pair["score"], weights, sum(one["score"] * one["weight"] for one in pair["factors"])

    score, usual, _ = await of_ada()
    said = await ada.put(address, json={"more": ["domain"], "less": ["skills"]})
    assert (said.status_code, said.json()["personal"]) == (200, 2.0)
    assert (await stage.olga.get(address)).json() == said.json()
    moved, weights, mean = await of_ada()
    assert moved > score
    assert weights["domain"] > usual["domain"]
    assert weights["skills"] < usual["skills"]
    assert (sum(weights.values()), mean) == (pytest.approx(1), pytest.approx(moved, abs=1e-6))


async def test_only_the_person_says_it_and_only_of_what_counts(stage: Stage) -> None:
    address = f"/api/v1/mentors/{stage.grace.id}/preferences"
    grace = stage.people["Grace"]
    assert (await stage.people["Ada"].get(address)).status_code == 404
    by_olga = await stage.olga.put(address, json={"more": [], "less": []})
    assert by_olga.status_code == 403
    unknown = await grace.put(address, json={"more": ["looks"], "less": []})
    assert unknown.json()["errors"][0]["field"] == "more/0"
    both = await grace.put(address, json={"more": ["role"], "less": ["role"]})
    assert both.status_code == 422


async def test_it_is_said_on_a_page_and_the_rules_may_switch_it_off(stage: Stage) -> None:
    grace, here = stage.people["Grace"], f"/mentoring/{stage.grace.id}/preferences"
    assert (
        await grace.post(here, data={"factor-0": "more", "factor-1": "less"})
    ).status_code == 303
    kept = (await grace.get(f"/api/v1/mentors/{stage.grace.id}/preferences")).json()
    assert (kept["more"], kept["less"]) == (kept["offered"][:1], kept["offered"][1:2])
    assert "Field More" in words(await stage.olga.get(here))

    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    read = await stage.olga.get(address)
    rules = {part: read.json()[part] for part in ("weights", "requirements", "aim")}
    rules["weights"]["personal"] = 1
    await stage.olga.post(address, json=rules, headers={"If-Match": read.headers["ETag"]})
    assert "everything counts the same" in words(await grace.get(here))
    refused = await grace.put(
        f"/api/v1/mentors/{stage.grace.id}/preferences", json={"more": ["role"], "less": []}
    )
    assert refused.status_code == 422
