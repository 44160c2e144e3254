"""The ceiling of bench_api.py: bare Litestar handlers and asyncpg that send the same bytes.

No sign-in, no check, no transaction, no model: one statement each, its rows made into the answer
by hand and written by msgspec. Nobody should run this; it says what the platform could do at most.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from litestar import Litestar, get, post

from cohort.http.paging import write_keyset

POOL: Any = None
LIMIT = 50
PROFILE = [
    *("state", "about", "stage", "domains", "role_goals", "contexts", "languages", "time_zone"),
    *("weekly_hours", "organisations", "advisers", "paused_until", "created_at", "version"),
]
PERSON = "jsonb_build_object('id', p.id, 'name', p.name, 'email', p.email) AS person"
CONFIRMED = "NOT p.is_placeholder AS is_confirmed"
ENROLMENT = (
    f"SELECT e.id, e.cohort_id, {PERSON}, {CONFIRMED}, {', '.join(f'e.{c}' for c in PROFILE)}"
)


async def prepare(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda value: msgspec.json.decode(value[1:]),
        format="binary",
    )


@asynccontextmanager
async def opened(_app: Litestar) -> AsyncGenerator[None]:
    global POOL
    url = os.environ["COHORT_DATABASE_URL"].replace("+asyncpg", "")
    async with asyncpg.create_pool(url, init=prepare, reset=no_reset) as POOL:
        yield


async def no_reset(_connection: Any) -> None:
    """Nothing here changes a connection's settings."""


def paged(rows: list[Any], cursor: Any) -> dict[str, Any]:
    last = rows[LIMIT - 1] if len(rows) > LIMIT else None
    return {"items": [dict(row) for row in rows[:LIMIT]], "next": cursor(last) if last else None}


@get("/api/v1/cohorts/{cohort_id:uuid}/enrolments")
async def list_enrolments(cohort_id: UUID) -> dict[str, Any]:
    rows = await POOL.fetch(
        f"{ENROLMENT}, NULL AS progress, NULL AS matching FROM enrolments e"
        " JOIN people p ON p.id = e.person_id WHERE e.cohort_id = $1"
        " ORDER BY e.created_at, e.id LIMIT 51",
        cohort_id,
    )
    return paged(rows, lambda last: write_keyset("created_at", last["created_at"], last["id"]))


@get("/api/v1/enrolments/{enrolment_id:uuid}")
async def read_enrolment(enrolment_id: UUID) -> dict[str, Any]:
    row = await POOL.fetchrow(
        f"{ENROLMENT} FROM enrolments e JOIN people p ON p.id = e.person_id WHERE e.id = $1",
        enrolment_id,
    )
    return dict(row)


@get("/api/v1/cohorts/{cohort_id:uuid}/overview")
async def read_overview(cohort_id: UUID) -> dict[str, Any]:
    of_researchers = "FROM enrolments e WHERE e.cohort_id = c.id AND e.state = 'active'"
    has_mentor = (
        "EXISTS (SELECT FROM mentorships m WHERE m.enrolment_id = e.id AND m.ended_at IS NULL)"
    )
    is_proposed = (
        "EXISTS (SELECT FROM proposals o WHERE o.enrolment_id = e.id AND o.state = 'open')"
    )
    approved = "FROM mentors m WHERE m.cohort_id = c.id AND m.state = 'approved'"
    row = await POOL.fetchrow(
        "SELECT c.id AS cohort_id, c.seats,"  # noqa: S608
        f" (SELECT count(*) {of_researchers}) AS researchers,"
        f" (SELECT count(*) {of_researchers} AND {has_mentor}) AS matched,"
        f" (SELECT count(*) {of_researchers} AND {is_proposed} AND NOT {has_mentor}) AS proposed,"
        f" 0 AS waiting, (SELECT count(*) {approved}) AS mentors,"
        " (SELECT count(*) FROM mentors m WHERE m.cohort_id = c.id AND m.state = 'pending')"
        " AS mentors_pending, (SELECT count(*) FROM applications a"
        " WHERE a.cohort_id = c.id AND a.state = 'applied') AS applications_waiting,"
        f" (SELECT coalesce(sum(capacity), 0) {approved} AND m.paused_at IS NULL) AS places,"
        f" (SELECT coalesce(sum(capacity - taken), 0) {approved} AND m.paused_at IS NULL)"
        " AS places_free,"
        " (SELECT count(*) FROM plan_items i JOIN enrolments e ON e.id = i.enrolment_id"
        " WHERE e.cohort_id = c.id AND e.state = 'active' AND i.state = 'submitted')"
        " AS reviews_waiting,"
        " (SELECT count(*) FROM rounds r WHERE r.cohort_id = c.id AND r.state = 'open')"
        " AS rounds_unpublished,"
        " (SELECT count(*) FROM jobs j WHERE j.cohort_id = c.id AND j.state = 'dead')"
        " AS failed_work, NULL AS latest_round FROM cohorts c WHERE c.id = $1",
        cohort_id,
    )
    waiting = row["researchers"] - row["matched"] - row["proposed"]
    return {**row, "waiting": waiting}


