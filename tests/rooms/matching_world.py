"""A stage for the matching: Olga's cohort, two researchers, two mentors, one place each."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import event

from cohort.cohorts.models import Cohort, Enrolment
from cohort.db import unit_of_work
from cohort.jobs import outbox
from cohort.mentors.models import Mentor
from tests import world
from tests.conftest import Cast, Platform, Someone

RULES = "/cohorts/spring/rules"
NIGHTS = {"weekly_hours": [{"day": "sunday", "start": "02:00", "end": "04:00"}]}


@dataclass
class Stage:
    platform: Platform
    olga: Someone
    people: dict[str, Someone]
    cohort: Cohort
    ada: Enrolment
    ben: Enrolment
    grace: Mentor
    robin: Mentor

    def pair(self, researcher: Enrolment, mentor: Mentor) -> dict[str, str]:
        return {"enrolment_id": str(researcher.id), "mentor_id": str(mentor.id)}

    async def more(self, enter: Cast, *, researchers: int, mentors: int) -> None:
        now = self.platform.clock()
        people = [await enter(f"Extra{k}") for k in range(researchers + mentors)]
        async with unit_of_work(self.platform.sessions) as db:
            cohort = await db.get_one(Cohort, self.cohort.id)
            for one in people[:researchers]:
                await world.enrolled(db, cohort, one.person, now=now)
            for one in people[researchers:]:
                await world.mentoring(db, cohort, one.person, now=now, capacity=1)


async def set_the_stage(platform: Platform, enter: Cast) -> Stage:
    now = platform.clock()
    olga = await enter("Olga")
    people = {name: await enter(name) for name in ("Ada", "Ben", "Grace", "Robin")}
    async with unit_of_work(platform.sessions) as db:
        guide = await world.a_guide(db, now=now)
        cohort = await world.a_cohort(db, guide, olga.person, now=now)
        ada = await world.enrolled(db, cohort, people["Ada"].person, now=now)
        ben = await world.enrolled(db, cohort, people["Ben"].person, now=now, domains=["robotics"])
        grace = await world.mentoring(
            db,
            cohort,
            people["Grace"].person,
            now=now,
            capacity=1,
            domains=["machine-translation"],
        )
        robin = await world.mentoring(
            db, cohort, people["Robin"].person, now=now, capacity=1, domains=["robotics"]
        )
    return Stage(platform, olga, people, cohort, ada, ben, grace, robin)


async def keep_runs(platform: Platform) -> int:
    """Solve runs and work their advice out, as a worker does; how many statements it read with."""
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    engine = platform.runner.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    while waiting := await computing(platform):
        for job in waiting:
            await platform.runner.run(job.job_id)
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


async def computing(platform: Platform) -> list[outbox.Enqueued]:
    engine, queue = platform.runner.engine, outbox.Queue.COMPUTING
    return await outbox.due(engine, now=platform.clock(), queue=queue)


async def open_and_solve(stage: Stage, platform: Platform) -> dict[str, Any]:
    """Open a round, or run the open one again, and let the worker solve it."""
    opened = await stage.olga.post(f"/api/v1/cohorts/{stage.cohort.id}/rounds")
    assert opened.status_code == 201, opened.text
    await keep_runs(platform)
    return await read_round(stage, opened.json()["id"])


async def read_round(stage: Stage, round_id: str | UUID) -> dict[str, Any]:
    found: dict[str, Any] = (await stage.olga.get(f"/api/v1/rounds/{round_id}")).json()
    return found


async def pairs_of(stage: Stage, run: dict[str, Any]) -> list[dict[str, Any]]:
    return await items(stage, f"/api/v1/runs/{run['id']}/pairs")


async def unmatched_of(stage: Stage, run: dict[str, Any]) -> list[dict[str, Any]]:
    return await items(stage, f"/api/v1/runs/{run['id']}/unmatched")


async def items(stage: Stage, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await stage.olga.get(address)).json()["items"]
    return found


async def form_of(stage: Stage) -> dict[str, str]:
    """What the browser would send of the rules when nothing is changed."""
    page = (await stage.olga.get(RULES)).text
    inputs = re.findall(r"<input[^>]*>", page)
    sent = {}
    for one in inputs:
        name = re.search(r'name="([^"]+)"', one)
        value = re.search(r'value="([^"]*)"', one)
        unticked = re.search(r'type="(checkbox|radio)"', one) and " checked" not in one
        if name and value and not unticked:
            sent[name[1]] = value[1]
    return sent


async def aim_at(stage: Stage, **aim: Any) -> None:
    address = f"/api/v1/cohorts/{stage.cohort.id}/rules"
    read = await stage.olga.get(address)
    wanted = {part: read.json()[part] for part in ("weights", "requirements", "aim")}
    wanted["aim"] |= aim
    made = await stage.olga.post(address, json=wanted, headers={"if-match": read.headers["etag"]})
    assert made.status_code == 201


def words(page: Any) -> str:
    """What a person reads: no tags, white space as one space."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


async def list_oneself(stage: Stage, *who: str) -> None:
    where = {
        "Ada": f"enrolments/{stage.ada.id}",
        "Ben": f"enrolments/{stage.ben.id}",
        "Grace": f"mentors/{stage.grace.id}",
        "Robin": f"mentors/{stage.robin.id}",
    }
    for name in who:
        answer = await stage.people[name].put(
            f"/api/v1/{where[name]}/listing", json={"is_listed": True}
        )
        assert answer.status_code == 200
