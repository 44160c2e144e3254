"""The organisers' own questions: asked, changed until answered, answered, and who reads what."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.people.models import Act
from cohort.questions.models import GivenAnswer, Question
from tests.conftest import Cast, Platform, Someone
from tests.proofs import proof_for
from tests.rooms.cohort_world import (
    MENTOR,
    PROFILE,
    PROFILE_FORM,
    applications,
    applied,
    mailed_token,
)
from tests.rooms.matching_world import words
from tests.rooms.question_world import FRAMEWORK, REMOTE, ask, questions_of

YEARS = {
    "name": "Years in industry",
    "kind": "number",
    "asks_researchers": "How many years should your mentor have spent there?",
    "asks_mentors": "How many years have you spent there?",
    "least": 0,
    "shown_to": "pair",
}
PACE = {"name": "Pace", "kind": "scale", "asks_mentors": "How often?", "least": 1, "most": 5}
HOBBIES = {"name": "Hobbies", "kind": "choices", "asks_mentors": "?", "choices": ["Go", "Tea"]}
HOPES = {"name": "Hopes", "kind": "text", "asks_mentors": "What do you hope for?"}
KINDS = [FRAMEWORK, YEARS, PACE, HOBBIES, REMOTE, HOPES]
GOOD: dict[str, Any] = {
    "Framework": "JAX",
    "Years in industry": 4,
    "Pace": 3,
    "Hobbies": ["Tea"],
    "Remote": False,
    "Hopes": "To learn, too.",
}


def said(answer: Any) -> dict[str, str]:
    return {one["field"]: one["message"] for one in answer.json()["errors"]}


async def test_olga_asks_reorders_changes_and_retires(
    olga: Someone, summer: Cohort, db: AsyncSession, enter: Cast
) -> None:
    first, second, third = await ask(olga, summer, FRAMEWORK, YEARS, PACE)
    again = await olga.post(questions_of(summer), json=FRAMEWORK)
    assert (again.status_code, again.json()["code"]) == (409, "question_there")
    address = f"/api/v1/questions/{third['id']}"
    seen = {"if-match": (await olga.get(address)).headers["etag"]}
    moved = await olga.patch(address, json={"place": 1, "help": "In a month."}, headers=seen)
    assert (moved.status_code, moved.json()["place"]) == (200, 1)
    assert (await olga.patch(address, json={"place": 2}, headers=seen)).status_code == 412
    nora = await enter("Nora")
    nora_applies = await nora.post(
        applications(summer), json=PROFILE | {"answers": {"Framework": "JAX"}}
    )
    assert nora_applies.status_code == 202

    address = f"/api/v1/questions/{first['id']}"
    seen = {"if-match": (await olga.get(address)).headers["etag"]}
    late = await olga.patch(address, json={"choices": ["R", "Julia"]}, headers=seen)
    assert (late.status_code, late.json()["code"]) == (409, "question_answered")
    for _ in range(2):  # a second time changes nothing
        assert (await olga.delete(address)).status_code == 204
    assert (await olga.delete(f"/api/v1/questions/{second['id']}")).status_code == 204

    left = (await olga.get(questions_of(summer))).json()
    assert [(one["name"], one["answered"], bool(one["retired_at"])) for one in left] == [
        ("Pace", 0, False),
        ("Framework", 1, True),
    ]
    acts = await db.scalars(select(Act.verb).where(Act.verb.startswith("question.")))
    assert sorted(acts) == [
        *["question.add"] * 3,
        "question.change",
        "question.move",
        *["question.retire"] * 2,
    ]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"asks_researchers": "", "asks_mentors": ""}, "asks_researchers", "for one side at least"),
        ({"choices": ["JAX"]}, "choices", "at least two choices"),
        ({"kind": "text"}, "choices", "has no choices"),
        ({"least": 1}, "least", "Only a scale and a number"),
        ({"kind": "number", "choices": [], "least": 2, "most": 2}, "most", "above the least"),
        ({"kind": "scale", "choices": [], "least": 1, "most": 40}, "most", "at most 10 steps"),
        ({"name": "role"}, "name", "A factor of the matching has this name"),
        ({"name": "a/b"}, "name", "contains a slash"),
    ],
)
async def test_a_question_that_nobody_could_answer_is_refused_at_its_field(
    *, olga: Someone, summer: Cohort, wrong: dict[str, Any], field: str, sentence: str
) -> None:
    refused = await olga.post(questions_of(summer), json=FRAMEWORK | wrong)
    assert refused.status_code == 422
    assert sentence in said(refused)[field]


async def test_the_form_of_mentors_asks_and_every_answer_is_checked(
    anyone: AsyncClient, olga: Someone, summer: Cohort, db: AsyncSession
) -> None:
    await ask(olga, summer, *KINDS)
    schema = (await anyone.get("/api/v1/forms/mentor/summer?language=de")).json()
    step = schema["x-steps"][-2]
    assert step["title"] == "Ein paar weitere Fragen"
    assert step["fields"] == [f"answers/{one['name']}" for one in KINDS]
    asked = schema["properties"]["answers"]
    assert asked["properties"]["Framework"]["title"] == "Which framework do you use?"
    assert (asked["required"], "answers" in schema["required"]) == (["Framework"], True)
    researcher = (await anyone.get("/api/v1/forms/researcher/summer")).json()
    assert [*researcher["properties"]["answers"]["properties"]] == [
        "Framework",
        "Years in industry",
    ]

    wrong = {"Years in industry": -1, "Pace": 2.5, "Hobbies": "Tea", "Remote": "no", "Age": 3}
    address = "/api/v1/forms/mentor/summer"
    form = MENTOR | {"answers": wrong, "proof": await proof_for(anyone, "mentor/summer")}
    assert said(await anyone.post(address, json=form)) == {
        "answers/Age": "Nobody asks this here. Leave it out.",
        "answers/Framework": "This is needed.",
        "answers/Years in industry": "This must be a number from 0 to 1,000,000,000.",
        "answers/Pace": "Choose a number from 1 to 5.",
        "answers/Hobbies": "Send a list of choices.",
        "answers/Remote": "Answer yes or no.",
    }
    for worse in ({"Framework": "R"}, {"Framework": 3}, {"Framework": "JAX", "Hopes": 3}):
        answer = await anyone.post(
            f"/api/v1/cohorts/{summer.id}/mentors", json=MENTOR | {"answers": worse}
        )
        assert answer.status_code == 422
    assert await db.scalar(select(func.count()).select_from(GivenAnswer)) == 0


async def test_a_mentor_answers_on_the_page_and_olga_reads_it(
    enter: Cast, olga: Someone, summer: Cohort
) -> None:
    made = {one["name"]: one["id"] for one in await ask(olga, summer, *KINDS)}
    grace = await enter("Grace")
    page = await grace.get("/mentors/join/summer")
    assert "Which framework do you use?" in page.text
    form = MENTOR | {"consent": "yes"}
    typed = {
        f"answer-{made['Years in industry']}": "vier",
        f"answer-{made['Pace']}": "3",
        f"answer-{made['Hobbies']}": ["Go", "Tea"],
        f"answer-{made['Remote']}": "no",
    }
    again = await grace.post("/mentors/join/summer", data=form | typed)
    assert again.status_code == 422
    assert words(again).count("This is needed.") == 2  # above the form, and at the question
    assert "This must be a number." in words(again)
    assert 'value="vier"' in again.text

    typed |= {f"answer-{made['Framework']}": "JAX", f"answer-{made['Years in industry']}": "4,5"}
    kept = await grace.post("/mentors/join/summer", data=form | typed)
    assert kept.headers["location"] == "/mentors/thanks"
    people = f"/api/v1/cohorts/{summer.id}/people/{grace.id}/answers"
    found = {one["question"]: one["value"] for one in (await olga.get(people)).json()}
    assert found == {
        "Framework": "JAX",
        "Years in industry": 4.5,
        "Pace": 3,
        "Hobbies": ["Go", "Tea"],
        "Remote": False,
    }
    assert (await grace.get(people)).status_code == 403
    mentor = (await olga.get(f"/api/v1/cohorts/{summer.id}/mentors")).json()["items"][0]
    page = await olga.get(f"/mentors/{mentor['id']}")
    assert "Which framework do you use? JAX" in words(page)
    assert "Which framework" not in (await grace.get(f"/mentors/{mentor['id']}")).text


async def test_a_stranger_s_answers_wait_for_the_link_and_are_kept_with_the_application(
    anyone: AsyncClient, olga: Someone, summer: Cohort, platform: Platform, db: AsyncSession
) -> None:
    framework, _ = await ask(olga, summer, FRAMEWORK, YEARS)
    form = PROFILE_FORM | {"name": "Nora", "email": "nora@example.org"}
    form |= {f"answer-{framework['id']}": "JAX"}
    sent = await anyone.post("/cohorts/summer/apply", data=form)
    assert sent.headers["location"] == "/applications/sent"
    assert await db.scalar(select(func.count()).select_from(GivenAnswer)) == 0
    await platform.run_jobs()
    token = await mailed_token(db, "nora@example.org")
    await anyone.post(f"/applications/confirm/{token}")
    kept = (await db.scalars(select(GivenAnswer))).one()
    assert (str(kept.question_id), kept.side, kept.value) == (framework["id"], "researcher", "JAX")


async def test_an_applicant_changes_and_takes_back_answers_later(
    enter: Cast, olga: Someone, summer: Cohort
) -> None:
    ada = await enter("Ada")
    await applied(ada, summer)
    framework, _ = await ask(olga, summer, FRAMEWORK, YEARS)
    address = f"/api/v1/cohorts/{summer.id}/answers/researcher"
    asked = (await ada.get(address)).json()
    assert [one["x-name"] for one in asked["questions"]] == ["Framework", "Years in industry"]
    answers = {"Framework": "JAX", "Years in industry": 3}
    for _ in range(2):
        kept = await ada.put(address, json={"answers": answers})
        assert kept.json()["answers"] == answers
    page = await ada.get("/cohorts/summer/answers")
    assert 'value="JAX" checked' in page.text
    form = {"side": "researcher", f"answer-{framework['id']}": "PyTorch"}
    assert (await ada.post("/cohorts/summer/answers", data=form)).status_code == 303
    assert (await ada.get(address)).json()["answers"] == {"Framework": "PyTorch"}
    page = await ada.get("/cohorts/summer/apply")
    assert 'value="PyTorch" checked' in page.text
    empty = await ada.post("/cohorts/summer/answers", data={"side": "researcher"})
    assert (empty.status_code, "This is needed." in empty.text) == (422, True)
    one = (await ada.get("/api/v1/applications")).json()["items"][0]
    assert "learn? PyTorch" in words(await olga.get(f"/applications/{one['id']}"))
    for other in (olga, await enter("Nora")):
        assert (await other.get(address)).status_code == 404
        assert (await other.get("/cohorts/summer/answers")).status_code == 404
    as_mentor = f"/api/v1/cohorts/{summer.id}/answers/mentor"
    assert (await ada.put(as_mentor, json={"answers": {}})).status_code == 404


async def test_no_answer_is_kept_to_a_question_that_changes_at_that_moment(
    enter: Cast, olga: Someone, summer: Cohort, db: AsyncSession
) -> None:
    ada = await enter("Ada")
    await applied(ada, summer)
    (framework,) = await ask(olga, summer, FRAMEWORK)
    question, own = (
        f"/api/v1/questions/{framework['id']}",
        f"/api/v1/cohorts/{summer.id}/answers/researcher",
    )
    seen = {"if-match": (await olga.get(question)).headers["etag"]}
    changed, answered = await asyncio.gather(
        olga.patch(question, json={"choices": ["R", "Julia"]}, headers=seen),
        ada.put(own, json={"answers": {"Framework": "JAX"}}),
    )
    assert (changed.status_code, answered.status_code) in {(200, 422), (409, 200)}
    kept = await db.scalar(select(func.count()).select_from(GivenAnswer))
    assert kept == (answered.status_code == 200)


async def test_a_clone_asks_the_same_and_answers_go_with_the_person(
    olga: Someone, summer: Cohort, platform: Platform, db: AsyncSession, enter: Cast
) -> None:
    ada = await enter("Ada")
    await applied(ada, summer)
    await ask(olga, summer, *KINDS)
    dates = {"starts_on": "2026-09-01", "ends_on": "2026-12-01"}
    clone = {"slug": "autumn", "name": "Autumn"} | dates
    made = await olga.post(f"/api/v1/cohorts/{summer.id}/clones", json=clone)
    await platform.run_jobs()
    copied = (await olga.get(f"/api/v1/cohorts/{made.json()['id']}/questions")).json()
    assert [one["name"] for one in copied] == [one["name"] for one in KINDS]
    gone = await db.execute(select(Question.id).where(Question.cohort_id == summer.id))
    assert len(gone.all()) == len(KINDS)


async def test_olga_asks_on_her_page(olga: Someone, summer: Cohort, enter: Cast) -> None:
    page = "/cohorts/summer/questions"
    form = {
        "name": "Framework",
        "kind": "choice",
        "asks_researchers": "Which?",
        "choices": "PyTorch\r\n\r\nJAX\r\n",
        "least": "",
        "most": "",
        "required": "yes",
        "shown_to": "pair",
    }
    assert (await olga.post(page, data=form)).headers["location"] == page
    twice = await olga.post(page, data=form)
    assert (twice.status_code, "is the name of another question" in twice.text) == (409, True)
    wrong = await olga.post(page, data=form | {"name": "Other", "choices": "One"})
    assert (wrong.status_code, "Give at least two choices." in wrong.text) == (422, True)
    (made,) = (await olga.get(questions_of(summer))).json()
    assert (made["choices"], made["required"], made["least"]) == (["PyTorch", "JAX"], True, None)
    other = await ask(olga, summer, YEARS)
    up = f"/questions/{other[0]['id']}/before"
    for _ in range(2):  # a second click changes nothing
        assert (await olga.post(up, data={"before": made["id"]})).status_code == 303
    listed = words(await olga.get(page))
    assert listed.index("Years in industry") < listed.index("Framework")
    edit = f"/questions/{made['id']}"
    assert "PyTorch\nJAX</textarea>" in (await olga.get(edit)).text
    version = (await olga.get(edit)).text.partition('name="version" value="')[2].partition('"')[0]
    change = form | {"version": version, "choices": "PyTorch\nJAX\nR"}
    del change["name"], change["kind"]
    assert (await olga.post(edit, data=change)).headers["location"] == page
    stale = await olga.post(edit, data=change)
    assert (stale.status_code, "This was changed" in stale.text) == (422, True)
    assert (await olga.post(f"{edit}/retire")).headers["location"] == page
    assert [one["name"] for one in (await olga.get(questions_of(summer))).json()] == [YEARS["name"]]
    ada = await enter("Ada")
    assert (await ada.get(page)).status_code == 403
