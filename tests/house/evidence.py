"""The file that Ada handed in, and a good request for each route about evidence."""

import io
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.extensions.models import Extension
from cohort.guides.models import Milestone
from cohort.storage import open_storage
from cohort.study import service as study
from cohort.study.drafts.models import EvidenceDraft
from cohort.study.files.kinds import FileKind
from cohort.study.files.models import EvidenceFile, SubmissionFile
from cohort.study.models import ItemState, PlanItem, Submission
from tests.conftest import Platform


def of_evidence(ids: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """As a program and as a browser sends it."""
    version = str(ids["draft_version"])
    seen = {"headers": {"If-Match": f'"{version}"'}}
    asked = {"until": "2026-07-05", "reason": "A paper."}
    no = {"answer": "Hand in what you have."}
    return {
        "POST /api/v1/plan_items/{item_id}/extensions": {"json": asked},
        "POST /api/v1/extensions/{extension_id}/grant": {"json": {"until": "2026-07-05"}},
        "POST /api/v1/extensions/{extension_id}/refusal": {"json": no},
        "POST /plan/{enrolment_id}/{item_id}/extension": {"data": asked},
        "POST /extensions/{extension_id}/grant": {"data": {"until": "2026-07-05"}},
        "POST /extensions/{extension_id}/decline": {"data": no},
        "PUT /api/v1/plan_items/{item_id}/files/{file_name}": {"content": b"Notes"},
        "PUT /api/v1/plan_items/{item_id}/draft": {"json": {"text": "So far"}, **seen},
        "POST /plan/{enrolment_id}/{item_id}/draft": {"data": {"text": "So", "version": version}},
    }


async def hand_something_in(
    db: AsyncSession, ids: dict[str, Any], platform: Platform
) -> dict[str, Any]:
    now, enrolment_id = platform.clock(), ids["enrolment_id"]
    await study.lay_out(db, enrolment_id, now=now)
    of_plan = select(PlanItem).where(PlanItem.enrolment_id == enrolment_id)
    items = (await db.scalars(of_plan.join(Milestone).order_by(Milestone.position))).all()
    items[0].state = ItemState.SUBMITTED
    handed_in = Submission(
        plan_item_id=items[0].id, version=1, text="Look.", links=[], submitted_at=now
    )
    file = EvidenceFile(
        plan_item_id=items[0].id,
        name="notes.md",
        kind=FileKind.TEXT,
        size=5,
        sha256="0" * 64,
        key=f"evidence/stage/{uuid4()}",
        waiting=False,
        uploaded_at=now,
    )
    db.add_all([handed_in, file])
    await db.flush()
    db.add(SubmissionFile(submission_id=handed_in.id, file_id=file.id))
    await db.flush()
    draft = EvidenceDraft(plan_item_id=items[1].id, text="So", links="", version=7, saved_at=now)
    asked = Extension(
        plan_item_id=items[2].id,
        until=date(2026, 7, 5),
        reason="A paper.",
        asked_at=now,
        due_before=items[2].due_at,
    )
    db.add_all([draft, asked])
    await db.flush()
    await open_storage(platform.settings).put(file.key, io.BytesIO(b"Notes"))
    return {
        "submission_id": handed_in.id,
        "item_id": items[1].id,
        "file_id": file.id,
        "extension_id": asked.id,
        "draft_version": draft.version,
        "file_name": "notes.md",
    }
