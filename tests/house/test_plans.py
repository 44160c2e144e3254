"""How PostgreSQL reads what lists and pages ask for, on a platform with many plans."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from cohort.cohorts import reading as cohort_reading
from cohort.dashboard import people
from cohort.dashboard import service as dashboard_reading
from cohort.dashboard.schemas import Include
from cohort.db import Prepared, unit_of_work
from cohort.matching.results import reading as result_reading
from cohort.mentors import reading as mentor_reading
from cohort.study import evidence_list
from cohort.study import reading as study_reading
from tests.conftest import Platform, emptied
from tests.house.stage import Stage, set_the_stage

LARGE = ("plan_items", "enrolments", "submissions", "pairs")
MANY = """
INSERT INTO people (id, email, name, is_admin, created_at)
SELECT md5('person' || n)::uuid, 'crowd' || n || '@example.org', 'Crowd', false, now()
FROM generate_series(1, 3000) n;
INSERT INTO enrolments (id, cohort_id, person_id, state, about, stage, domains, role_goals,
    contexts, languages, time_zone, weekly_hours, organisations, advisers, created_at, version)
SELECT md5('enrolment' || n)::uuid, other, md5('person' || n)::uuid, 'active', '', 'phd',
    '{nlp}', '{ml-engineer}', '{}', '{en}', 'UTC', '[]', '{}', '{}', now(), 1
FROM generate_series(1, 3000) n
JOIN (SELECT id AS other, slug FROM cohorts) c ON slug = 'crowd-' || n % 300;
INSERT INTO plan_items (id, enrolment_id, milestone_id, position, due_at, state)
SELECT gen_random_uuid(), e.id, m.id, m.position, now(), 'submitted'
FROM enrolments e, milestones m WHERE e.id IN (
    SELECT md5('enrolment' || n)::uuid FROM generate_series(1, 3000) n);
