"""Answers count in the matching as the rules compare them, and nobody reads what is not theirs."""

from typing import Any

import pytest

from tests.conftest import Cast, Platform
from tests.rooms.matching_world import (
    RULES,
    Stage,
    form_of,
    open_and_solve,
    pairs_of,
    set_the_stage,
    words,
)

BOTH = {"asks_researchers": "Which do you want?", "asks_mentors": "Which do you have?"}
FRAMEWORK = {
    "name": "Framework",
    "kind": "choice",
    "choices": ["PyTorch", "JAX"],
    "shown_to": "pair",
    **BOTH,
}
YEARS = {"name": "Years", "kind": "number", **BOTH}
REMOTE = {"name": "Remote", "kind": "yes_no", "asks_mentors": "Only from afar?"}
ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Ada": ("researcher", {"Framework": "JAX", "Years": 3}),
    "Ben": ("researcher", {"Framework": "PyTorch", "Years": 1}),
    "Grace": ("mentor", {"Framework": "PyTorch", "Years": 2}),
    "Robin": ("mentor", {"Framework": "JAX", "Years": 5}),
}
OWN = {
    "Framework": {"compare": "same", "weight": 50},
    "Years": {"compare": "at_least", "weight": 50},
}


@pytest.fixture
async def stage(platform: Platform, enter: Cast) -> Stage:
    """By fields, Ada fits Grace and Ben fits Robin; by their answers it is the other way round."""
    stage = await set_the_stage(platform, enter)
    cohort = f"/api/v1/cohorts/{stage.cohort.id}"
    for question in (FRAMEWORK, YEARS, REMOTE):
        assert (await stage.olga.post(f"{cohort}/questions", json=question)).status_code == 201
    for name, (side, answers) in ANSWERS.items():
        kept = await stage.people[name].put(f"{cohort}/answers/{side}", json={"answers": answers})
        assert kept.status_code == 200, kept.text
    return stage


async def compare(stage: Stage, own: dict[str, Any]) -> Any:
    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    read = await stage.olga.get(address)
    seen = {"if-match": read.headers["etag"]}
    rules = {"weights": {"own": own}, "requirements": {"common_ground": False}}
    return await stage.olga.post(address, json=rules, headers=seen)


def who(pairs: list[dict[str, Any]]) -> dict[str, str]:
    return {one["researcher"].split()[0]: one["mentor"].split()[0] for one in pairs}


async def test_answers_decide_who_is_paired_and_reasons_tell_only_what_may_be_told(
    stage: Stage, platform: Platform
) -> None:
    by_fields = who(await pairs_of(stage, (await open_and_solve(stage, platform))["run"]))
    assert (await compare(stage, OWN)).status_code == 201
    solved = await open_and_solve(stage, platform)
    pairs = await pairs_of(stage, solved["run"])
    assert (by_fields, who(pairs)) == (
        {"Ada": "Grace", "Ben": "Robin"},
        {"Ada": "Robin", "Ben": "Grace"},
    )
    own = {one["name"]: one["score"] for one in pairs[0]["factors"]}
    assert (own["Framework"], own["Years"]) == (1.0, 1.0)
    reason = next(one["reason"] for one in pairs if one["researcher"] == "Ada Example")
    assert "you both answered “JAX” to “Framework”" in reason
    assert "Years" not in reason

    published = await stage.olga.post(f"/api/v1/rounds/{solved['id']}/publication")
    assert published.status_code == 200, published.text
    for name in ("Ada", "Robin"):
        (proposal,) = (await stage.people[name].get("/api/v1/proposals")).json()["items"]
        named = [one["name"] for one in proposal["factors"]]
        assert ("Framework" in named, "Years" in named) == (True, False)
    page = words(await stage.people["Robin"].get("/mentoring"))
    assert "Which do you want? JAX" in page
    assert "Which do you want? 3" not in page


@pytest.mark.parametrize(
    ("own", "field", "said"),
    [
        ({"Colour": {"compare": "same"}}, "weights/own/Colour", "No question of this name"),
        ({"Remote": {"compare": "same"}}, "weights/own/Remote", "put to both sides"),
        (
            {"Framework": {"compare": "near", "width": 2}},
            "weights/own/Framework/compare",
            "compared as same or different",
        ),
    ],
)
async def test_rules_that_compare_what_cannot_be_are_refused_at_their_field(
    *, stage: Stage, own: dict[str, Any], field: str, said: str
) -> None:
    refused = await compare(stage, own)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == [field]
    assert said in refused.json()["errors"][0]["message"]
    tried = await stage.olga.post(
        f"/api/v1/cohorts/{stage.cohort.id}/rules_previews", json={"weights": {"own": own}}
    )
    assert tried.status_code == 422


async def test_olga_weighs_a_question_on_the_page_of_the_rules(stage: Stage) -> None:
    page = (await stage.olga.get(RULES)).text
    assert "Remote" not in page
    listed = (await stage.olga.get(f"/api/v1/cohorts/{stage.cohort.id}/questions")).json()
    years = next(one["id"] for one in listed if one["name"] == "Years")
    form = await form_of(stage) | {f"own-weight-{years}": "50", f"own-compare-{years}": "near"}
    wrong = await stage.olga.post(RULES, data=form)
    assert (wrong.status_code, "needs a width" in words(wrong)) == (422, True)
    form |= {f"own-width-{years}": "2.5"}
    tried = await stage.olga.post(f"{RULES}/preview", data=form)
    assert "With these rules" in words(tried)
    assert (await stage.olga.post(RULES, data=form)).status_code == 303
    kept = (await stage.olga.get(f"/api/v1/cohorts/{stage.cohort.id}/rules")).json()
    near = {"weight": 50.0, "compare": "near", "width": 2.5}
    assert kept["weights"]["own"] == {"Years": near}
    assert 'value="2.5"' in (await stage.olga.get(RULES)).text
    form = await form_of(stage) | {f"own-compare-{years}": "near", f"own-weight-{years}": "0"}
    assert (await stage.olga.post(RULES, data=form)).status_code == 303
    kept = (await stage.olga.get(f"/api/v1/cohorts/{stage.cohort.id}/rules")).json()
    assert kept["weights"]["own"] == {}


async def test_the_two_read_over_the_api_what_the_questions_allow(
    stage: Stage, platform: Platform
) -> None:
    round_ = await open_and_solve(stage, platform)
    await stage.olga.post(f"/api/v1/rounds/{round_['id']}/publication")
    ada = stage.people["Ada"]
    [proposal] = (await ada.get("/api/v1/proposals")).json()["items"]
    asked = {"name": "Framework", "asked": "Which do you have?", "answer": "PyTorch"}
    assert proposal["mentor"]["answers"] == [asked]
    assert [one["answer"] for one in proposal["researcher"]["answers"]] == ["JAX"]
    address = f"/api/v1/proposals/{proposal['id']}"
    assert (await ada.get(address)).json()["mentor"]["answers"] == [asked]
    await ada.post(f"{address}/refusal", json={"because": "no_time"})
    assert (await ada.get(address)).json()["mentor"]["answers"] is None
