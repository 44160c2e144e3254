"""Ada tests herself: what she answers is kept, marked once, and told only when it is handed in."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cli import cli
from cohort.db import unit_of_work
from cohort.guides.models import Guide, Milestone, MilestoneKind
from cohort.matching.gather import gather
from cohort.matching.jobs import open_due_rounds
from cohort.matching.models import Run
from cohort.matching.runs import read
from cohort.mentors.models import Mentor
from cohort.pairing.scores.scoring import score
from cohort.people.models import Person
from cohort.quizzes.files import checked, read_tables
from cohort.quizzes.importing import import_quizzes
from cohort.quizzes.models import QuizAnswer, QuizQuestion, QuizTry
from cohort.quizzes.weak_skills import with_quizzes
from cohort.study.models import ItemState, PlanItem
from tests.conftest import MONDAY, Cast, Platform
from tests.house.quizzes import FILE
from tests.rooms.matching_world import set_the_stage
from tests.rooms.quiz_world import WITH_PLACEMENT, answered_models, right_answer
from tests.rooms.study_cast import Cast as World
from tests.rooms.study_cast import the_cast
from tests.world import a_guide, enrolled


@pytest.fixture
async def world(db: AsyncSession, enter: Cast) -> World:
    world = await the_cast(db, enter, now=MONDAY)
    await bring(db, world, FILE)
    return world


async def bring(db: AsyncSession, world: World, file: str) -> None:
    guide = await db.get_one(Guide, world.cohort.guide_id)
    await import_quizzes(db, guide, file, now=MONDAY)
    await db.commit()


async def begin(world: World, slug: str = "all") -> dict[str, Any]:
    here = f"/api/v1/enrolments/{world.enrolment.id}"
    quizzes = {one["slug"]: one for one in (await world.ada.get(f"{here}/quizzes")).json()}
    answer = await world.ada.post(f"{here}/tries", json={"quiz_id": quizzes[slug]["id"]})
    assert answer.status_code == 201, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


async def keep(world: World, begun: dict[str, Any], question: dict[str, Any], **given: Any) -> Any:
    address = f"/api/v1/tries/{begun['id']}/answers/{question['id']}"
    return await world.ada.put(address, json=given)


async def test_answers_are_kept_as_she_goes_and_told_once_she_hands_in(world: World) -> None:
    begun = await begin(world)
    assert len(begun["questions"]) == 5
    for question in begun["questions"][:-1]:
        assert (await keep(world, begun, question, **right_answer(question))).status_code == 204
    again = await begin(world)
    assert again["id"] == begun["id"]
    told = [one["answer"] is not None for one in again["questions"]]
    assert told == [True, True, True, True, False]
    open_page = (await world.ada.get(f"/tries/{begun['id']}/1")).text
    for secret in ("explanation", "Nobody waits", '"result":{'):
        assert secret not in (await world.ada.get(f"/api/v1/tries/{begun['id']}")).text.replace(
            '"result":null', ""
        )
        assert secret not in open_page
    first, second = await asyncio.gather(
        *(world.ada.post(f"/api/v1/tries/{begun['id']}/hand_in") for _ in range(2))
    )
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    done = first.json()
    assert (done["right"], done["score"]) == (4, pytest.approx(0.8))
    assert [one["result"]["mark"] for one in done["questions"]] == [1, 1, 1, 1, 0]
    assert all(one["result"]["explanation"] for one in done["questions"])
    late = await keep(world, begun, begun["questions"][4], **right_answer(begun["questions"][4]))
    assert (late.status_code, late.json()["code"]) == (409, "try_handed_in")


async def test_what_does_not_answer_the_question_is_refused_at_its_field(world: World) -> None:
    begun = await begin(world)
    single, _, multiple, number, match = begun["questions"]
    for question, given, field in [
        (single, {"number": 1}, "number"),
        (single, {"chosen": ["a", "b"]}, "chosen"),
        (single, {"chosen": ["z"]}, "chosen/0"),
        (multiple, {"chosen": ["k"]}, "chosen"),
        (number, {"number": "much"}, "number"),
        (number, {"number": 1e300}, "number"),
        (match, {"matched": ["a", "a", "a", "a"]}, "matched"),
    ]:
        refused = await keep(world, begun, question, **given)
        assert refused.status_code == 422, given
        assert [one["field"] for one in refused.json()["errors"]] == [field]
    assert (await keep(world, begun, match, matched=["a", None])).status_code == 204
    assert (await keep(world, begun, {"id": world.first}, chosen=[])).status_code == 404


async def test_two_clicks_begin_one_try_and_only_first_answers_count(
    world: World, db: AsyncSession
) -> None:
    both = await asyncio.gather(begin(world), begin(world))
    assert both[0]["id"] == both[1]["id"]
    for question in both[0]["questions"]:
        await keep(world, both[0], question, **right_answer(question))
    # The mock exam shares two questions with the quiz; both are handed in at once.
    mock = await begin(world, "mock")
    await asyncio.gather(
        *(world.ada.post(f"/api/v1/tries/{one['id']}/hand_in") for one in (both[0], mock))
    )
    times = func.count().label("times")
    first = select(QuizAnswer.question_id, times).where(QuizAnswer.is_first)
    rows = await db.execute(first.group_by(QuizAnswer.question_id))
    counts = {one.question_id: one.times for one in rows}
    asked = {UUID(one["id"]) for one in both[0]["questions"] + mock["questions"]}
    assert counts == dict.fromkeys(asked, 1)
    assert (await begin(world))["id"] != both[0]["id"]


async def test_a_question_that_is_changed_under_her_stays_as_it_was_asked(
    world: World, db: AsyncSession
) -> None:
    begun = await begin(world)
    changed = FILE.replace('"Skew", "Noise"', '"Skew", "Fog"').replace("Nobody waits", "Few wait")
    await bring(db, world, changed)
    same = (await world.ada.get(f"/api/v1/tries/{begun['id']}")).json()
    assert same["questions"] == begun["questions"]
    for question in begun["questions"]:
        await keep(world, begun, question, **right_answer(question))
    done = (await world.ada.post(f"/api/v1/tries/{begun['id']}/hand_in")).json()
    assert done["right"] == 5
    fresh = await begin(world)
    assert "Fog" in str(fresh["questions"][1])
    assert fresh["questions"][0]["id"] == begun["questions"][0]["id"], "only its explanation is new"


async def test_on_pages_she_goes_from_question_to_question(world: World, db: AsyncSession) -> None:
    here = f"/plan/{world.enrolment.id}/quizzes"
    page = (await world.ada.get(here)).text
    quiz_id = re.findall(r'name="quiz_id" value="([^"]+)"', page)[0]
    began = await world.ada.post(here, data={"quiz_id": quiz_id})
    at = began.headers["location"]
    assert at.endswith("/1")
    assert 'type="radio" name="chosen"' in (await world.ada.get(at)).text
    asked = (await world.ada.get(f"/api/v1{at.removesuffix('/1')}")).json()["questions"]
    for question in asked:
        sent = right_answer(question)
        data = sent | {f"matched_{i}": key for i, key in enumerate(sent.pop("matched", []))}
        kept = await world.ada.post(at, data={k: v for k, v in data.items() if k != "matched"})
        assert kept.status_code == 303, kept.text
        page, at = (await world.ada.get(at)).text, kept.headers["location"]
        assert " checked" in page or " selected" in page or 'value="0.8"' in page
    wrong = await world.ada.post(f"{at}/4", data={"number": "eighty"})
    assert (wrong.status_code, "field-number-error" in wrong.text) == (422, True)
    assert 'value="eighty"' in wrong.text
    assert "5 of 5" in (await world.ada.get(at)).text
    assert (await world.ada.post(f"{at}/hand_in")).status_code == 303
    page = (await world.ada.get(at)).text
    for words in ("5 of 5", "Right, and your choice", "Nobody waits for them."):
        assert words in page
    assert (await db.scalar(select(func.count(QuizTry.handed_in_at)))) == 1
    assert "100%" in (await world.ada.get(here)).text


async def test_an_operator_reads_what_is_wrong_with_a_file(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COHORT_DATABASE_URL", platform.settings.database_url)
    monkeypatch.setenv("COHORT_REDIS_URL", platform.settings.redis_url)
    async with unit_of_work(platform.sessions) as db:
        await a_guide(db, now=MONDAY)
    file = tmp_path / "quizzes.toml"

    def told(toml: str) -> tuple[int, str]:
        file.write_text(toml)
        run = CliRunner().invoke(cli, ["quizzes", "import", str(file), "--guide", "pmle"])
        return run.exit_code, run.output

    where = "Question 1 (“batch”, line 22)"
    nowhere = await asyncio.to_thread(told, FILE.replace('"bridging"', '"nowhere"', 1))
    assert nowhere == (2, f"cohort: {where}: the guide has no section “nowhere”.\n")
    done = await asyncio.to_thread(told, WITH_PLACEMENT)
    assert done == (
        0,
        (
            "Questions: 7 added, 0 changed, 0 stayed, 0 retired.\n"
            "Quizzes: 1; mock exams: 1; placement quizzes: 1.\n"
        ),
    )
    out = await asyncio.to_thread(CliRunner().invoke, cli, ["quizzes", "export", "--guide", "pmle"])
    sent, came = (checked(*read_tables(toml)) for toml in (WITH_PLACEMENT, out.output))
    assert replace(came, places=sent.places) == sent, "what goes out is what came in"


async def bring_more(db: AsyncSession, world: World) -> None:
    """A longer quiz: nineteen questions of models, and one of serving."""
    more = "".join(
        f'[[question]]\nslug = "q{n}"\nkind = "single"\nexam_section = "models"\n'
        f'section = "bridging"\ntext = "{n}?"\nright = "Drift"\nwrong = ["No"]\n'
        'explanation = "So."\n\n'
        for n in range(18)
    )
    names = ", ".join(f'"q{n}"' for n in range(18))
    quiz = f'[[quiz]]\nslug = "more"\ntitle = "More"\nquestions = ["batch", "split", {names}]\n\n'
    await bring(db, world, FILE.replace("[[quiz]]", more + quiz + "[[quiz]]", 1))


async def test_how_ready_she_is_others_read_as_far_as_she_allows(
    world: World, db: AsyncSession
) -> None:
    here = f"/api/v1/enrolments/{world.enrolment.id}"
    empty = (await world.ada.get(f"{here}/readiness")).json()
    assert (empty["answered"], empty["chance"]) == (0, None)
    assert "Too few answers" in (await world.ada.get(f"/plan/{world.enrolment.id}/readiness")).text
    await bring_more(db, world)
    for _ in range(2):  # the second time, she has read what is right, so it does not count
        begun = await begin(world, "more")
        for question in begun["questions"][1:]:
            await keep(world, begun, question, **right_answer(question))
        await world.ada.post(f"/api/v1/tries/{begun['id']}/hand_in")
    told = (await world.ada.get(f"{here}/readiness")).json()
    by_section = {one["slug"]: (one["answered"], one["right"]) for one in told["sections"]}
    assert by_section == {"models": (19, 19), "serving": (1, 0)}
    assert 0 < told["chance_from"] < told["chance"] < told["chance_to"] <= 1
    assert told["needed"] == 3

    async def mentor_reads(mentor_sees: str) -> tuple[int, Any, int]:
        sent = {"mentor_sees": mentor_sees}
        assert (await world.ada.put(f"{here}/mentor_view", json=sent)).status_code < 300
        answer = await world.max.get(f"{here}/readiness")
        page = await world.max.get(f"/plan/{world.enrolment.id}/readiness")
        return answer.status_code, answer.json().get("sections", 0), page.status_code

    assert await mentor_reads("milestones") == (200, told["sections"], 200)
    assert await mentor_reads("counts") == (200, None, 200)
    assert await mentor_reads("nothing") == (404, 0, 404)
    organiser = await world.olga.get(f"{here}/readiness")
    assert organiser.json() == told
    await the_list_of_the_cohort_says_the_same(world, told)
    page = (await world.ada.get(f"/plan/{world.enrolment.id}/readiness")).text
    for words in ("Chance to pass now", "19 of 19", "What helps most"):
        assert words in page


async def test_the_readiness_of_many_takes_no_more_statements_than_that_of_one(
    world: World, db: AsyncSession, count_statements: Callable[[], Any]
) -> None:
    address = f"/api/v1/cohorts/{world.cohort.id}/readiness"
    await answered_models(db, world.enrolment, right=5, now=MONDAY)
    async with count_statements() as of_one:
        assert len((await world.olga.get(address)).json()["items"]) == 1
    for name in ("Bea", "Cleo"):
        person = Person(id=uuid4(), email=f"{name}@example.org", name=name, created_at=MONDAY)
        db.add(person)
        await db.flush()
        enrolment = await enrolled(db, world.cohort, person, now=MONDAY)
        await answered_models(db, enrolment, right=1, now=MONDAY)
    async with count_statements() as of_three:
        items = (await world.olga.get(address)).json()["items"]
    assert [one["name"] for one in items] == ["Ada Example", "Bea", "Cleo"]
    assert len(of_one) == len(of_three)


async def the_list_of_the_cohort_says_the_same(world: World, told: dict[str, Any]) -> None:
    address = f"/api/v1/cohorts/{world.cohort.id}/readiness"
    [row] = (await world.olga.get(address)).json()["items"]
    for name in ("answered", "chance", "chance_from", "chance_to", "sections"):
        assert row[name] == told[name], name
    assert row["standing"] == ("ready" if row["chance"] >= 0.8 else "close")
    assert (await world.olga.get(f"{address}?standing=passed")).json()["items"] == []
    assert (await world.olga.get(f"{address}?standing=sure")).status_code == 422
    page = f"/cohorts/{world.cohort.slug}/readiness"
    shown = (await world.olga.get(page)).text
    for words in (
        "Ada Example",
        'data-label="Answers" class="numeric">20<',
        "An hour helps most in",
        "19 of 19 right",
    ):
        assert words in shown
    assert "Nobody here fits" in (await world.olga.get(f"{page}?q=nobody")).text
    table = (await world.olga.get(f"{page}.csv")).text.splitlines()
    assert table[0].endswith(
        "Models: can answer,Serving: can answer,Models: an hour adds,Serving: an hour adds"
    )
    assert table[1].startswith(f"Ada Example,{row['standing']},20,{row['chance']:.4f}"[:30])


async def test_organisers_see_what_misleads_but_of_few_people_nothing(
    world: World, db: AsyncSession
) -> None:
    begun = await begin(world)
    for question in begun["questions"]:
        await keep(world, begun, question, **right_answer(question))
    await world.ada.post(f"/api/v1/tries/{begun['id']}/hand_in")
    address = f"/api/v1/cohorts/{world.cohort.id}/quiz_statistics"

    async def batch() -> dict[str, Any]:
        found = (await world.olga.get(address, params={"section": "serving"})).json()["items"]
        assert [one["slug"] for one in found] == ["batch", "partners"]
        return dict(found[0])

    alone = await batch()
    assert (alone["answered"], alone["right"], alone["choices"]) == (1, None, [])
    await others_answer(db, world, UUID(begun["id"]), ["Online"] * 14 + ["As a batch"] * 6 + [""])
    told = await batch()
    assert (told["answered"], told["right"], told["empty"]) == (22, 7, 1)
    assert told["share_from"] < 7 / 22 < told["share_to"]
    assert told["discrimination"] == pytest.approx(1)
    drawn = {one["text"]: one["times"] for one in told["choices"]}
    assert drawn == {"As a batch": 7, "Online": 14, "By mail": 0}
    page = (await world.olga.get(f"/cohorts/{world.cohort.slug}/quizzes")).text
    for words in ("Online (14)", "More than the right one", "7 of 22"):
        assert words in page
    refused = await world.olga.get(address, params={"section": "cooking"})
    assert refused.status_code == 422


async def others_answer(db: AsyncSession, world: World, try_id: UUID, chosen: list[str]) -> None:
    """To the first question, by as many people; whoever is right has all the rest right."""
    ada = await db.get_one(QuizTry, try_id)
    question = await db.get_one(QuizQuestion, ada.question_ids[0])
    for number, text in enumerate(chosen):
        person = Person(
            id=uuid4(), email=f"p{number}@example.org", name=f"P{number}", created_at=MONDAY
        )
        db.add(person)
        await db.flush()
        enrolment = await enrolled(db, world.cohort, person, now=MONDAY)
        is_right = text == "As a batch"
        one = QuizTry(
            id=uuid4(),
            enrolment_id=enrolment.id,
            quiz_id=ada.quiz_id,
            question_ids=ada.question_ids,
            began_at=MONDAY,
            handed_in_at=MONDAY,
            score=1.0 if is_right else 0.0,
            right=0,
        )
        db.add(one)
        await db.flush()
        given = {"chosen": [question.choices.index(text)]} if text else None
        facts = {"mark": float(is_right), "is_first": True, "answered_at": MONDAY}
        db.add(QuizAnswer(try_id=one.id, question_id=question.id, given=given, **facts))
    await db.commit()


async def test_a_section_that_went_badly_is_a_gap_that_the_matching_reads(
    world: World, db: AsyncSession
) -> None:
    await bring_more(db, world)
    plans = {world.enrolment.id: {"pipelines": 0.3, "serving": 0.5}}
    before = await with_quizzes(db, [world.enrolment.id], plans, now=MONDAY)
    begun = await begin(world, "more")
    for question in begun["questions"][1:7]:
        await keep(world, begun, question, **right_answer(question))
    await world.ada.post(f"/api/v1/tries/{begun['id']}/hand_in")
    after = await with_quizzes(db, [world.enrolment.id], plans, now=MONDAY)
    assert before == plans
    weak = pytest.approx(13 / 19, abs=1e-5)
    assert after == {world.enrolment.id: {"pipelines": weak, "serving": 0.5}}
    of_exam = update(PlanItem).where(PlanItem.id == world.first)
    kind = update(Milestone).where(Milestone.slug == "end-to-end")
    await db.execute(kind.values(kind=MilestoneKind.EXAM_RESULT))
    await db.execute(of_exam.values(state=ItemState.PASSED))
    passed = await with_quizzes(db, [world.enrolment.id], plans, now=MONDAY)
    assert passed == plans, "whoever has passed the exam has no gaps that quizzes tell of"


async def test_a_failed_quiz_moves_the_next_score_towards_who_is_strong_there(
    platform: Platform, db: AsyncSession, enter: Cast
) -> None:
    """And what was half right counts as a gap once the exam itself was failed."""
    stage = await set_the_stage(platform, enter)
    for mentor, skill in ((stage.grace, "pipelines"), (stage.robin, "serving")):
        strong = update(Mentor).where(Mentor.id == mentor.id)
        await db.execute(strong.values(skills=[skill], domains=["nlp"]))
    await db.commit()
    platform.clock.turn(days=7)
    now = platform.clock()
    await open_due_rounds(platform.runner.cron)
    run_id = (await db.scalars(select(Run.id))).one()

    async def lead() -> float:
        """How far Grace, who is strong in it, is before Robin, for Ada."""
        pool = await gather(db, await read(db, run_id), now=now)
        facts = {"weights": pool.weights, "requirements": pool.requirements}
        scores = score(pool.researchers, pool.mentors, pool.taxonomy, pool.week, **facts).total
        ada = [one.id for one in pool.researchers].index(str(stage.ada.id))
        grace, robin = (
            [one.id for one in pool.mentors].index(str(one.id))
            for one in (stage.grace, stage.robin)
        )
        return float(scores[ada, grace] - scores[ada, robin])

    before = await lead()
    await answered_models(db, stage.ada, right=4, now=now)
    assert await lead() == before, "four of five are no gap"
    milestone = (await db.scalars(select(Milestone).limit(1))).one()
    milestone.kind, milestone.skills = MilestoneKind.EXAM_RESULT, []
    facts = {"due_at": now, "position": 0, "state": ItemState.AGAIN}
    db.add(PlanItem(enrolment_id=stage.ada.id, milestone_id=milestone.id, **facts))
    await db.commit()
    assert await lead() > before


async def test_pages_offer_quizzes_only_where_the_guide_has_some(
    db: AsyncSession, enter: Cast
) -> None:
    bare = await the_cast(db, enter, now=MONDAY)
    plan, desk = f"/plan/{bare.enrolment.id}", f"/cohorts/{bare.cohort.slug}"
    hers = [f"{plan}/quizzes", f"{plan}/assessment", f"{plan}/readiness"]
    theirs = [f"{desk}/quizzes", f"{desk}/readiness", f"{plan}/readiness"]

    async def offered() -> list[str]:
        own = "".join([(await bare.ada.get(page)).text for page in (plan, f"{plan}/week")])
        ran = "".join([(await bare.olga.get(page)).text for page in (plan, desk)])
        return [one for one in hers if f'href="{one}"' in own] + [
            one for one in theirs if f'href="{one}"' in ran
        ]

    assert await offered() == []
    await bring(db, bare, FILE)
    assert await offered() == hers + theirs
