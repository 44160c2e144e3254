"""Plans and progress as the API answers them, read by statements that are prepared once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import ARRAY, BigInteger, Text, Uuid, any_, func, select, true
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from cohort.db import NOW, Prepared, given
from cohort.errors import NotFound
from cohort.guides.models import Milestone, Section
from cohort.http.paging import PreparedPages, Slice
from cohort.people.asker import asker
from cohort.people.models import Person
from cohort.study import policy
from cohort.study.files.models import EvidenceFile, SubmissionFile
from cohort.study.files.schemas import FILE_LINK
from cohort.study.models import ItemState, PlanItem, Review, Submission
from cohort.study.schemas import CohortProgressOut, PlanMilestoneOut, PlanOut, PlanSectionOut

OWED = {ItemState.OPEN.value, ItemState.AGAIN.value}


def _columns(of: Any, names: Sequence[str], prefix: str) -> list[Any]:
    return [getattr(of, name).label(f"{prefix}_{name}") for name in names]


def _part(row: Record, names: Sequence[str], prefix: str) -> dict[str, Any]:
    return {name: row[f"{prefix}_{name}"] for name in names}


MILESTONE = tuple(PlanMilestoneOut.model_fields)
SECTION = tuple(PlanSectionOut.model_fields)
ITEM = ("id", "enrolment_id", "due_at", "state", "passed_at")
VERSION = ("id", "plan_item_id", "version", "text", "links", "submitted_at", "peer_reviews")
REVIEW = ("id", "submission_id", "verdict", "comment", "reviewed_at", "thanked_at")
COUNTED = ("passed", "total", "due")


@cache
def _plan(*, is_admin: bool) -> Prepared:
    """A row for each item, in the plan's order; one row without an item while there are none."""
    newest = aliased(
        Submission,
        select(Submission)
        .where(Submission.plan_item_id == PlanItem.id)
        .order_by(Submission.version.desc())
        .limit(1)
        .lateral(),
    )
    seen = policy.plans_visible_to(asker(is_admin=is_admin))
    return Prepared(
        seen.with_only_columns(
            Enrolment.state.label("enrolment_state"),
            Cohort.state.label("cohort_state"),
            *_columns(PlanItem, ITEM, "item"),
            *_columns(Milestone, MILESTONE, "milestone"),
            Milestone.requires,
            *_columns(Section, SECTION, "section"),
            *_columns(newest, VERSION, "version"),
            *_columns(Review, REVIEW, "review"),
            Person.name.label("review_reviewer_name"),
            sql_cast(Review.levels, Text).label("review_levels"),
            _files_of(newest.id).label("version_files"),
        )
        .join(Enrolment.cohort)
        .outerjoin(PlanItem, PlanItem.enrolment_id == Enrolment.id)
        .outerjoin(PlanItem.milestone)
        .outerjoin(Milestone.section)
        .outerjoin(newest, true())
        .outerjoin(Review, Review.submission_id == newest.id)
        .outerjoin(Review.reviewer)
        .where(Enrolment.id == given("its_id", Uuid()))
        .order_by(PlanItem.due_at, PlanItem.position)
    )


def _files_of(submission_id: Any) -> Any:
    """With the fields of AttachedFileOut, which PostgreSQL writes as JSON."""
    one = func.json_build_object(
        *("id", EvidenceFile.id, "name", EvidenceFile.name, "kind", EvidenceFile.kind),
        *("size", EvidenceFile.size, "link", FILE_LINK + sql_cast(EvidenceFile.id, Text)),
    )
    its = select(func.json_agg(aggregate_order_by(one, EvidenceFile.name, EvidenceFile.id)))
    its = its.join(SubmissionFile, SubmissionFile.file_id == EvidenceFile.id)
    its = its.where(SubmissionFile.submission_id == submission_id)
    return sql_cast(its.scalar_subquery(), Text)


async def plan(db: AsyncSession, actor: Person, enrolment_id: UUID, *, now: datetime) -> PlanOut:
    """One statement, however long the plan is."""
    read = _plan(is_admin=actor.is_admin)
    rows = await read.rows(db, actor_id=actor.id, its_id=enrolment_id)
    if not rows:
        raise NotFound
    withdrawn = rows[0]["enrolment_state"] == EnrolmentState.WITHDRAWN.value
    items = [row for row in rows if row["item_id"] is not None]
    unpassed = {
        row["milestone_slug"]: row["milestone_title"]
        for row in items
        if row["item_state"] != ItemState.PASSED.value
    }
    plan = {
        "enrolment_id": enrolment_id,
        "passed": sum(row["item_state"] == ItemState.PASSED.value for row in items),
        "total": len(items),
        "due": sum(row["item_due_at"] <= now for row in items),
        "is_frozen": withdrawn or rows[0]["cohort_state"] == CohortState.ARCHIVED.value,
        "items": [_item_json(row, unpassed, now) for row in items],
    }
    return cast("PlanOut", plan)