@get("/api/v1/cohorts/{cohort_id:uuid}/progress")
async def read_progress(cohort_id: UUID) -> dict[str, Any]:
    rows = await POOL.fetch(
        "WITH people AS (SELECT e.id, e.created_at, p.name FROM enrolments e"
        " JOIN people p ON p.id = e.person_id WHERE e.cohort_id = $1 AND e.state = 'active'"
        " ORDER BY e.created_at, e.id LIMIT 51)"
        " SELECT one.id, one.name, one.created_at, m.section_id, count(*) AS total,"
        " count(*) FILTER (WHERE i.state = 'passed') AS passed,"
        " count(*) FILTER (WHERE i.due_at <= $2) AS due FROM people one"
        " JOIN plan_items i ON i.enrolment_id = one.id JOIN milestones m ON m.id = i.milestone_id"
        " GROUP BY one.id, one.name, one.created_at, m.section_id ORDER BY one.created_at, one.id",
        cohort_id,
        datetime.now(UTC),
    )
    sections = await POOL.fetch(
        "SELECT id, slug, title FROM sections WHERE id = ANY($1) ORDER BY position, id",
        list({row["section_id"] for row in rows}),
    )
    people: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        counts = {key: row[key] for key in ("passed", "total", "due")}
        one = people.setdefault(
            row["id"],
            {"enrolment_id": row["id"], "name": row["name"], "passed": 0, "total": 0, "due": 0}
            | {"sections": []},
        )
        one["sections"].append({"section_id": row["section_id"], **counts})
        for key, value in counts.items():
            one[key] += value
    listed = list(people.values())
    joined = {row["id"]: row["created_at"] for row in rows}
    last = listed[LIMIT - 1]["enrolment_id"] if len(listed) > LIMIT else None
    return {
        "sections": [dict(one) for one in sections],
        "people": listed[:LIMIT],
        "next": write_keyset("", joined[last], last) if last else None,
    }


@get("/api/v1/enrolments/{enrolment_id:uuid}/plan")
async def read_plan(enrolment_id: UUID) -> dict[str, Any]:
    rows = await POOL.fetch(
        "SELECT i.id, i.enrolment_id, i.due_at, i.state, i.passed_at, m.requires,"
        " jsonb_build_object('id', m.id, 'slug', m.slug, 'title', m.title, 'task', m.task,"
        " 'evidence', m.evidence, 'hours', m.hours, 'skills', m.skills, 'kind', m.kind,"
        " 'is_optional', m.is_optional) AS milestone,"
        " jsonb_build_object('id', s.id, 'slug', s.slug, 'title', s.title) AS section,"
        " v.id AS version_id, v.version, v.text, v.links, v.submitted_at, r.id AS review_id,"
        " r.verdict, r.comment, r.reviewed_at, p.name AS reviewer_name FROM plan_items i"
        " JOIN milestones m ON m.id = i.milestone_id JOIN sections s ON s.id = m.section_id"
        " LEFT JOIN LATERAL (SELECT * FROM submissions WHERE plan_item_id = i.id"
        " ORDER BY version DESC LIMIT 1) v ON true"
        " LEFT JOIN reviews r ON r.submission_id = v.id LEFT JOIN people p ON p.id = r.reviewer_id"
        " WHERE i.enrolment_id = $1 ORDER BY i.due_at, i.position",
        enrolment_id,
    )
    now = datetime.now(UTC)
    unpassed = {
        row["milestone"]["slug"]: row["milestone"]["title"]
        for row in rows
        if row["state"] != "passed"
    }
    return {
        "enrolment_id": enrolment_id,
        "passed": sum(row["state"] == "passed" for row in rows),
        "total": len(rows),
        "due": sum(row["due_at"] <= now for row in rows),
        "is_frozen": False,
        "items": [item(row, unpassed, now) for row in rows],
    }


