"""Files go with a version of the evidence."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import require_known
from cohort.study.drafts import keeping
from cohort.study.files.models import EvidenceFile, SubmissionFile
from cohort.study.models import Submission

NOT_HERE = "This file was not uploaded for this item, or was removed. Upload it again."


async def is_same(
    db: AsyncSession, last: Submission, text: str, links: Sequence[str], files: Sequence[UUID]
) -> bool:
    """Whether a version is just this; then none of its files waits any more."""
    if (last.text, last.links) != (text, list(links)):
        return False
    of_version = select(SubmissionFile.file_id).where(SubmissionFile.submission_id == last.id)
    if set(await db.scalars(of_version)) != set(files):
        return False
    await _none_waits(db, files)
    return True


async def attach(db: AsyncSession, submission: Submission, files: Sequence[UUID]) -> None:
    """With the item locked; the draft is over. Raises Invalid for a file that is not the item's."""
    await keeping.forget(db, submission.plan_item_id)
    if not files:
        return
    of_item = select(EvidenceFile.id).where(EvidenceFile.plan_item_id == submission.plan_item_id)
    known = set(await db.scalars(of_item.where(EvidenceFile.id.in_(files))))
    require_known(files, known, field="files", sentence=NOT_HERE)
    each = [SubmissionFile(submission_id=submission.id, file_id=one) for one in sorted(known)]
    db.add_all(each)
    await db.flush()
    await _none_waits(db, files)


async def _none_waits(db: AsyncSession, files: Sequence[UUID]) -> None:
    if files:
        await db.execute(
            update(EvidenceFile).where(EvidenceFile.id.in_(files)).values(waiting=False)
        )
