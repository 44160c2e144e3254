"""Approving many mentors at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.errors import require_known
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue_each
from cohort.mentors import events
from cohort.mentors.models import Mentor, MentorState
from cohort.mentors.schemas import ApprovalOut, ApprovalsIn
from cohort.people import audit
from cohort.people.models import Person

CAN_BE_APPROVED = (MentorState.PENDING, MentorState.DECLINED)
"""Whoever left is let in again one by one, never by a list made before."""


async def approve_many(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: ApprovalsIn, *, now: datetime
) -> list[ApprovalOut]:
    """Approve these mentors, all or none; whoever is approved already stays so, and hears nothing.

    As many statements for two hundred mentors as for one.
    """
    await cohorts.require_organiser(db, actor, cohort_id)
    before = await _chosen(db, cohort_id, form)
    if not form.dry_run:
        await _approve(db, actor, cohort_id, form, now=now)
    return before


async def _chosen(db: AsyncSession, cohort_id: UUID, form: ApprovalsIn) -> list[ApprovalOut]:
    found = await db.execute(
        select(Mentor.id, Person.name, Mentor.state)
        .join(Mentor.person)
        .where(Mentor.id.in_(form.mentor_ids), Mentor.cohort_id == cohort_id)
    )
    rows = {row.id: row for row in found}
    sentence = "This is no mentor of this cohort."
    require_known(form.mentor_ids, rows, field="mentor_ids", sentence=sentence)
    return [
        ApprovalOut(
            mentor_id=its_id,
            name=rows[its_id].name,
            before=rows[its_id].state,
            after=_after(rows[its_id].state),
        )
        for its_id in form.mentor_ids
    ]


def _after(before: MentorState) -> MentorState:
    return MentorState.APPROVED if before in CAN_BE_APPROVED else before


async def _approve(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: ApprovalsIn, *, now: datetime
) -> None:
    decided = await db.scalars(
        update(Mentor)
        .where(Mentor.id.in_(form.mentor_ids), Mentor.cohort_id == cohort_id)
        .where(Mentor.state.in_(CAN_BE_APPROVED))
        .values(
            state=MentorState.APPROVED,
            decided_at=now,
            decided_by=actor.id,
            decision_note="",
            version=Mentor.version + 1,
        )
        .returning(Mentor.id)
        .execution_options(synchronize_session=False)
    )
    each = [{"cohort_id": cohort_id, "mentor_id": its_id} for its_id in decided]
    for one in each:
        audit.record(db, actor, "mentor.approve", one["mentor_id"], now=now, cohort_id=cohort_id)
    await enqueue_each(db, "mentors.tell_decided", each, now=now)
    event_log.record_each(db, events.MENTOR_APPROVED, each, now=now)