def item(row: Any, unpassed: dict[str, str], now: datetime) -> dict[str, Any]:
    newest = None
    if row["version_id"] is not None:
        review = None
        if row["review_id"] is not None:
            names = ("verdict", "comment", "reviewer_name", "reviewed_at")
            review = {"id": row["review_id"], "submission_id": row["version_id"]}
            review |= {name: row[name] for name in names}
        newest = {"id": row["version_id"], "plan_item_id": row["id"]}
        newest |= {name: row[name] for name in ("version", "text", "links", "submitted_at")}
        newest["review"] = review
    return {
        **{name: row[name] for name in ("id", "enrolment_id", "milestone", "section", "due_at")},
        "state": row["state"],
        "is_late": row["state"] in {"open", "again"} and row["due_at"] < now,
        "passed_at": row["passed_at"],
        "waits_for": [unpassed[slug] for slug in row["requires"] if slug in unpassed],
        "newest": newest,
    }


@get("/api/v1/runs/{run_id:uuid}/pairs")
async def list_pairs(run_id: UUID) -> dict[str, Any]:
    rows = await POOL.fetch(
        "SELECT a.id, a.run_id, a.enrolment_id, p.name AS researcher, a.mentor_id,"
        " q.name AS mentor, a.score, a.fit, a.best_score, a.possible_mentors, a.factors, a.reason,"
        " a.pinned, a.loss, a.fewer_placed,"
        " a.proposal_id, a.introduction_id, a.skipped FROM pairs a"
        " JOIN enrolments e ON e.id = a.enrolment_id"
        " JOIN people p ON p.id = e.person_id JOIN mentors m ON m.id = a.mentor_id"
        " JOIN people q ON q.id = m.person_id WHERE a.run_id = $1 ORDER BY a.id LIMIT 51",
        run_id,
    )
    return paged(rows, lambda last: write_keyset("id", None, last["id"]))


@post("/api/v1/cohorts/{cohort_id:uuid}/mentors", status_code=202)
async def sign_up_mentor(cohort_id: UUID, data: dict[str, Any]) -> dict[str, str]:
    now = datetime.now(UTC)
    profile = {key: value for key, value in data.items() if key not in {"name", "email", "consent"}}
    await POOL.execute(
        "WITH u AS (INSERT INTO unconfirmed_mentors (id, cohort_id, email, name, profile,"
        " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id)"
        " INSERT INTO jobs (id, name, arguments, cohort_id, state, attempts, due_at, enqueued_at)"
        " SELECT gen_random_uuid(), 'mentors.ask_to_confirm',"
        " jsonb_build_object('unconfirmed_id', u.id), $2, 'pending', 0, $6, $6 FROM u",
        uuid4(),
        cohort_id,
        data["email"],
        data["name"],
        profile,
        now,
        now + timedelta(days=3),
    )
    return {"detail": "Thank you."}


app = Litestar(
    [
        list_enrolments,
        read_enrolment,
        read_overview,
        read_progress,
        read_plan,
        list_pairs,
        sign_up_mentor,
    ],
    lifespan=[opened],
    openapi_config=None,
)