def _item_json(row: Record, unpassed: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """With the fields of PlanItemOut."""
    its = _part(row, ITEM, "item")
    its["milestone"] = _part(row, MILESTONE, "milestone")
    its["section"] = _part(row, SECTION, "section")
    its["is_late"] = its["state"] in OWED and policy.came_late(its["due_at"], now)
    its["waits_for"] = [unpassed[slug] for slug in row["requires"] if slug in unpassed]
    its["newest"] = None
    if row["version_id"] is not None:
        its["newest"] = newest = _part(row, VERSION, "version")
        reviewed = row["review_id"] is not None
        newest["files"] = msgspec.Raw((row["version_files"] or "[]").encode())
        newest["review"] = _review_json(row) if reviewed else None
    return its


def _review_json(row: Record) -> dict[str, Any]:
    """With the fields of ReviewOut."""
    levels = {"levels": msgspec.Raw(row["review_levels"].encode())}
    return _part(row, (*REVIEW, "reviewer_name"), "review") | levels


@cache
def _progress(*, is_admin: bool) -> PreparedPages:
    """Researchers with their counts by section, which PostgreSQL writes as JSON."""
    counts = (
        select(
            Milestone.section_id,
            func.count().label("total"),
            func.count().filter(PlanItem.state == ItemState.PASSED).label("passed"),
            func.count().filter(PlanItem.due_at <= NOW).label("due"),
        )
        .select_from(PlanItem)
        .join(PlanItem.milestone)
        .where(PlanItem.enrolment_id == Enrolment.id)
        .group_by(Milestone.section_id)
        .correlate(Enrolment)
        .subquery()
    )
    cell = func.json_build_object(
        *("section_id", counts.c.section_id, "passed", counts.c.passed),
        *("total", counts.c.total, "due", counts.c.due),
    )
    cells = select(
        *(func.coalesce(func.sum(counts.c[one]), 0).label(one) for one in COUNTED),
        func.array_agg(counts.c.section_id).label("section_ids"),
        sql_cast(func.json_agg(cell), Text).label("cells"),
    ).lateral()
    organised = cohort_policy.organised_by(asker(is_admin=is_admin))
    cohort_id = given("cohort_id", Uuid())
    return PreparedPages(
        select(
            Enrolment.id,
            Enrolment.created_at,
            Person.name,
            *(sql_cast(cells.c[one], BigInteger).label(one) for one in COUNTED),
            cells.c.section_ids,
            cells.c.cells,
        )
        .join(Enrolment.person)
        .join(cells, true())
        .where(Enrolment.cohort_id == cohort_id, cohort_id.in_(organised))
        .where(Enrolment.state == EnrolmentState.ACTIVE),
        by=Enrolment.created_at,
        id=Enrolment.id,
    )


SECTIONS = Prepared(
    select(Section.id, Section.slug, Section.title)
    .where(Section.id == any_(given("ids", ARRAY(Uuid()))))
    .order_by(Section.position, Section.id)
)


async def progress(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice, *, now: datetime
) -> CohortProgressOut:
    """Two statements: the people with their counts, and the sections that are in them."""
    pages = _progress(is_admin=actor.is_admin)
    page = await pages.read(db, part, actor_id=actor.id, cohort_id=cohort_id, now=now)
    if not page.items:
        await cohorts.require_organiser(db, actor, cohort_id)
    ids = {section_id for row in page.items for section_id in row["section_ids"] or ()}
    progress = {
        "sections": [dict(one) for one in await SECTIONS.rows(db, ids=list(ids))],
        "people": [_person_json(row) for row in page.items],
        "next": page.next,
    }
    return cast("CohortProgressOut", progress)


def _person_json(row: Record) -> dict[str, Any]:
    """With the fields of PersonProgressOut."""
    counted = {name: row[name] for name in COUNTED}
    cells = msgspec.Raw((row["cells"] or "[]").encode())
    return {"enrolment_id": row["id"], "name": row["name"], **counted, "sections": cells}
