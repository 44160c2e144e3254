"""A file is uploaded for an item, goes with what is handed in, and is read by its reviewers."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.errors import Conflict, NotFound
from cohort.jobs.outbox import enqueue
from cohort.people.models import Person
from cohort.storage import Storage
from cohort.study import policy
from cohort.study.files.kinds import check
from cohort.study.files.models import EvidenceFile, SubmissionFile
from cohort.study.models import PlanItem, Submission
from cohort.study.schemas import MOST_FILES
from cohort.study.service import item_to_hand_in

MOST_OF_ITEM = 50
"""With all versions together."""
FOLDER = "evidence"
SWEPT_DAYS = 8
"""How far back we look for bytes that nothing belongs to."""


class TooManyFiles(Conflict):
    code = "too_many_files"
    title = "There are enough files"


async def keep(
    db: AsyncSession,
    actor: Person,
    item_id: UUID,
    storage: Storage,
    *,
    name: str,
    file: IO[bytes],
    size: int,
    sha256: str,
    now: datetime,
) -> EvidenceFile:
    """Keep a file for what is handed in next; the same again is the same file.

    The bytes are there before the row: where the transaction is lost, `sweep` finds them. The item
    is locked only afterwards, so that several files of hers may be on their way at once.
    """
    await item_to_hand_in(db, actor, item_id, lock=False)
    checked = await asyncio.to_thread(check, name, file)
    mine = select(EvidenceFile).where(EvidenceFile.plan_item_id == item_id)
    same = mine.where(EvidenceFile.sha256 == sha256, EvidenceFile.name == checked.name)
    key = None
    if await db.scalar(same) is None:
        key = f"{FOLDER}/{now:%Y-%m-%d}/{uuid4()}"
        await storage.put(key, file)
    await item_to_hand_in(db, actor, item_id)
    known: EvidenceFile | None = await db.scalar(same)
    if known is not None:
        if key is not None:
            await enqueue(db, "study.delete_bytes", now=now, key=key)
        if not known.waiting:
            await _require_room(db, item_id, new=False)
        known.waiting = True
        return known
    await _require_room(db, item_id, new=True)
    kept = EvidenceFile(
        plan_item_id=item_id,
        name=checked.name,
        kind=checked.kind,
        size=size,
        sha256=sha256,
        key=key,
        waiting=True,
        uploaded_at=now,
    )
    db.add(kept)
    await db.flush()
    return kept


async def _require_room(db: AsyncSession, item_id: UUID, *, new: bool) -> None:
    counts = select(func.count(), func.count().filter(EvidenceFile.waiting))
    row = (await db.execute(counts.where(EvidenceFile.plan_item_id == item_id))).one()
    every, waiting = row
    if waiting >= MOST_FILES:
        raise TooManyFiles(
            f"At most {MOST_FILES} files go with one version. Remove one that waits, or put "
            "several into a ZIP archive."
        )
    if new and every >= MOST_OF_ITEM:
        raise TooManyFiles(
            f"There are {MOST_OF_ITEM} files for this milestone already. Hand in links instead."
        )


async def discard(db: AsyncSession, actor: Person, file_id: UUID, *, now: datetime) -> None:
    """Take a file out of what is handed in next; what was handed in stays."""
    file = await find(db, actor, file_id)
    await item_to_hand_in(db, actor, file.plan_item_id)
    handed_in = select(SubmissionFile.file_id).where(SubmissionFile.file_id == file_id)
    if await db.scalar(handed_in.limit(1)) is not None:
        file.waiting = False
        return
    await db.execute(delete(EvidenceFile).where(EvidenceFile.id == file_id))
    await enqueue(db, "study.delete_bytes", now=now, key=file.key)


async def find(db: AsyncSession, actor: Person, file_id: UUID) -> EvidenceFile:
    """A file that the actor may read: as of the item, and until it is handed in only her own."""
    item = policy.items_visible_to(actor).where(PlanItem.id == EvidenceFile.plan_item_id)
    file: EvidenceFile | None = await db.scalar(
        select(EvidenceFile)
        .where(EvidenceFile.id == file_id, item.exists())
        .options(joinedload(EvidenceFile.plan_item).joinedload(PlanItem.enrolment))
    )
    if file is None:
        raise NotFound
    if not policy.may_hand_in(actor, file.plan_item.enrolment):
        handed_in = select(SubmissionFile.file_id).where(SubmissionFile.file_id == file_id)
        if await db.scalar(handed_in.limit(1)) is None:
            raise NotFound
    return file


async def of_item(db: AsyncSession, actor: Person, item_id: UUID) -> list[EvidenceFile]:
    """All files of an item, the newest first; whoever is not its researcher sees no waiting one."""
    item = await db.scalar(
        policy.items_visible_to(actor)
        .where(PlanItem.id == item_id)
        .options(joinedload(PlanItem.enrolment))
    )
    if item is None:
        raise NotFound
    mine = select(EvidenceFile).where(EvidenceFile.plan_item_id == item_id)
    if not policy.may_hand_in(actor, item.enrolment):
        mine = mine.where(EvidenceFile.id.in_(select(SubmissionFile.file_id)))
    return list(await db.scalars(mine.order_by(EvidenceFile.uploaded_at.desc(), EvidenceFile.id)))


async def of_submission(db: AsyncSession, actor: Person, submission_id: UUID) -> list[EvidenceFile]:
    seen = policy.submissions_visible_to(actor).where(Submission.id == submission_id)
    if await db.scalar(seen) is None:
        raise NotFound
    return (await by_version(db, [submission_id])).get(submission_id, [])


async def waiting_for(db: AsyncSession, item_id: UUID) -> list[EvidenceFile]:
    """For the researcher whose item it is."""
    waiting = select(EvidenceFile).where(
        EvidenceFile.plan_item_id == item_id, EvidenceFile.waiting.is_(True)
    )
    return list(await db.scalars(waiting.order_by(EvidenceFile.uploaded_at, EvidenceFile.id)))


async def by_version(
    db: AsyncSession, submissions: Sequence[UUID]
) -> dict[UUID, list[EvidenceFile]]:
    """Of versions that the asker may see, in one statement."""
    if not submissions:
        return {}
    found = await db.execute(
        select(SubmissionFile.submission_id, EvidenceFile)
        .join(SubmissionFile.file)
        .where(SubmissionFile.submission_id.in_(submissions))
        .order_by(EvidenceFile.name, EvidenceFile.id)
    )
    files: dict[UUID, list[EvidenceFile]] = {}
    for submission_id, file in found:
        files.setdefault(submission_id, []).append(file)
    return files


async def swept(db: AsyncSession, storage: Storage, *, now: datetime) -> list[str]:
    """Forget bytes that no row belongs to: those of transactions that were lost.

    Only of days that are over for everyone, as a file on its way has no row yet.
    """
    forgotten = []
    for days in range(2, SWEPT_DAYS + 1):
        there = await storage.keys(f"{FOLDER}/{now - timedelta(days=days):%Y-%m-%d}")
        known = set(
            await db.scalars(select(EvidenceFile.key).where(EvidenceFile.key.in_(there)))
            if there
            else ()
        )
        for key in there:
            if key not in known:
                await storage.delete(key)
                forgotten.append(key)
    return forgotten