INSERT INTO submissions (id, plan_item_id, version, text, links, submitted_at)
SELECT gen_random_uuid(), id, 1, 'It runs.', '{}', now() FROM plan_items
WHERE enrolment_id IN (SELECT md5('enrolment' || n)::uuid FROM generate_series(1, 3000) n);
"""


@pytest.fixture(scope="module")
async def stage(_platform: Platform) -> AsyncGenerator[Stage]:
    stage = await set_the_stage(await emptied(_platform))
    async with unit_of_work(_platform.sessions) as db:
        columns = await db.scalars(
            text(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'cohorts'"
                " AND column_name NOT IN ('id', 'slug', 'seats', 'taken')"
            )
        )
        same = ", ".join(columns)
        await db.execute(
            text(
                f"INSERT INTO cohorts (id, slug, seats, taken, {same})"
                f" SELECT gen_random_uuid(), 'crowd-' || n, 500, 100, {same}"
                " FROM cohorts, generate_series(0, 299) n WHERE id = :of"
            ),
            {"of": stage.ids["cohort_id"]},
        )
        raw: Any = await (await db.connection()).get_raw_connection()
        await raw.driver_connection.execute(MANY)
    async with _platform.app.state.readers() as db:
        await db.execute(text("ANALYZE"))  # or the planner guesses how many cohorts somebody runs
    yield stage
    await emptied(_platform)
    for client in stage.clients.values():
        await client.aclose()


VALUES = {
    "q": "%a%",
    "state": "active",
    "fit": "weak",
    "domain": "nlp",
    "milestone": "mock-exam",
    "matching": "waiting",
    "late": True,
    "free": True,
    "paused": True,
    "enrolment_id": UUID(int=1),
    "mentor_id": UUID(int=1),
}
"""Of each filter that a list has, a value."""


def prepared(*, is_admin: bool) -> dict[str, Prepared]:
    """Every list, in its own order and with all of its filters in each other order."""
    read = {
        "one enrolment": cohort_reading._one(is_admin=is_admin),
        "one plan": study_reading._plan(is_admin=is_admin),
        "progress": study_reading._progress(is_admin=is_admin).first,
    }
    lists = {
        "enrolments": people._listing(frozenset(Include)),
        "mentors": mentor_reading.OF_COHORT,
        "pairs": result_reading.PAIRS,
        "submissions": evidence_list.IN_COHORT,
    }
    for name, listing in lists.items():
        for number, order in enumerate(listing.orders):
            wanted = {one: VALUES[one] for one in listing.filters} if number else {}
            used = listing.shape(wanted)
            read[f"{name} by {order}"] = listing.pages(is_admin, used, order).first
    return read


@pytest.mark.parametrize("what", prepared(is_admin=False))
async def test_no_list_reads_a_large_table_from_end_to_end(
    stage: Stage, platform_db: AsyncSession, what: str
) -> None:
    read = prepared(is_admin=False)[what]
    values = {
        "actor_id": stage.people["organiser"].id,
        "cohort_id": UUID(str(stage.ids["cohort_id"])),
        "run_id": UUID(str(stage.ids["run_id"])),
        "its_id": UUID(str(stage.ids["enrolment_id"])),
        "now": stage.platform.clock(),
        "at_most": 51,
        "q": "%a%",
        "state": "active",
        "fit": "weak",
        "domain": "nlp",
        "milestone": "mock-exam",
        "matching": "waiting",
        "late": True,
        "free": True,
        "paused": True,
    }
    arguments = [values.get(name, default) for name, default in read._defaults]
    plan = await explain(platform_db, read.text, arguments)
    assert not read_from_end_to_end(plan), plan


async def explain(db: AsyncSession, statement: str, arguments: Sequence[Any]) -> str:
    raw: Any = await (await db.connection()).get_raw_connection()
    lines = await raw.driver_connection.fetch(f"EXPLAIN {statement}", *arguments)
    return "\n".join(line[0] for line in lines)


def read_from_end_to_end(plan: str) -> list[str]:
    return [table for table in LARGE[:3] if f"Seq Scan on {table}" in plan]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/cohorts/{slug}",
        "/cohorts/{slug}/people",
        "/cohorts/{slug}/people?sort=progress&matching=waiting&late=true&q=a",
        "/cohorts/{slug}/mentors?q=a&free=true&sort=-free",
        "/cohorts/{slug}/figures",
        "/cohorts/{slug}/figures/progress?sort=-late&mentor=none",
        "/cohorts/{slug}/figures/funnel",
        "/cohorts/{slug}/figures/milestones",
        "/cohorts/{slug}/figures/reviews",
        "/rounds/{round_id}",
        "/rounds/{round_id}?researcher=ada",
        "/plan/{enrolment_id}",
        "/guides/pmle",
        "/review",
    ],
)
async def test_no_page_reads_a_large_table_from_end_to_end(
    stage: Stage, platform_db: AsyncSession, path: str
) -> None:
    asked: dict[str, Sequence[Any]] = {}

    def note(_c: Any, _u: Any, statement: str, arguments: Sequence[Any], *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked[statement] = arguments

    engine: AsyncEngine = stage.platform.sessions.kw["bind"]
    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        answer = await stage.clients["organiser"].get(path.format(**stage.ids))
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    assert asked
    for statement, arguments in asked.items():
        plan = await explain(platform_db, statement, arguments)
        assert not read_from_end_to_end(plan), f"{statement}\n{plan}"


async def test_the_reviews_that_wait_in_a_cohort_are_counted_in_that_cohort_alone(
    stage: Stage, platform_db: AsyncSession
) -> None:
    read = dashboard_reading._overview(is_admin=False)
    values = {
        "actor_id": stage.people["organiser"].id,
        "cohort_id": UUID(str(stage.ids["cohort_id"])),
    }
    arguments = [values.get(name, default) for name, default in read._defaults]
    raw: Any = await (await platform_db.connection()).get_raw_connection()
    ((plan,),) = await raw.driver_connection.fetchrow(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {read.text}", *arguments
    )
    of_all = await platform_db.scalar(text("SELECT count(*) FROM plan_items"))
    assert of_all is not None
    assert 0 < sum(rows_read(plan["Plan"], "plan_items")) < of_all / 10, plan


def rows_read(node: dict[str, Any], table: str) -> Iterator[float]:
    """How many rows each step of a plan that was carried out took up, kept or not."""
    if node.get("Relation Name") == table:
        left_out = sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
        yield (node["Actual Rows"] + left_out) * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from rows_read(part, table)


@pytest.fixture
async def platform_db(_platform: Platform) -> AsyncGenerator[AsyncSession]:
    async with _platform.app.state.readers() as db:
        yield db
